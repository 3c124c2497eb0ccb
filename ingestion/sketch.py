"""Sketch: two kilobytes that say how many runs of letters two texts have in common. Pure.

One permutation hashing with rotation (Shrivastava and Li, 2014): one hash for each run, of which
the least of each range is kept; an empty range takes that of the next. As good an estimate as from
as many permutations, at the cost of one.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Hashes: TypeAlias = npt.NDArray[np.uint64]

BINS = 1024
"""What two texts have in common is told to 0.015; one byte of each, so a kilobyte."""
BANDS, ROWS = 42, 3
"""Of texts with 0.5 in common 99.6 % share a band of three, with 0.4 94 %, with 0.2 29 %."""
CHANCE = 1 / 256
"""How often the bytes of different hashes are equal."""

_BASE = np.uint64(0x9E3779B97F4A7C15)
_INDEX_BITS = np.uint64(64 - BINS.bit_length() + 1)
_EDGES = np.arange(BINS, dtype=np.uint64) << _INDEX_BITS


def runs(letters: str, length: int) -> Hashes:
    """Give a hash of every run of so many letters; the third of its kind is not like the first.

    Counting them keeps a text that repeats itself as much like its copy as another one is.
    """
    codes = np.frombuffer(letters.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    count = len(codes) - length + 1
    hashes = np.zeros(count, dtype=np.uint64)
    for start in range(length):
        hashes = hashes * _BASE + codes[start : start + count]
    hashes = np.sort(_mixed(hashes))
    places = np.arange(count)
    first = np.concatenate(([True], hashes[1:] != hashes[:-1]))
    earlier = places - np.maximum.accumulate(np.where(first, places, 0))
    return _mixed(hashes + earlier.astype(np.uint64) * _BASE)


def ranges(hashes: Hashes) -> Hashes:
    """Give the least hash of each range, where it is empty that of the next."""
    ordered = np.sort(hashes)
    return ordered[np.minimum(np.searchsorted(ordered, _EDGES), len(ordered) - 1)]


def signature(least: Hashes) -> bytes:
    """Give a byte for each range."""
    return least.astype(np.uint8).tobytes()


def bands(least: Hashes) -> tuple[int, ...]:
    """Give one signed 64-bit number for each band: texts that share one may be alike."""
    rows = least[: BANDS * ROWS].reshape(BANDS, ROWS)
    keys = np.arange(1, BANDS + 1, dtype=np.uint64)
    for row in rows.T:
        keys = _mixed(keys * _BASE + row)
    return tuple(keys.view(np.int64).tolist())


def in_common(mine: bytes, other: bytes) -> float:
    """Estimate the share of runs that are in both texts, of those that are in any, from 0 to 1."""
    one, two = (np.frombuffer(signed, dtype=np.uint8) for signed in (mine, other))
    equal = int(np.count_nonzero(one == two)) / BINS
    return max(0.0, (equal - CHANCE) / (1 - CHANCE))


def _mixed(hashes: Hashes) -> Hashes:
    """Let every bit count for every other (the finalizer of SplitMix64)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))
