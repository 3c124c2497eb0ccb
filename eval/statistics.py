"""Statistics of paired differences whose questions hang together by document.

Questions about one document are not independent: at twenty documents of six questions, treating
them as if they were finds a difference where none is in a third of all comparisons. So whole
documents are flipped (the p value) and drawn again (the interval). The interval is the percentile
bootstrap with Hesterberg's widening for few groups (2015, arXiv:1411.5279), without which 95 %
of twenty groups cover 92 %.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

FLIPS = 9_999
DRAWS = 4_000
EXACT_GROUPS = 13
"""Up to so many groups every flip is counted, not a sample of them."""
BLOCK = 500
"""Rounds computed at a time: bounds the memory, whatever the number of questions."""
LEVEL = 0.95
POWER = 0.8
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Effect:
    """What paired differences come to.

    ``low`` to ``high`` is the interval of the mean (infinite below two groups). ``p`` is
    two-sided. ``detectable`` is the true difference that a comparison of this size finds four
    times in five.
    """

    questions: int
    groups: int
    mean: float
    low: float
    high: float
    p: float
    detectable: float


def effects(
    differences: Floats, groups: Sequence[str], *, seed: int = 0, level: float = LEVEL
) -> list[Effect]:
    """Give the effect of each column; a row is a question, NaN where a column does not concern it.

    Columns that concern the same groups share their random numbers, so that many cost little
    more than one. The same arguments give the same figures.
    """
    names, place = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    present = ~np.isnan(differences)
    sums, counts = np.zeros((2, len(names), differences.shape[1]))
    np.add.at(sums, place, np.where(present, differences, 0.0))
    np.add.at(counts, place, present.astype(float))
    found: dict[int, Effect] = {}
    patterns, of_pattern = np.unique(counts.T > 0, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        columns = np.flatnonzero(of_pattern == number)
        some = _effects(sums[pattern][:, columns], counts[pattern][:, columns], seed, level)
        found.update(zip(columns.tolist(), some, strict=True))
    return [found[column] for column in range(differences.shape[1])]


def _effects(sums: Floats, counts: Floats, seed: int, level: float) -> list[Effect]:
    """Give the effects of columns that concern every one of these groups."""
    groups, columns = sums.shape
    if not groups:
        return [Effect(0, 0, 0.0, -math.inf, math.inf, 1.0, math.inf)] * columns
    total = counts.sum(0)
    means = sums.sum(0) / total
    p = _flipped(sums, np.random.default_rng([seed, 1]))
    if groups == 1:
        low, high, detectable = (np.full(columns, edge) for edge in (-math.inf, math.inf, math.inf))
    else:
        low, high = _drawn(sums, counts, np.random.default_rng([seed, 2]), level)
        spread = ((sums - means * counts) ** 2).sum(0) * groups / (groups - 1)
        factor = quantile_of_t((1 + level) / 2, groups - 1) + NormalDist().inv_cdf(POWER)
        detectable = factor * np.sqrt(spread) / total
    rows = zip(total, means, low, high, p, detectable, strict=True)
    return [Effect(int(n), groups, *map(float, values)) for n, *values in rows]


def _flipped(sums: Floats, random: np.random.Generator) -> Floats:
    """Give the share of sign flips of whole groups whose sum is as far from 0 as what was seen."""
    groups = len(sums)
    seen = np.abs(sums.sum(0)) * (1 - _ROUNDING)
    reached = np.zeros(sums.shape[1])
    exact = groups <= EXACT_GROUPS
    rounds = 2**groups if exact else FLIPS
    for begin, size in _blocks(rounds):
        if exact:
            bits = np.arange(begin, begin + size)[:, None] >> np.arange(groups) & 1
        else:
            bits = random.integers(0, 2, (size, groups), dtype=np.int8)
        reached += (np.abs((2.0 * bits - 1.0) @ sums) >= seen).sum(0)
    return reached / rounds if exact else (1 + reached) / (1 + rounds)


def _drawn(
    sums: Floats, counts: Floats, random: np.random.Generator, level: float
) -> tuple[Floats, Floats]:
    """Give the interval of the means over groups drawn with replacement."""
    groups = len(sums)
    means = np.empty((DRAWS, sums.shape[1]))
    for begin, size in _blocks(DRAWS):
        drawn = random.integers(0, groups, (size, groups)) + np.arange(size)[:, None] * groups
        times = np.bincount(drawn.ravel(), minlength=size * groups).reshape(size, groups)
        weights = times.astype(float)
        means[begin : begin + size] = (weights @ sums) / (weights @ counts)
    wide = math.sqrt(groups / (groups - 1)) * quantile_of_t((1 + level) / 2, groups - 1)
    tail = NormalDist().cdf(-wide)
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return low, high


def _blocks(rounds: int) -> Iterator[tuple[int, int]]:
    """Yield the begin and size of each block of rounds."""
    for begin in range(0, rounds, BLOCK):
        yield begin, min(BLOCK, rounds - begin)


def quantile_of_t(probability: float, freedom: int) -> float:
    """Quantile of Student's t; exact for one and two degrees of freedom.

    Above them the expansion of Abramowitz and Stegun 26.7.5, within 1 % up to 0.975.
    """
    if freedom == 1:
        return math.tan(math.pi * (probability - 0.5))
    if freedom == 2:  # noqa: PLR2004 - the case has a closed form
        return (2 * probability - 1) * math.sqrt(2 / (4 * probability * (1 - probability)))
    z = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    parts = (term / float(freedom) ** power for power, term in enumerate(terms, start=1))
    return z + math.fsum(parts)


def holm(values: Sequence[float]) -> list[float]:
    """Adjust p values for having looked at all of them (Holm 1979), in their order."""
    adjusted = [0.0] * len(values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        highest = max(highest, (len(values) - rank) * values[place])
        adjusted[place] = min(1.0, highest)
    return adjusted


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Give p50, p95 and p99 of what was measured; nothing for nothing."""
    if not values:
        return {}
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    found = np.quantile(np.asarray(values, dtype=float), list(shares.values()))
    return dict(zip(shares, found.tolist(), strict=True))
