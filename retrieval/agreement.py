"""Agreement: how alike two orders of the same documents are."""

from collections.abc import Hashable, Sequence

DEPTH = 10
"""Places compared by ``overlap``: what a reader is shown."""
PATIENCE = 0.9
"""The paper's p: the first ten places carry 86 % of the measure."""


def overlap(one: Sequence[Hashable], other: Sequence[Hashable], depth: int = DEPTH) -> float:
    """Give the share of the first ``depth`` places that both orders hold, in [0, 1]."""
    first, second = set(one[:depth]), set(other[:depth])
    longer = max(len(first), len(second))
    return len(first & second) / longer if longer else 1.0


def rank_biased_overlap(
    one: Sequence[Hashable], other: Sequence[Hashable], p: float = PATIENCE
) -> float:
    """Give how alike two orders are, their heads counting most, in [0, 1].

    The extrapolated form for lists of uneven length, equation 32 of Webber, Moffat, Zobel:
    "A Similarity Measure for Indefinite Rankings", ACM TOIS 28(4), 2010. Neither order names a
    thing twice.
    """
    short, long = sorted((one, other), key=len)
    s, size = len(short), len(long)
    if not s:
        return 1.0 if not size else 0.0
    shared, seen_short, seen_long = 0, set[Hashable](), set[Hashable]()
    total, at_s = 0.0, 0
    for d in range(1, size + 1):
        new = long[d - 1]
        seen_long.add(new)
        shared += new in seen_short
        if d <= s:
            met = short[d - 1]
            seen_short.add(met)
            shared += met in seen_long
            at_s = shared
        total += (shared / d + (at_s * (d - s) / (s * d) if d > s else 0.0)) * p**d
    return (1 - p) / p * total + ((shared - at_s) / size + at_s / s) * p**size
