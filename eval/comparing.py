"""Compares runs of one suite, question by question, and says in words what is known."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

import numpy as np

from contracts.errors import Conflict, InvalidInput
from contracts.measuring import Result, Run
from eval.guarding import Guard, guards
from eval.statistics import Effect, Floats, effects, holm

ALPHA = 0.05
PRIMARY = "ndcg@10"
FEW_GROUPS = 20
"""Below so many documents the interval is too narrow and hardly anything can be found."""
BUSIER = 25.0
"""Percentage points of processor load by which two runs may differ without a word."""
SATURATED = 90.0
"""Percent of processor load from which a run waited for others, nobody knows how long."""
SHOWN = 20


class Verdict(StrEnum):
    """What is known of a difference."""

    BETTER = "better"
    WORSE = "worse"
    EQUAL = "no difference at all"
    OPEN = "no significant difference"
    TOO_FEW = "too few documents to tell"


@dataclass(frozen=True, slots=True)
class Measured:
    """A run with what came of its questions, and the word that it goes by here."""

    label: str
    run: Run
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One metric in both runs; ``effect`` is of the second less the first, ``p`` adjusted."""

    metric: str
    first: float
    second: float
    effect: Effect
    p: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Slice:
    """The primary metric among the questions of one kind; adjusted over all slices."""

    dimension: str
    value: str
    line: Line


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that the second run answers better or worse."""

    question: str
    text: str
    first: float
    second: float
    found_first: tuple[str, ...]
    found_second: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pairing:
    """The second run against the first, the primary metric in the first line."""

    first: str
    second: str
    sentence: str
    lines: tuple[Line, ...]
    slices: tuple[Slice, ...]
    guards: tuple[Guard, ...]
    changed: tuple[Changed, ...]
    changed_count: int
    notes: tuple[str, ...]

    @property
    def worse(self) -> tuple[Line, ...]:
        """The metrics that got worse beyond doubt."""
        return tuple(line for line in self.lines if line.verdict is Verdict.WORSE)


def compare(runs: Sequence[Measured], primary: str = PRIMARY, seed: int = 0) -> list[Pairing]:
    """Compare each run with each before it.

    The p values of the primary metric, chosen beforehand, are adjusted over the pairs, those of
    the others over all of them and the pairs.

    Raises InvalidInput for fewer than two runs, runs of different suites, or a primary metric
    that they lack; Conflict for a run that is not complete.
    """
    _check(runs)
    pairs = list(combinations([_sorted(one) for one in runs], 2))
    names = _metrics(runs, primary)
    groups = [one.group for one in pairs[0][0].results]
    tables = {one.label: _table(one, names) for one, _ in pairs} | {
        one.label: _table(one, names) for _, one in pairs
    }
    stacked = np.hstack([tables[b.label] - tables[a.label] for a, b in pairs])
    found = effects(stacked, groups, seed=seed)
    adjusted = _adjusted([one.p for one in found], len(names))
    pairings = []
    for number, (first, second) in enumerate(pairs):
        here = slice(number * len(names), (number + 1) * len(names))
        means = zip(_means(tables[first.label]), _means(tables[second.label]), strict=True)
        rows = zip(names, means, found[here], adjusted[here], strict=True)
        lines = tuple(_line(name, *both, effect, p) for name, both, effect, p in rows)
        pairings.append(_pairing(first, second, lines, seed))
    return pairings


def _adjusted(values: list[float], metrics: int) -> list[float]:
    """Adjust the p values of the first metric of each pair apart from those of the others."""
    adjusted = [0.0] * len(values)
    places = range(len(values))
    for family in ([n for n in places if n % metrics == 0], [n for n in places if n % metrics]):
        for place, p in zip(family, holm([values[n] for n in family]), strict=True):
            adjusted[place] = p
    return adjusted


def _check(runs: Sequence[Measured]) -> None:
    """Refuse runs that cannot be paired by question."""
    if len(runs) < 2:  # noqa: PLR2004 - a pair
        raise InvalidInput("A comparison needs two runs.", "Name another run or panel.")
    if len({one.label for one in runs}) < len(runs):
        raise InvalidInput("A run was named twice.", "Name each run once.")
    for one in runs:
        if not one.run.complete:
            raise Conflict(
                f"The run {one.label} is at {one.run.done} of {one.run.questions} questions.",
                f"Finish it: {one.run.go_on}",
            )
    if len({one.run.pins.suite_fingerprint for one in runs}) > 1:
        raise InvalidInput(
            "The runs asked different questions, so they cannot be paired.",
            "Run the suite of the one with the configuration of the other.",
        )


def _sorted(one: Measured) -> Measured:
    return replace(one, results=tuple(sorted(one.results, key=lambda r: r.question)))


def _metrics(runs: Sequence[Measured], primary: str) -> list[str]:
    """Give the metrics that every run has, the primary one first."""
    had = [{name for one in each.results for name in one.metrics} for each in runs]
    common = set.intersection(*had)
    if primary not in common:
        raise InvalidInput(
            f"The runs do not have the metric '{primary[:40]}' in common.",
            f"Choose one of: {', '.join(sorted(common))}." if common else "Run the suite again.",
        )
    return [primary, *sorted(common - {primary})]


def _table(one: Measured, names: Sequence[str]) -> Floats:
    """Give the metrics by question; NaN for those that do not concern one."""
    rows = [[result.metrics.get(name, math.nan) for name in names] for result in one.results]
    return np.array(rows, dtype=float).reshape(len(rows), len(names))


def _means(table: Floats) -> list[float]:
    """Give the mean of each column over the questions that it concerns."""
    concerned = ~np.isnan(table)
    total = np.where(concerned, table, 0.0).sum(0) / np.maximum(concerned.sum(0), 1)
    return [float(value) for value in total]


def _line(metric: str, first: float, second: float, effect: Effect, p: float) -> Line:
    if effect.mean == effect.low == effect.high == 0:
        verdict = Verdict.EQUAL
    elif p <= ALPHA:
        verdict = Verdict.BETTER if effect.mean > 0 else Verdict.WORSE
    else:
        verdict = Verdict.TOO_FEW if effect.groups < FEW_GROUPS else Verdict.OPEN
    return Line(metric, first, second, effect, p, verdict)


def _pairing(first: Measured, second: Measured, lines: tuple[Line, ...], seed: int) -> Pairing:
    changed = _changed(first, second, lines[0].metric)
    return Pairing(
        first=first.label,
        second=second.label,
        sentence=_sentence(first.label, second.label, lines[0]),
        lines=lines,
        slices=_slices(first, second, lines[0].metric, seed),
        guards=guards(first.results, second.results, seed),
        changed=tuple(changed[:SHOWN]),
        changed_count=len(changed),
        notes=_notes(first.run, second.run, lines[0]),
    )


def _sentence(first: str, second: str, line: Line) -> str:
    """Say the verdict on the primary metric, with what it rests on."""
    effect = line.effect
    figures = (
        f"{line.metric} {line.first:.4f} and {line.second:.4f}, difference {effect.mean:+.4f} "
        f"[{effect.low:+.4f}, {effect.high:+.4f}], p {line.p:.4f}, {effect.questions} questions "
        f"on {effect.groups} documents"
    )
    if line.verdict in {Verdict.BETTER, Verdict.WORSE}:
        return f"{second} is {line.verdict} than {first}: {figures}."
    words = f"{second} and {first}: {line.verdict} ({figures})"
    if line.verdict is Verdict.EQUAL:
        return f"{words}."
    return f"{words}; a difference below {effect.detectable:.4f} would mostly be missed."


def _slices(first: Measured, second: Measured, metric: str, seed: int) -> tuple[Slice, ...]:
    """Compare the primary metric in each slice, all of them in one table of columns."""
    both = list(zip(first.results, second.results, strict=True))
    keys = sorted({item for one, _ in both for item in one.slices.items() if metric in one.metrics})
    if not keys:
        return ()
    member = np.array([[one.slices.get(k) == v for k, v in keys] for one, _ in both])
    tables = [np.where(member, _table(each, [metric]), math.nan) for each in (first, second)]
    found = effects(tables[1] - tables[0], [one.group for one, _ in both], seed=seed)
    means = zip(_means(tables[0]), _means(tables[1]), strict=True)
    rows = zip(keys, means, found, holm([one.p for one in found]), strict=True)
    return tuple(
        Slice(dimension, value, _line(metric, *mean, effect, p))
        for (dimension, value), mean, effect, p in rows
    )


def _changed(first: Measured, second: Measured, metric: str) -> list[Changed]:
    """Give the questions whose primary metric differs, the largest differences first."""
    found = [
        Changed(a.question, a.text, a.metrics[metric], b.metrics[metric], a.found, b.found)
        for a, b in zip(first.results, second.results, strict=True)
        if metric in a.metrics and metric in b.metrics and a.metrics[metric] != b.metrics[metric]
    ]
    return sorted(found, key=lambda one: (-abs(one.second - one.first), one.question))


def _notes(first: Run, second: Run, line: Line) -> tuple[str, ...]:
    """Say what keeps the comparison from being one of like with like."""
    notes = []
    if first.pins.corpus_fingerprint != second.pins.corpus_fingerprint:
        notes.append("The documents changed between the runs.")
    if first.pins.code != second.pins.code:
        notes.append("The program changed between the runs.")
    if line.effect.groups < FEW_GROUPS:
        notes.append(f"Only {line.effect.groups} documents: the interval is too narrow.")
    if unlike := unlike_times(first, second):
        notes.append(unlike)
    return tuple(notes)


def unlike_times(first: Run, second: Run) -> str | None:
    """Say why the times of two runs tell nothing of each other, None where they may."""
    loads: list[Mapping[str, float]] = [first.load, second.load]
    busy = [load.get("cpu_percent_mean") for load in loads]
    if busy[0] is None or busy[1] is None:
        return None
    if abs(busy[0] - busy[1]) <= BUSIER and max(busy[0], busy[1]) <= SATURATED:
        return None
    return f"The machine was busy {busy[0]:.0f} % and {busy[1]:.0f} %: do not compare times."
