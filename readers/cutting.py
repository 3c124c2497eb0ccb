"""The ways to cut a part into spans: by structure, page, sentence, table row or token."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from semantic_text_splitter import TextSplitter

from contracts.content import SentenceSplitter
from contracts.nouns import Span
from readers.sections import Section, joined
from readers.tables import Tables

PASSAGE_TOKENS = 256
"""With a context of at most 160 tokens it fits the 512 that small embedding models read."""

# A line that ends inside a sentence is only a wrapped line; as a blank (one character, like the
# line end) it does not draw the splitter to cut there.
_WRAPPED = re.compile(
    r"(?<=[^\W_.!?:][)»”’'\",;-])\n(?=[a-zà-öø-ÿа-яё])|(?<=[^\W_])\n(?=[a-zà-öø-ÿа-яё])"
)
_WORD = re.compile(r"\S+")
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_WINDOW = 1 << 13

Count = Callable[[str], int]


class Cutter(Protocol):
    """Cuts one part. Spans of a part lie in order and hold all of its visible text."""

    def sections(self, found: Sequence[Section]) -> Sequence[Section]:
        """Give the ranges that are cut apart from each other, made of those between headings."""
        ...

    def spans(self, text: str, section: Section, tables: Tables, language: str, /) -> list[Span]:
        """Cut a section of the part's text."""
        ...


class Structure:
    """Along headings, paragraphs and sentences, about ``tokens`` in each span.

    A section of up to 1.28 times that stays whole: an encyclopaedia paragraph is one chunk.
    Neighbouring spans of a long section share up to ``overlap`` tokens.
    """

    def __init__(self, count: Count, tokens: int, overlap: int) -> None:
        self._whole = tokens * 32 // 25
        self._tiny = tokens // 5
        self._count = count
        self._splitter = TextSplitter.from_callback(count, tokens, overlap)

    def sections(self, found: Sequence[Section]) -> Sequence[Section]:
        """Join what is too small to stand alone."""
        return joined(found, tiny=self._tiny, most=self._whole)

    def spans(self, text: str, section: Section, _: Tables, __: str, /) -> list[Span]:
        """Give one span for a short section, else the splitter's."""
        if section.tokens <= self._whole:
            return [Span(section.start, section.end)]
        return self._without_crumbs(text, list(_split(self._splitter, text, section)))

    def _without_crumbs(self, text: str, spans: list[Span]) -> list[Span]:
        """Join a line that the splitter left alone (a table's caption, a last sentence)."""
        count, kept = self._count, spans[:1]
        for span in spans[1:]:
            before = kept[-1]
            crumb = min(count(text[before.start : before.end]), count(text[before.end : span.end]))
            if crumb < self._tiny and count(text[before.start : span.end]) <= self._whole:
                kept[-1] = Span(before.start, span.end)
            else:
                kept.append(span)
        return kept


class Pages:
    """Page by page, sheet by sheet; what has over ``tokens`` is cut along its structure."""

    def __init__(self, count: Count, tokens: int) -> None:
        self._tokens = tokens
        self._splitter = TextSplitter.from_callback(count, tokens)

    def sections(self, found: Sequence[Section]) -> Sequence[Section]:
        """Give the page as one, below the headings that hold at its start."""
        return _whole(found)

    def spans(self, text: str, section: Section, _: Tables, __: str, /) -> list[Span]:
        """Give the page, or the splitter's spans of a long one."""
        if section.tokens <= self._tokens:
            return [Span(section.start, section.end)]
        return list(_split(self._splitter, text, section))


class Tokens:
    """Windows of ``tokens``, whatever stands there; neighbours share up to ``overlap``."""

    def __init__(self, count: Count, tokens: int, overlap: int) -> None:
        self._units = Units(count, tokens)
        self._tokens, self._overlap = tokens, overlap

    def sections(self, found: Sequence[Section]) -> Sequence[Section]:
        """Give the part as one."""
        return _whole(found)

    def spans(self, text: str, section: Section, _: Tables, __: str, /) -> list[Span]:
        """Pack words."""
        words = (Span(*one.span()) for one in _WORD.finditer(text, section.start, section.end))
        units = (replace(one, weight=one.tokens) for one in self._units(text, words))
        return list(_packed(units, self._tokens, self._overlap, self._tokens))


class Sentences:
    """``size`` sentences in each span, as far as the passage allows; ``overlap`` are shared."""

    def __init__(self, count: Count, splitter: SentenceSplitter, size: int, overlap: int) -> None:
        self._units = Units(count, PASSAGE_TOKENS)
        self._splitter = splitter
        self._size, self._overlap = size, overlap

    def sections(self, found: Sequence[Section]) -> Sequence[Section]:
        """Join bare headings with what they are above."""
        return joined(found, tiny=0, most=PASSAGE_TOKENS)

    def spans(self, text: str, section: Section, _: Tables, language: str, /) -> list[Span]:
        """Pack sentences."""
        start = section.start
        found = self._splitter.split(text[start : section.end], language)
        sentences = (Span(start + one.start, start + one.end) for one in found)
        return list(
            _packed(self._units(text, sentences), self._size, self._overlap, PASSAGE_TOKENS)
        )


