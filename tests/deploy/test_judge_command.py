"""Judging and calibrating through the wiring, with a judge over loopback."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from typer.testing import CliRunner

from contracts.errors import InvalidInput, NotFound
from contracts.measuring import Run
from contracts.nouns import ReadMode
from contracts.tuning import Configuration
from deploy.cli import app
from deploy.commands.judge import calibrated
from deploy.commands.measure import Wish as Measuring
from deploy.commands.measure import measure_suite
from deploy.judges import judge_model, judging, suite_of, trusted
from deploy.masking import Masking
from deploy.settings import Settings
from deploy.wiring import Diptych
from eval.calibrating import HumanLabel
from eval.importing import load_suite
from eval.judging import Report, Wish
from inference.personal import RuleFinder
from tests.deploy.test_measuring import Small, unseen
from tests.inference.fake_judge import FakeJudge
from tests.inference.fake_openai import serve

QUESTIONS = 120
TEXTS = [f"Kiln{n} burns at {900 + n} degrees." for n in range(QUESTIONS)]


@pytest.fixture(scope="module")
def server() -> Iterator[FakeJudge]:
    with serve(FakeJudge) as fake:
        yield fake


class Court(Small):
    """What judging uses of a Diptych as well."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.judgements = self.catalog.judgements
        masking = Masking(RuleFinder(), self.plans)
        self.personal = SimpleNamespace(masking=masking)


@pytest.fixture
async def court(tmp_path: Path) -> Court:
    court = Court(tmp_path)
    await court.prepare()
    return court


def wired(court: Court, **settings: object) -> Diptych:
    court.settings = Settings(home=court.settings.home, llm_url=None, **settings)  # type: ignore[arg-type]
    return cast("Diptych", court)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A suite of which every other right answer is wrong."""
    folder = tmp_path / "kilns"
    folder.mkdir()
    lines = {
        "corpus.jsonl": [f'{{"_id": "d{n}", "text": "{text}"}}' for n, text in enumerate(TEXTS)],
        "queries.jsonl": [
            f'{{"_id": "q{n}", "text": "At how many degrees burns kiln{n}?", '
            f'"answers": ["{text if n % 2 else "Nobody knows that."}"]}}'
            for n, text in enumerate(TEXTS)
        ],
        "qrels.tsv": [f"q{n}\td{n}\t1" for n in range(QUESTIONS)],
    }
    for name, each in lines.items():
        (folder / name).write_text("\n".join(each) + "\n", "utf-8")
    return folder


async def measured(court: Court, folder: Path) -> Run:
    wish = Measuring((Configuration(ReadMode.VECTOR),), answers=True, source=str(folder))
    (run,) = await measure_suite(wired(court), load_suite(folder), wish, unseen)
    return run.run


async def judged(diptych: Diptych, run: Run, *metrics: str, sample: int | None = None) -> Report:
    suite = await suite_of(diptych, run, None)
    async with judging(diptych) as judge:
        return await judge(run, suite, Wish(metrics, sample, 1), lambda *_: None)


async def test_a_run_is_judged_calibrated_and_then_trusted(
    court: Court, server: FakeJudge, folder: Path
) -> None:
    run = await measured(court, folder)
    diptych = wired(court, judge_url=server.url, judge_model="good")
    with pytest.raises(NotFound, match="Nobody judged"):
        await calibrated(diptych, str(run.id), [], None)
    report = await judged(diptych, run, "context_recall", "id_context_recall")
    recall, documents = report.standings
    assert (recall.judged, recall.failures) == (QUESTIONS, 0)
    assert recall.mean == pytest.approx(0.5, abs=0.02)
    assert documents.mean is not None
    assert documents.mean > 0.9
    assert await trusted(diptych, [run.id]) == frozenset()
    people = [HumanLabel(f"q{n}", "context_recall", float(n % 2)) for n in range(QUESTIONS)]
    (few,) = await calibrated(diptych, str(run.id), people[:50], None)
    assert not few.trusted
    assert await trusted(diptych, [run.id]) == frozenset()
    (enough,) = await calibrated(diptych, str(run.id), people, None)
    assert enough.verdict.startswith("trusted: kappa ")
    assert await trusted(diptych, [run.id]) == {"judge_context_recall"}
    other = wired(court, judge_url=server.url, judge_model="chatty")
    await judged(other, run, "context_recall", sample=1)
    assert await trusted(other, [run.id]) == frozenset(), "two judges judged it"
    with pytest.raises(InvalidInput, match="2 judges"):
        await calibrated(other, str(run.id), people, None)


async def test_a_judge_that_talks_prose_is_reported_and_given_up(
    court: Court, server: FakeJudge, folder: Path
) -> None:
    run = await measured(court, folder)
    report = await judged(
        wired(court, judge_url=server.url, judge_model="prose"), run, "context_recall"
    )
    assert report.stopped is not None
    assert "no JSON object" in report.stopped
    (standing,) = report.standings
    assert (standing.mean, standing.low, standing.high) == (None, 0, 1)
    assert standing.failures == 20


async def test_without_the_suites_files_what_needs_no_right_answer_is_judged(
    court: Court, folder: Path
) -> None:
    run = await measured(court, folder)
    diptych = wired(court)
    gone = replace(run.pins, configuration={**run.pins.configuration, "source": "/nowhere"})
    assert await suite_of(diptych, replace(run, pins=gone), None) is None
    assert await suite_of(diptych, replace(run, pins=replace(gone, configuration={})), None) is None
    found = await suite_of(diptych, replace(run, pins=gone), folder)
    assert found is not None
    assert found.fingerprint == run.pins.suite_fingerprint


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({}, None),
        ({"llm_url": "http://a/v1", "llm_model": "m"}, "m"),
        ({"llm_url": "http://a/v1", "llm_model": "m", "judge_model": "j"}, "j"),
        ({"llm_url": "http://a/v1", "llm_model": "m", "judge_url": "http://b/v1"}, "default"),
    ],
)
async def test_the_judge_is_its_own_model_or_the_one_that_answers(
    settings: dict[str, str], asked: str | None
) -> None:
    model = judge_model(Settings(**settings))  # type: ignore[arg-type]
    assert (model.pins["model"] if model else None) == asked
    if model:
        await model.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["judge", "x", "--metrics", "beauty"], "does not name metrics"),
        (["judge", "x", "--metrics", ","], "does not name metrics"),
        (["calibrate", "x", "nowhere.csv"], "cannot be read"),
    ],
)
def test_what_cannot_be_judged_is_said_before_anything_starts(words: list[str], said: str) -> None:
    failed = CliRunner().invoke(app, ["eval", *words]).exception
    assert isinstance(failed, InvalidInput)
    assert said in str(failed)
