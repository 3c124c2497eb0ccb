"""Reciprocal rank fusion: several rankings of the same things become one.

Cormack, Clarke, Buettcher: "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
Learning Methods", SIGIR 2009. Scores of different legs cannot be compared (a cosine, a BM25 sum);
their ranks can.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from contracts.tuning import Fusion

SMOOTHING = Fusion().k
"""The paper's k."""
EQUAL: Mapping[str, float] = {}


class _Key(Hashable, Protocol):
    """What can be ranked: hashable, and ordered so that ties have one answer."""

    def __lt__(self, other: Any, /) -> bool: ...


Key = TypeVar("Key", bound=_Key)


@dataclass(frozen=True, slots=True)
class Fused(Generic[Key]):
    """One thing in the fused order; ``ranks`` maps the legs that hold it to its rank from 1."""

    key: Key
    score: float
    ranks: Mapping[str, int]


def fuse(legs: Mapping[str, Sequence[Key]], smoothing: int = SMOOTHING) -> list[Fused[Key]]:
    """Merge legs (each best first) by the sum of ``1 / (smoothing + rank)``, best first.

    A thing that one leg names twice counts once, at its better rank. Equal sums are ordered by
    the ranks in the legs, these taken by name, so the order in which they come never matters.
    """
    ranked: dict[str, dict[Key, int]] = {leg: {} for leg in legs}
    for leg, keys in legs.items():
        for rank, key in enumerate(keys, start=1):
            ranked[leg].setdefault(key, rank)
    return fuse_ranks(ranked, smoothing)


def fuse_ranks(
    legs: Mapping[str, Mapping[Key, int]],
    smoothing: int = SMOOTHING,
    weights: Mapping[str, float] = EQUAL,
) -> list[Fused[Key]]:
    """Merge legs as ``fuse`` does, where the ranks (from 1) are known already.

    ``weights`` says how much a leg's sums count, 1 where it says nothing.
    """
    ranks: dict[Key, dict[str, int]] = {}
    for leg, places in legs.items():
        for key, rank in places.items():
            ranks.setdefault(key, {})[leg] = rank
    # fsum is exact, so the order of addition cannot split a tie.
    fused = [
        Fused(
            key,
            math.fsum(weights.get(leg, 1.0) / (smoothing + rank) for leg, rank in held.items()),
            held,
        )
        for key, held in ranks.items()
    ]
    # Of two legs a swap at the top (1 and 2, 2 and 1) is a common tie. Keys are drawn at random:
    # by them alone the same documents, ingested again, would come in another order.
    names = sorted(legs)
    fused.sort(key=lambda one: (-one.score, [one.ranks.get(n, math.inf) for n in names], one.key))
    return fused
