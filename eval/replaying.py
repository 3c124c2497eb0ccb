"""Replay: real questions answered by two configurations, where nobody knows the right answer."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from eval.statistics import percentiles

DEPTH = 10
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """What one configuration made of a question: places found, best first; None where it failed."""

    found: tuple[Hashable, ...] | None
    refused: bool = False
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Differing:
    """A question that the two answer from different places."""

    question: str
    overlap: float


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay came to; pairs are of the base and of the variant.

    ``overlap`` is the mean share of equal places among the first ten, where both answered.
    ``turned`` counts questions that one refused and the other did not.
    """

    questions: int
    overlap: float
    p50_ms: tuple[float, float]
    p95_ms: tuple[float, float]
    refused: tuple[int, int]
    failed: tuple[int, int]
    turned: int
    differing: tuple[Differing, ...]


def summed(questions: Sequence[str], base: Sequence[Reply], variant: Sequence[Reply]) -> Replay:
    """Sum up a replay; questions without any reply come to zeros."""
    both = list(zip(questions, base, variant, strict=True))
    told = [(text, _overlap(a.found, b.found)) for text, a, b in both if _answered(a, b)]
    known = [(text, share) for text, share in told if share is not None]
    times = [
        percentiles([one.ms for one in side if one.found is not None]) for side in (base, variant)
    ]
    return Replay(
        questions=len(both),
        overlap=sum(share for _, share in known) / len(known) if known else 0.0,
        p50_ms=(times[0].get("p50", 0.0), times[1].get("p50", 0.0)),
        p95_ms=(times[0].get("p95", 0.0), times[1].get("p95", 0.0)),
        refused=(sum(one.refused for one in base), sum(one.refused for one in variant)),
        failed=(sum(one.found is None for one in base), sum(one.found is None for one in variant)),
        turned=sum(a.refused != b.refused for _, a, b in both if _answered(a, b)),
        differing=tuple(
            Differing(text, share)
            for text, share in sorted(known, key=lambda one: one[1])[:SHOWN]
            if share < 1
        ),
    )


def _answered(one: Reply, other: Reply) -> bool:
    return one.found is not None and other.found is not None


def _overlap(one: tuple[Hashable, ...] | None, other: tuple[Hashable, ...] | None) -> float | None:
    """Give the share of the first places that both hold; None for a reply that is not there."""
    if one is None or other is None:
        return None
    first, second = set(one[:DEPTH]), set(other[:DEPTH])
    longer = max(len(first), len(second))
    return len(first & second) / longer if longer else 1.0