class Rows:
    """``size`` table rows in each span, as far as the passage allows; the rest by ``around``."""

    def __init__(self, count: Count, around: Cutter, size: int) -> None:
        self._units = Units(count, PASSAGE_TOKENS)
        self._count = count
        self._around = around
        self._size = size

    def sections(self, found: Sequence[Section]) -> Sequence[Section]:
        """Give the sections as they are cut around tables."""
        return self._around.sections(found)

    def spans(self, text: str, section: Section, tables: Tables, language: str, /) -> list[Span]:
        """Pack the rows of each table; its header goes with the first ones."""
        found: list[Span] = []
        reached = section.start
        for start, body, end in tables.between(section.start, section.end):
            found += self._text(text, section, Span(reached, start), tables, language)
            rows = (Span(*one.span()) for one in _LINE.finditer(text, start, end))
            units = (
                replace(one, weight=int(one.span.start >= body)) for one in self._units(text, rows)
            )
            found += _packed(units, self._size, 0, PASSAGE_TOKENS)
            reached = end
        return found + self._text(text, section, Span(reached, section.end), tables, language)

    def _text(
        self, text: str, section: Section, span: Span, tables: Tables, language: str
    ) -> list[Span]:
        tokens = self._count(text[span.start : span.end])
        piece = replace(section, start=span.start, end=span.end, tokens=tokens)
        return self._around.spans(text, piece, tables, language) if span.start < span.end else []


def _whole(found: Sequence[Section]) -> list[Section]:
    """Make one section of all, below the headings that hold at its start."""
    tokens = sum(one.tokens for one in found)
    return [replace(found[0], end=found[-1].end, tokens=tokens, body=True)]


def _split(splitter: TextSplitter, text: str, section: Section) -> Iterator[Span]:
    """Yield the splitter's spans of a range, a window of text at a time.

    The splitter looks ahead to the next boundary of each kind for every chunk: in one long
    line that is quadratic. The last chunk of a window begins the next one; windows begin with
    text, since it takes 0.8 s for each window of empty lines.
    """
    piece = _WRAPPED.sub(" ", text[section.start : section.end])
    start = 0
    while word := _WORD.search(piece, start):
        start = word.start()
        found = splitter.chunk_indices(piece[start : start + _WINDOW])
        last = start + _WINDOW >= len(piece)
        for offset, chunk in found if last or len(found) < 2 else found[:-1]:  # noqa: PLR2004
            begun = section.start + start + offset
            yield Span(begun, begun + len(chunk))
        if last:
            return
        start += found[-1][0] if len(found) > 1 else _WINDOW


@dataclass(frozen=True, slots=True)
class Unit:
    """What is not cut: a sentence, a row, a word; ``weight`` is what counts for the size."""

    span: Span
    tokens: int
    weight: int = 1


class Units:
    """Counts the tokens of units, and cuts those over the limit."""

    def __init__(self, count: Count, most: int) -> None:
        self._count = count
        self._most = most
        self._splitter = TextSplitter.from_callback(count, most)

    def __call__(self, text: str, spans: Iterable[Span]) -> Iterator[Unit]:
        """Yield the units in order."""
        for span in spans:
            tokens = self._count(text[span.start : span.end])
            if tokens <= self._most:
                yield Unit(span, tokens)
                continue
            long = Section(span.start, span.end, (), tokens, body=True)
            for piece in _split(self._splitter, text, long):
                yield Unit(piece, self._count(text[piece.start : piece.end]))


def _packed(units: Iterable[Unit], size: int, overlap: int, most: int) -> Iterator[Span]:
    """Yield spans of neighbouring units: at most ``size`` in weight and ``most`` tokens.

    A span begins with what of the one before weighs at most ``overlap``, as far as it fits.
    """
    window: deque[Unit] = deque()
    weight = tokens = 0
    for unit in units:
        if window and (weight + unit.weight > size or tokens + unit.tokens > most):
            yield Span(window[0].span.start, window[-1].span.end)
            while window and (
                weight > overlap or weight + unit.weight > size or tokens + unit.tokens > most
            ):
                gone = window.popleft()
                weight, tokens = weight - gone.weight, tokens - gone.tokens
        window.append(unit)
        weight, tokens = weight + unit.weight, tokens + unit.tokens
    if window:
        yield Span(window[0].span.start, window[-1].span.end)
