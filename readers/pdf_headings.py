"""Finds headings in a PDF that has no outline, by how their lines are set: larger, or bolder."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from ctypes import c_int, create_string_buffer
from dataclasses import dataclass

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
from pypdfium2 import raw

from readers.draft import PartDraft

LARGER = 1.12
"""A heading's letters are at least this many times as high as the body's."""
BOLD = 600
LONGEST = 120
"""Characters of a heading; a longer line is a sentence that is set large."""
RARE = 0.4
"""Share of a document's lines that headings are at most; with more, the setting tells nothing."""
_LINE = re.compile(r"[^\r\n]+")
_WORD = re.compile(r"[^\W\d_]{2}")
_NAME_BYTES = 128
# Filled again for each line: making them anew takes 3 % of the reading of a page.
_NAME = create_string_buffer(_NAME_BYTES)
_FLAGS = c_int()


@dataclass(frozen=True, slots=True)
class Line:
    """How one line of a page is set. ``height`` is that of its font's box, in points."""

    text: str
    height: float
    bold: bool


def page_lines(textpage: pdfium.PdfTextPage, text: str, places: Sequence[int]) -> list[Line]:
    """Look at the first and last letter of each line; ``text[i]`` is pdfium's ``places[i]``."""
    return list(_lines(textpage, text, places))


def _lines(textpage: pdfium.PdfTextPage, text: str, places: Sequence[int]) -> Iterator[Line]:
    for found in _LINE.finditer(text):
        line = found.group()
        if not (word := line.strip()):
            continue
        first = found.start() + len(line) - len(line.lstrip())
        first, last = places[first], places[first + len(word) - 1]
        _, bottom, _, top = textpage.get_charbox(first, loose=True)
        bold = _is_bold(textpage, first) and _is_bold(textpage, last)
        yield Line(word, round((top - bottom) * 2) / 2, bold)


def _is_bold(textpage: pdfium.PdfTextPage, index: int) -> bool:
    if raw.FPDFText_GetFontWeight(textpage.raw, index) >= BOLD:
        return True
    size = raw.FPDFText_GetFontInfo(textpage.raw, index, _NAME, _NAME_BYTES, _FLAGS)
    # Where there is no name, or a longer one, the buffer holds an earlier line's.
    return 0 < size <= _NAME_BYTES and b"bold" in _NAME.value.lower()


def note_headings(pages: Sequence[tuple[PartDraft, list[Line]]]) -> None:
    """Note on each page's part the lines that stand out from the body of the whole document."""
    sizes: Counter[tuple[float, bool]] = Counter()
    for _, lines in pages:
        for line in lines:
            sizes[line.height, line.bold] += len(line.text)
    if not sizes:
        return
    (height, bold), _ = sizes.most_common(1)[0]
    marked = [(p, [x for x in lines if _stands_out(x, height, bold=bold)]) for p, lines in pages]
    if sum(len(m) for _, m in marked) > RARE * sum(len(lines) for _, lines in pages):
        return
    heights = sorted({x.height for _, m in marked for x in m}, reverse=True)
    for part, headings in marked:
        place = 0
        for heading in headings:
            start = part.text.find(heading.text, place)
            if start >= 0:
                part.note_heading(start, heights.index(heading.height) + 1, heading.text)
                place = start + len(heading.text)


def _stands_out(line: Line, height: float, *, bold: bool) -> bool:
    if len(line.text) > LONGEST or not _WORD.search(line.text) or line.text[-1] in ".,;":
        return False
    if "\t" in line.text:  # a row of a table
        return False
    return line.height >= LARGER * height or (line.bold and not bold and line.height >= height)
