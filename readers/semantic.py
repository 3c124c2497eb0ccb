"""Cuts where the meaning changes most: a section is divided at its widest gap until all fits.

Kamradt's semantic chunking compares each sentence, with its neighbours, with the next one and cuts
at the gaps over a percentile (the way of llama-index' SemanticSplitterNodeParser). A percentile
says nothing of sizes, so here the widest gap goes first and cutting ends when every piece fits.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from contracts.content import SentenceSplitter
from contracts.nouns import Span, Vector
from readers.cutting import Count, Unit, Units
from readers.sections import Section, joined
from readers.tables import Tables

Meaning: TypeAlias = Callable[[Sequence[str]], Vector]
"""Gives float32 unit rows for texts; blocks. Raises ModelUnavailable."""


class Semantic:
    """Pieces of at most ``tokens``; a section of up to 1.28 times that stays whole."""

    def __init__(
        self, count: Count, splitter: SentenceSplitter, meaning: Meaning, tokens: int
    ) -> None:
        self._units = Units(count, tokens)
        self._splitter = splitter
        self._meaning = meaning
        self._tokens = tokens
        self._whole = tokens * 32 // 25
        self._tiny = tokens // 5

    def sections(self, found: Sequence[Section]) -> Sequence[Section]:
        """Join what is too small to stand alone."""
        return joined(found, tiny=self._tiny, most=self._whole)

    def spans(self, text: str, section: Section, _: Tables, language: str, /) -> list[Span]:
        """Give one span for a short section, else the pieces between its widest gaps."""
        if section.tokens <= self._whole:
            return [Span(section.start, section.end)]
        start = section.start
        found = self._splitter.split(text[start : section.end], language)
        sentences = (Span(start + one.start, start + one.end) for one in found)
        units = list(self._units(text, sentences))
        if not units:
            return []
        gaps = _gaps(self._meaning([_around(text, units, place) for place in range(len(units))]))
        pieces = _divided(np.array([one.tokens for one in units]), gaps, self._tokens, self._tiny)
        return [Span(units[first].span.start, units[end - 1].span.end) for first, end in pieces]


def _around(text: str, units: Sequence[Unit], place: int) -> str:
    """Give a sentence with the one before and the one after: alone, many say nothing."""
    first, last = units[max(0, place - 1)], units[min(len(units) - 1, place + 1)]
    return text[first.span.start : last.span.end]


def _gaps(vectors: Vector) -> npt.NDArray[np.float64]:
    """Give the cosine distance of each row to the next; one less than there are rows."""
    products = vectors[:-1].astype(np.float64) * vectors[1:]
    distances: npt.NDArray[np.float64] = 1.0 - products.sum(axis=1)
    return distances


def _divided(
    sizes: npt.NDArray[np.int64], gaps: npt.NDArray[np.float64], most: int, tiny: int
) -> Iterator[tuple[int, int]]:
    """Yield ranges of units, in order, each of at most ``most`` tokens or of one unit.

    A cut that leaves less than ``tiny`` tokens on a side is made only where there is no other.
    """
    before = np.concatenate([[0], sizes.cumsum()])
    waiting = [(0, len(sizes))]
    while waiting:
        first, end = waiting.pop()
        if before[end] - before[first] <= most or end - first == 1:
            yield first, end
            continue
        cuts = np.arange(first + 1, end)
        left, right = before[cuts] - before[first], before[end] - before[cuts]
        allowed = np.minimum(left, right) >= tiny
        kept = cuts[allowed] if allowed.any() else cuts
        cut = int(kept[np.argmax(gaps[kept - 1])])
        waiting += [(cut, end), (first, cut)]
