"""Sums a run up: means with their intervals, times by stage, questions that failed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from contracts.measuring import Result
from eval.statistics import effects, percentiles

ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Mean:
    """A metric's mean over the questions that it concerns.

    ``low`` to ``high`` is its 95 % interval over whole documents, infinite below two of them.
    """

    metric: str
    value: float
    low: float
    high: float
    questions: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run's results come to; ``took_ms`` holds percentiles by stage, longest stage first."""

    means: tuple[Mean, ...]
    took_ms: Mapping[str, Mapping[str, float]]
    failed: int


def sum_up(results: Sequence[Result], seed: int = 0) -> Summary:
    """Sum results up; nothing comes to no means and no times."""
    names = sorted({name for one in results for name in one.metrics})
    return Summary(
        means=_means(results, names, seed) if names else (),
        took_ms={stage: percentiles(values) for stage, values in stages(results).items()},
        failed=sum(one.error is not None for one in results),
    )


def stages(results: Sequence[Result]) -> dict[str, list[float]]:
    """Give the milliseconds of every stage, the stage that takes longest first."""
    times: dict[str, list[float]] = {}
    for one in results:
        for stage, ms in one.took_ms.items():
            times.setdefault(stage, []).append(ms)
    return dict(sorted(times.items(), key=lambda item: -float(np.median(item[1]))))


def _means(results: Sequence[Result], names: Sequence[str], seed: int) -> tuple[Mean, ...]:
    table = np.array([[one.metrics.get(name, math.nan) for name in names] for one in results])
    found = effects(table, [one.group for one in results], seed=seed)
    rows = zip(names, found, strict=True)
    return tuple(Mean(name, x.mean, x.low, x.high, x.questions) for name, x in rows)
