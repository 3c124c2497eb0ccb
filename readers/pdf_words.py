"""The words of a PDF page with their boxes, as it is shown, in the lines that pdfium gives."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
from pypdfium2 import raw

Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom as the page is shown: what is lower is larger."""
Turn: TypeAlias = Callable[[float, float], Point]

TURNS: dict[int, Turn] = {
    0: lambda x, y: (x, -y),
    90: lambda x, y: (y, x),
    180: lambda x, y: (-x, y),
    270: lambda x, y: (-y, -x),
}
"""From a point of the page to where it is shown, by the page's rotation."""
Cells: TypeAlias = list[list["Word"]]
_LINE = re.compile(r"[^\r\n]+(?:\r\n|\r|\n)?|\r\n|\r|\n")
_WORD = re.compile(r"\S+")
_LETTERS = 4
# Filled again for each word: a table has hundreds.
_RECTANGLE = raw.FS_RECTF()


class Word(NamedTuple):
    """Characters without white space, of the text from ``start`` to before ``end``.

    ``first`` is the number of the first one in pdfium.
    """

    start: int
    end: int
    first: int
    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Height in the middle of the word."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Height of the line that the word's font makes."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of pdfium's text, its end included; without words it is blank."""

    start: int
    end: int
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table that take the place of these lines of the text."""

    lines: frozenset[int]
    rows: list[Cells]


def text_lines(
    textpage: pdfium.PdfTextPage, characters: tuple[str, Sequence[int]], turn: Turn
) -> list[TextLine]:
    """Give the lines of a page, from its characters and which of pdfium's each one is."""
    text, places = characters
    return [
        TextLine(
            line.start(),
            line.end(),
            tuple(
                _word(textpage, word, places, turn) for word in _WORD.finditer(text, *line.span())
            ),
        )
        for line in _LINE.finditer(text)
    ]


def _word(
    textpage: pdfium.PdfTextPage, found: re.Match[str], places: Sequence[int], turn: Turn
) -> Word:
    start, end = found.span()
    first, last = places[start], places[end - 1]
    box = _box(textpage, first)
    if first != last:
        (left, bottom, right, top), (x0, y0, x1, y1) = box, _box(textpage, last)
        box = min(left, x0), min(bottom, y0), max(right, x1), max(top, y1)
    return Word(start, end, first, found.group(), *turned(box, turn))


def _box(textpage: pdfium.PdfTextPage, index: int) -> Box:
    """Give left, bottom, right and top of the place that a character takes in its line."""
    raw.FPDFText_GetLooseCharBox(textpage.raw, index, _RECTANGLE)
    return _RECTANGLE.left, _RECTANGLE.bottom, _RECTANGLE.right, _RECTANGLE.top


def turned(box: Box, turn: Turn) -> Box:
    """Give a box of the page (left, bottom, right, top) as it is shown."""
    x0, y0 = turn(box[0], box[1])
    x1, y1 = turn(box[2], box[3])
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def in_levels(words: Iterable[Word]) -> list[list[Word]]:
    """Give words that stand at the same height together, from the top; each in its order."""
    levels: list[list[Word]] = []
    for word in sorted(words, key=lambda one: one.middle):
        if levels and word.middle - levels[-1][0].middle < word.height / 2:
            levels[-1].append(word)
        else:
            levels.append([word])
    return [sorted(level, key=lambda one: one.start) for level in levels]


def has_digit(word: Word) -> bool:
    """Tell whether a word is a number, an amount, a date, or has one in it."""
    return any(map(str.isdigit, word.text))


def is_number(words: Sequence[Word]) -> bool:
    """Tell whether words are a number, an amount or a date: a digit, and few letters."""
    letters = sum(character.isalpha() for word in words for character in word.text)
    return letters < _LETTERS and any(map(has_digit, words))
