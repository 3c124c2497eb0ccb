"""How far a judge agrees with people, and what its verdicts say of the truth nevertheless.

Raw agreement deceives: a judge that always says "pass" agrees at 90 % where 90 % pass, with a
kappa of 0. And a lenient judge's pass rate is biased however many items it judges: its interval
shrinks around the wrong value. Two corrections use the items that people labelled: Rogan and
Gladen's (1978), from the rates of the confusion, and prediction-powered inference (Angelopoulos
et al. 2023, doi:10.1126/science.adi6000).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.statistics import LEVEL, Floats, quantile_of_t


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate with its interval, both within 0 to 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """Items by what people and the judge say; rates are None where they have no items."""

    both_pass: int
    judge_alone: int
    people_alone: int
    both_fail: int

    @property
    def items(self) -> int:
        """How many there are."""
        return self.both_pass + self.judge_alone + self.people_alone + self.both_fail

    @property
    def tpr(self) -> float | None:
        """The share of what passes with people that passes with the judge."""
        good = self.both_pass + self.people_alone
        return self.both_pass / good if good else None

    @property
    def tnr(self) -> float | None:
        """The share of what fails with people that fails with the judge."""
        bad = self.both_fail + self.judge_alone
        return self.both_fail / bad if bad else None


def confusion(people: Sequence[bool], judge: Sequence[bool]) -> Confusion:
    """Count the items, in order."""
    pairs = list(zip(people, judge, strict=True))
    ways = ((True, True), (False, True), (True, False), (False, False))
    return Confusion(*(pairs.count(way) for way in ways))


def kappa(first: Sequence[int], second: Sequence[int], *, quadratic: bool = False) -> float | None:
    """Give Cohen's kappa of two ratings; with ``quadratic`` far disagreements weigh more.

    Ratings are grades from 0 up. None where it is not defined: no items, or both ratings the
    same single grade throughout.
    """
    if not first:
        return None
    size = max(*first, *second) + 1
    seen = np.zeros((size, size))
    np.add.at(seen, (np.asarray(first, dtype=int), np.asarray(second, dtype=int)), 1)
    chance = np.outer(seen.sum(1), seen.sum(0)) / len(first)
    grades = np.arange(size)
    apart = grades[:, None] - grades
    weights = apart**2.0 if quadratic else (apart != 0).astype(float)
    expected = float((weights * chance).sum())
    return 1 - float((weights * seen).sum()) / expected if expected > 0 else None


def corrected(passes: Sequence[bool], known: Confusion) -> Estimate | None:
    """Give the true pass rate after Rogan and Gladen, its interval by the delta method.

    None for a judge no better than chance: it tells nothing.
    """
    tpr, tnr = known.tpr, known.tnr
    if not passes or tpr is None or tnr is None or tpr + tnr <= 1:
        return None
    worth = tpr + tnr - 1
    rate = sum(passes) / len(passes)
    value = min(1.0, max(0.0, (rate + tnr - 1) / worth))
    good, bad = known.both_pass + known.people_alone, known.both_fail + known.judge_alone
    spread = (
        rate * (1 - rate) / len(passes)
        + value**2 * tpr * (1 - tpr) / good
        + (1 - value) ** 2 * tnr * (1 - tnr) / bad
    )
    return _within(
        value, quantile_of_t((1 + LEVEL) / 2, known.items - 1) * math.sqrt(spread) / worth
    )


def predicted(
    judge: Floats, people: Floats, groups: Sequence[str], level: float = LEVEL
) -> Estimate | None:
    """Give the true mean by prediction-powered inference.

    ``judge`` has a value for each item, ``people`` one for those that were labelled, drawn at
    random, and NaN for the others. Items of one group are not independent. None below two
    labelled groups. The judge has its full weight: the weight that makes the interval narrowest
    (arXiv:2311.01453) let 95 % cover 90 % where 54 of 60 labels pass, the full one 94.5 %.
    """
    labelled = ~np.isnan(people)
    names, place = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    known = len(set(place[labelled].tolist()))
    if known < 2:  # noqa: PLR2004 - no spread without
        return None
    other = judge[~labelled]
    weight = float(len(other) > 0)
    rest = people[labelled] - weight * judge[labelled]
    value = float(rest.mean() + (other.mean() if len(other) else 0.0))
    pull = np.zeros(len(judge))
    pull[labelled] = (rest - rest.mean()) / len(rest)
    if len(other):
        pull[~labelled] = (other - other.mean()) / len(other)
    sums = np.zeros(len(names))
    np.add.at(sums, place, pull)
    spread = math.sqrt(float((sums**2).sum()) * known / (known - 1))
    return _within(value, quantile_of_t((1 + level) / 2, known - 1) * spread)


def _within(value: float, half: float) -> Estimate:
    """Give the interval around a rate, cut at what a rate can be."""
    low, high = value - half, value + half
    return Estimate(*(float(min(1.0, max(0.0, edge))) for edge in (value, low, high)))
