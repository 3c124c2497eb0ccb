"""Guards: what must not get worse beyond a margin, shown by the interval of the difference.

"No significant difference" is not "not worse". A guard holds when the whole interval is inside
its margin, is broken when the whole interval is outside it, and is open in between.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from contracts.measuring import Result
from eval.statistics import effects

LATENCY = "latency"
SLOWER = 1.5
"""How many times the time of the first the second may take, question by question."""
MARGINS = {"answered": 0.01, "refusal": 0.02}
"""By how much a share may fall."""


class Standing(StrEnum):
    """What the interval says of a guard."""

    HOLDS = "holds"
    OPEN = "open"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Guard:
    """A margin and where the difference lies; of ``latency`` both are ratios of times."""

    name: str
    margin: float
    value: float
    low: float
    high: float
    standing: Standing

    @property
    def sentence(self) -> str:
        """Say it for a person."""
        within = f"[{self.low:.3f}, {self.high:.3f}]"
        return f"{self.name} {self.value:.3f} {within}, margin {self.margin:.3f}: {self.standing}"


def guards(first: Sequence[Result], second: Sequence[Result], seed: int) -> tuple[Guard, ...]:
    """Give every guard that the runs' results, paired in order, have figures for."""
    groups = [one.group for one in first]
    columns = [[_log_ratio(a, b) for a, b in zip(first, second, strict=True)]]
    columns += [
        [
            b.metrics.get(n, math.nan) - a.metrics.get(n, math.nan)
            for a, b in zip(first, second, strict=True)
        ]
        for n in MARGINS
    ]
    latency, *shares = effects(np.array(columns).T, groups, seed=seed)
    found = []
    if latency.questions:
        value, low, high = (math.exp(edge) for edge in (latency.mean, latency.low, latency.high))
        standing = _standing(SLOWER - high, SLOWER - low)
        found.append(Guard(LATENCY, SLOWER, value, low, high, standing))
    for (name, margin), one in zip(MARGINS.items(), shares, strict=True):
        if one.questions:
            standing = _standing(one.low + margin, one.high + margin)
            found.append(Guard(name, -margin, one.mean, one.low, one.high, standing))
    return tuple(found)


def _standing(worst: float, best: float) -> Standing:
    """Judge by how far inside the margin the two ends of the interval are."""
    if worst >= 0:
        return Standing.HOLDS
    return Standing.OPEN if best >= 0 else Standing.BROKEN


def _log_ratio(first: Result, second: Result) -> float:
    """Give the logarithm of how many times longer the second took; NaN where either failed."""
    times = [one.took_ms.get("total", 0.0) for one in (first, second) if one.error is None]
    if len(times) < 2 or min(times) <= 0:  # noqa: PLR2004 - both
        return math.nan
    return math.log(times[1] / times[0])
