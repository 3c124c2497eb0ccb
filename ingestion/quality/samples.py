"""Samples: a bounded share of a reading's text, spread over all of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.nouns import UNDETERMINED, Part

SLICES = 3
SLICE_LENGTH = 1000
"""Characters; three slices cost about half a millisecond to measure, however long a document is."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A piece of text in the language of its part."""

    text: str
    language: str = UNDETERMINED


def samples(parts: Sequence[Part]) -> list[Sample]:
    """Give at most SLICES pieces of text, evenly over it; a short text whole, by its languages."""
    total = sum(len(part.text) for part in parts)
    if total <= SLICE_LENGTH:
        texts: dict[str, list[str]] = {}
        for part in parts:
            texts.setdefault(part.language, []).append(part.text)
        return [Sample("\n".join(of), language) for language, of in texts.items()] if total else []
    count = min(SLICES, -(-total // SLICE_LENGTH))
    middles = [total * (2 * number + 1) // (2 * count) for number in range(count)]
    found: list[Sample] = []
    offset = 0
    for part in parts:
        end = offset + len(part.text)
        while middles and middles[0] < end:
            start = max(0, middles.pop(0) - offset - SLICE_LENGTH // 2)
            found.append(Sample(part.text[start : start + SLICE_LENGTH], part.language))
        offset = end
    return found
