"""Judges of answers, put together: the model that the settings name, and how far it is trusted."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from contracts.measuring import Run, Suite
from deploy.curating import load_suite_from
from deploy.measuring import searching
from deploy.settings import Settings
from deploy.wiring import Diptych
from eval.judging import JudgeRun, metric_name

if TYPE_CHECKING:
    from inference.judge_model import JudgeModel


def judge_model(settings: Settings) -> "JudgeModel | None":
    """Give the model that judges: one of its own, else the one that writes the answers."""
    url = settings.judge_url or settings.llm_url
    if url is None:
        return None
    from inference.judge_model import JudgeModel  # noqa: PLC0415 - 0.9 s, for those who judge

    key = settings.judge_key or (None if settings.judge_url else settings.llm_key)
    name = settings.judge_model or ("default" if settings.judge_url else settings.llm_model)
    secret = key.get_secret_value() if key else None
    return JudgeModel(url, name, secret, timeout=settings.judge_seconds, calls=settings.judge_calls)


@asynccontextmanager
async def judging(diptych: Diptych) -> AsyncIterator[JudgeRun]:
    """Lend the use case over the wired service."""
    from inference.ragas_judge import RagasJudge  # noqa: PLC0415 - see above

    model = judge_model(diptych.settings)
    judge = diptych.personal.masking.judge(RagasJudge(model, diptych.embedder))
    await diptych.warm()  # or the first search may be over its deadline, and degraded
    parts = diptych.runs, diptych.judgements, judge, diptych.documents, diptych.ledger
    try:
        yield JudgeRun(*parts, searching(diptych))
    finally:
        if model:
            await model.close()


async def suite_of(diptych: Diptych, run: Run, named: Path | None) -> Suite | None:
    """Give the suite of a run, from the path named or where it was read; None when it is gone.

    Raises NotFound, InvalidInput for what cannot be read.
    """
    path = named or _source(run)
    return (await load_suite_from(diptych.suites, path)).suite if path else None


def _source(run: Run) -> Path | None:
    """Tell where a run's suite was read: a path, or the name of one that is kept here."""
    text = str(run.pins.configuration.get("source", ""))
    path = Path(text)
    return None if not text or (path.is_absolute() and not path.exists()) else path


async def trusted(diptych: Diptych, runs: Sequence[UUID]) -> frozenset[str]:
    """Name the metrics by which one calibrated judge judged all of these runs, and no other."""
    judges = {name for run in runs for name in await diptych.judgements.judges(run)}
    if len(judges) != 1:
        return frozenset()
    known = await diptych.judgements.calibrations(judges.pop())
    return frozenset(metric_name(one.metric) for one in known if one.trusted)
