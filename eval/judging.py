"""Has a judge look at what a run answered, and sums up what it said and what it could not say."""

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from statistics import fmean, stdev
from uuid import UUID

from contracts.errors import Conflict, InvalidInput, Unavailable
from contracts.judging import (
    BY_MODEL,
    COMPUTED,
    JUDGED,
    WITHOUT_MODEL,
    Case,
    Failure,
    Judge,
    Judged,
    Judgement,
    Judgements,
)
from contracts.measuring import Result, Run, Runs, Suite
from eval.corpus import Listing, Readings, anchor, look
from eval.running import SHOWN, Searching

ANSWERED = f"{JUDGED}answered"
"""The share of a question's judgements that the judge did not fail at."""
TURNED = {"noise_sensitivity": "noise_robustness"}
"""Metrics of which less is better: a result has them turned round, under another name."""
AT_ONCE = 5
"""Questions judged at a time, and kept: what is judged again after a crash."""
PASSAGES = 8
"""As many as an answer is written from."""
PATIENCE = 20
"""So many failures of a judge without a value between them end the asking."""
REASONS = 5
_OTHER = Judgement(
    failure=Failure.NOT_APPLICABLE, reason="The search now finds other documents than the run did."
)

Said = dict[str, dict[tuple[str, int], Judgement]]
"""Judgements by question, then by metric and repeat."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be judged: by which metrics, how many of the questions, how many times."""

    metrics: tuple[str, ...] = (*BY_MODEL, *WITHOUT_MODEL)
    sample: int | None = None
    repeats: int = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """What came of one metric.

    ``mean`` is over the ``judged`` questions alone; ``low`` and ``high`` are the mean if the
    judge had given 0 or 1 to every other one that it could have judged. ``sd`` is that of the
    means of the repeats; None where there are no two.
    """

    metric: str
    applicable: int
    judged: int
    not_applicable: int
    mean: float | None
    low: float
    high: float
    sd: float | None
    failures: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        """The share of what could be judged that was."""
        return self.judged / self.applicable if self.applicable else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a judge said of a run; ``stopped`` says why it was not asked to the end."""

    run: UUID
    judge: str
    pins: Mapping[str, str]
    questions: int
    standings: tuple[Standing, ...]
    stopped: str | None


def metric_name(metric: str) -> str:
    """Give the name under which a result has the metric."""
    return (JUDGED if metric in BY_MODEL else COMPUTED) + TURNED.get(metric, metric)


def merit(metric: str, value: float) -> float:
    """Give a metric's value so that more is better."""
    return 1 - value if metric in TURNED else value


def judge_name(pins: Mapping[str, str]) -> str:
    """Name a judge: other pins, another name."""
    text = json.dumps(dict(pins), sort_keys=True)
    return f"{pins.get('model', '?')}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


