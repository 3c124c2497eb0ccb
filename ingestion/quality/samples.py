"""Samples: a bounded share of a reading's text, spread over all of it."""

from collections.abc import Sequence

from contracts.nouns import Part

SLICES = 3
SLICE_LENGTH = 1000
"""Characters; three slices cost about half a millisecond to measure, however long a document is."""


def samples(parts: Sequence[Part]) -> list[str]:
    """Give at most SLICES pieces of text, evenly over the characters; a short text whole."""
    total = sum(len(part.text) for part in parts)
    if total <= SLICE_LENGTH:
        return ["\n".join(part.text for part in parts)] if total else []
    count = min(SLICES, -(-total // SLICE_LENGTH))
    middles = [total * (2 * number + 1) // (2 * count) for number in range(count)]
    found: list[str] = []
    offset = 0
    for part in parts:
        end = offset + len(part.text)
        while middles and middles[0] < end:
            start = max(0, middles.pop(0) - offset - SLICE_LENGTH // 2)
            found.append(part.text[start : start + SLICE_LENGTH])
        offset = end
    return found