class JudgeRun:
    """Judges a finished run: its answers, and the passages that its search gives again.

    Passages are not kept with a run. They are searched again as its pins say, over the same
    documents; a question whose first documents are no longer those that the run found is not
    judged.
    """

    def __init__(
        self,
        runs: Runs,
        judgements: Judgements,
        judge: Judge,
        documents: Listing,
        ledger: Readings,
        search: Searching,
    ) -> None:
        self._runs = runs
        self._judgements = judgements
        self._judge = judge
        self._documents = documents
        self._ledger = ledger
        self._search = search
        self._pins = dict(judge.pins)
        self._name = judge_name(self._pins)

    async def __call__(
        self,
        run: Run,
        suite: Suite | None,
        wish: Wish,
        progress: Callable[[int, int], None],
    ) -> Report:
        """Judge what was not judged yet, and report on all of it; failures are tried again.

        ``suite`` tells the right answers; without it only what needs none is judged. It stops
        when a judge fails at everything it is asked.

        Raises Conflict for a run that is not finished or whose documents changed, InvalidInput
        for another suite than the run's, Unavailable when passages cannot be searched. What was
        judged is kept, and the same call goes on from there.
        """
        references = await self._references(run, suite)
        results = await self._runs.results(run.id)
        said: Said = {one.question: {} for one in results}
        for old in await self._judgements.judged(run.id, self._name):
            said[old.question][old.metric, old.repeat] = old.judgement
        chosen = _chosen(results, run.pins.seed, wish.sample, said)
        idle, stopped = 0, None
        for begin in range(0, len(chosen), AT_ONCE):
            group = chosen[begin : begin + AT_ONCE]
            if idle < PATIENCE:
                new = await self._ask(run, group, references, wish, said)
                await self._judgements.keep(run.id, self._name, self._pins, new)
                for one in new:
                    said[one.question][one.metric, one.repeat] = one.judgement
                idle, stopped = _idle(new, idle, stopped)
            await self._runs.keep(run.id, [_scored(one, said[one.question]) for one in group])
            progress(begin + len(group), len(chosen))
        rows = [said[one.question] for one in chosen]
        standings = tuple(standing(metric, rows) for metric in wish.metrics)
        told = stopped if idle >= PATIENCE else None
        return Report(run.id, self._name, self._pins, len(chosen), standings, told)

    async def _references(self, run: Run, suite: Suite | None) -> dict[str, Case]:
        """Check that the run can be judged now, and give what is right for each question."""
        if not run.complete:
            raise Conflict(
                f"The run is at {run.done} of {run.questions} questions.",
                f"Finish it: {run.go_on}",
            )
        corpus = await look(self._documents, run.pins.workspace)
        if corpus.fingerprint != run.pins.corpus_fingerprint:
            raise Conflict(
                "The documents are not those of the run any more.",
                "Measure again, then judge that run.",
            )
        if suite is None:
            return {}
        if suite.fingerprint != run.pins.suite_fingerprint:
            raise InvalidInput(
                f"'{suite.name}' is not the suite of the run, or was changed since.",
                "Give the suite as it was measured.",
            )
        anchored = await anchor(suite.questions, corpus, self._ledger)
        return {
            one.id: Case(
                question=one.asked,
                reference=one.answers[0] if one.answers else "",
                reference_passages=tuple(x.quote for x in one.labels if x.quote and x.grade),
                reference_documents=tuple(
                    dict.fromkeys(
                        place.document for place, grade in anchored.places[one.id] if grade
                    )
                ),
            )
            for one in suite.questions
        }

    async def _ask(
        self,
        run: Run,
        group: Sequence[Result],
        references: Mapping[str, Case],
        wish: Wish,
        said: Said,
    ) -> list[Judged]:
        """Have judged what has no value yet; the questions that lack the same go together."""
        lacking: dict[tuple[int, tuple[str, ...]], list[Result]] = {}
        for result in group:
            for repeat in range(wish.repeats):
                names = _lacking(wish.metrics, repeat, said[result.question])
                if names:
                    lacking.setdefault((repeat, names), []).append(result)
        wanted = {one.question: one for some in lacking.values() for one in some}
        cases = {
            name: await self._case(run, one, references.get(name) or Case(one.text))
            for name, one in wanted.items()
        }
        new: list[Judged] = []
        for (repeat, names), some in lacking.items():
            shown = {one.question: case for one in some if (case := cases[one.question])}
            rows = dict(zip(shown, await self._judge.judge([*shown.values()], names), strict=True))
            other = dict.fromkeys(names, _OTHER)
            new += [
                Judged(one.question, name, repeat, judgement)
                for one in some
                for name, judgement in rows.get(one.question, other).items()
            ]
        return new

    async def _case(self, run: Run, result: Result, right: Case) -> Case | None:
        """Give what the judge is shown; None when the search finds something else by now."""
        search = await self._search(run.pins, right.question)
        if search.degraded:
            raise Unavailable(
                f"The service is degraded, so nothing is judged: {search.degraded}",
                "Mend it (diptych doctor), then give the same command again.",
            )
        names = dict.fromkeys(one.external_id or PurePath(one.source).name for one in search.found)
        if tuple(names)[:SHOWN] != result.found:
            return None
        chunks = [one.chunk for one in search.found[:PASSAGES]]
        return replace(
            right,
            answer=(result.answer or "") if not result.refused else "",
            passages=tuple(one.text for one in chunks),
            documents=tuple(str(one.id.document) for one in chunks),
        )


def _chosen(results: Sequence[Result], seed: int, sample: int | None, said: Said) -> list[Result]:
    """Draw the sample; questions that the judge failed at before come last."""
    drawn = list(results)
    random.Random(seed).shuffle(drawn)  # noqa: S311 - a sample, no secret
    return sorted(
        drawn[:sample], key=lambda one: any(_failed(each) for each in said[one.question].values())
    )


def _lacking(
    metrics: Iterable[str], repeat: int, said: Mapping[tuple[str, int], Judgement]
) -> tuple[str, ...]:
    """Name the metrics without a value; what is computed is so once."""
    wanted = [name for name in metrics if repeat == 0 or name in BY_MODEL]
    known = {name for name in wanted if (one := said.get((name, repeat))) and one.failure is None}
    return tuple(name for name in wanted if name not in known)


def _failed(judgement: Judgement) -> bool:
    return judgement.failure is Failure.JUDGE_FAILED


def _idle(new: Sequence[Judged], idle: int, why: str | None) -> tuple[int, str | None]:
    """Count the failures since the judge last gave a value, and say what the last one was."""
    told = [one.judgement for one in new if one.metric in BY_MODEL]
    if any(one.value is not None for one in told):
        return 0, None
    failures = [one.reason for one in told if _failed(one)]
    return idle + len(failures), failures[-1] if failures else why


def _scored(result: Result, said: Mapping[tuple[str, int], Judgement]) -> Result:
    """Give a result with the means of its repeats, and the share that the judge answered."""
    kept = {
        name: value
        for name, value in result.metrics.items()
        if not name.startswith((JUDGED, COMPUTED))
    }
    means = {metric_name(name): merit(name, mean) for name, mean in item_means(said).items()}
    given = [
        not _failed(one)
        for (name, _), one in said.items()
        if name in BY_MODEL and one.failure is not Failure.NOT_APPLICABLE
    ]
    share = {ANSWERED: fmean(given)} if given else {}
    return replace(result, metrics=kept | means | share)


def item_means(said: Mapping[tuple[str, int], Judgement]) -> dict[str, float]:
    """Give a question's mean over the repeats that have a value, by metric."""
    values: dict[str, list[float]] = {}
    for (metric, _), one in said.items():
        if one.value is not None:
            values.setdefault(metric, []).append(one.value)
    return {metric: fmean(each) for metric, each in values.items()}


def standing(metric: str, questions: Sequence[Mapping[tuple[str, int], Judgement]]) -> Standing:
    """Sum up one metric over what was said of each question."""
    rows = [[one for (name, _), one in said.items() if name == metric] for said in questions]
    means = [mean[metric] for said in questions if metric in (mean := item_means(said))]
    outside = sum(
        bool(row) and all(one.failure is Failure.NOT_APPLICABLE for one in row) for row in rows
    )
    applicable = len(rows) - outside
    unknown = applicable - len(means)
    reasons = Counter(one.reason for row in rows for one in row if one.failure is not None)
    return Standing(
        metric=metric,
        applicable=applicable,
        judged=len(means),
        not_applicable=outside,
        mean=fmean(means) if means else None,
        low=sum(means) / applicable if applicable else 0.0,
        high=(sum(means) + unknown) / applicable if applicable else 1.0,
        sd=_between(metric, questions),
        failures=sum(_failed(one) for row in rows for one in row),
        reasons=tuple(reasons.most_common(REASONS)),
    )


def _between(metric: str, questions: Sequence[Mapping[tuple[str, int], Judgement]]) -> float | None:
    """Give the deviation of the repeats' means, over the questions that each of them judged."""
    repeats = {repeat for said in questions for name, repeat in said if name == metric}
    whole = [
        [one.value for one in each if one is not None and one.value is not None]
        for said in questions
        if (each := [said.get((metric, repeat)) for repeat in sorted(repeats)])
    ]
    columns = list(zip(*(row for row in whole if len(row) == len(repeats)), strict=True))
    return stdev(map(fmean, columns)) if len(columns) > 1 else None


def values_of(judged: Iterable[Judged]) -> dict[str, dict[str, float]]:
    """Give each metric's value of each question, more being better, as people label it."""
    said: Said = {}
    for one in judged:
        said.setdefault(one.question, {})[one.metric, one.repeat] = one.judgement
    values: dict[str, dict[str, float]] = {}
    for question, each in said.items():
        for metric, mean in item_means(each).items():
            values.setdefault(metric, {})[question] = merit(metric, mean)
    return values
