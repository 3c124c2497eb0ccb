"""Writes the tables of a PDF page as rows: a line per row, cells between tabs.

Only what is certain is touched: cells between drawn lines, and words that stand in columns. Each
character that can be seen stays in the text once, and so does the text around tables.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import radians, remainder, tau

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
from pypdfium2 import raw

from readers.pdf_cells import ruled_rows
from readers.pdf_columns import aligned_rows
from readers.pdf_rules import grids
from readers.pdf_words import TURNS, Box, Cells, Rows, TextLine, text_lines, turned

MOST_BOXES = 6_000
_FEWEST_ROWS = 2
_GAP = 0.8
_TILT = 0.02
_NOWHERE = (0.0, float("inf"), 0.0, float("inf"))
_BLANKS = frozenset(" \t\r\n")
_END = "\r\n"
"""What pdfium puts between lines."""


def in_rows(
    page: pdfium.PdfPage,
    textpage: pdfium.PdfTextPage,
    characters: tuple[str, Sequence[int]],
    boxes: Sequence[Box],
) -> tuple[str, Sequence[int]]:
    """Give the text with rows, and for each character which of pdfium's it is (-1 for none).

    ``characters`` are the same before, ``boxes`` what is around each run of text.
    """
    turn = TURNS[page.get_rotation()]
    if not 2 * _FEWEST_ROWS <= len(boxes) <= MOST_BOXES:
        return characters
    shown = [turned(box, turn) for box in boxes]
    gap = _GAP * sorted(box[3] - box[1] for box in shown)[len(shown) // 2]
    if _rows_with_gaps(sorted(shown, key=_middle), gap) < _FEWEST_ROWS:
        return characters
    found = grids(page, turn)
    # Two columns of sentences are not written row by row, and no lines are drawn around them.
    if not found and _rows_with_gaps(shown, gap) < _FEWEST_ROWS:
        return characters
    lines = text_lines(textpage, characters, turn)
    rotation = radians(page.get_rotation())
    gone = {n for n, line in enumerate(lines) if _is_tilted(textpage, line, rotation)}
    tables: list[Rows] = []
    for grid in found:
        if table := ruled_rows(grid, lines, gone):
            tables.append(table)
            gone |= table.lines
    tables += aligned_rows(lines, gone)
    if not tables:
        return characters
    text, places = zip(*_written(characters, lines, tables), strict=True)
    return "".join(text), places


def _rows_with_gaps(boxes: Sequence[Box], gap: float) -> int:
    """Count how often boxes that follow each other stand side by side, far apart."""
    found = 0
    row: list[Box] = []
    for box in (*boxes, _NOWHERE):
        if row and abs(_middle(box) - _middle(row[0])) > gap / 2:
            found += len(row) > 1 and _has_gap(row, gap)
            row = []
        row.append(box)
    return found


def _has_gap(row: list[Box], gap: float) -> bool:
    return any(other[0] - one[2] > gap for one, other in pairwise(sorted(row)))


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2


def _is_tilted(textpage: pdfium.PdfTextPage, line: TextLine, rotation: float) -> bool:
    """Tell whether a line does not run from left to right on a page that is shown so turned."""
    if not line.words:
        return False
    # Clockwise, in radians: what is upright on a page turned by 90 degrees has 270.
    angle = raw.FPDFText_GetCharAngle(textpage.raw, line.words[0].first)
    return abs(remainder(angle + rotation, tau)) > _TILT


def _written(
    characters: tuple[str, Sequence[int]], lines: Sequence[TextLine], tables: Sequence[Rows]
) -> Iterator[tuple[str, int]]:
    """Yield characters with where they come from; a table stands where its first line was."""
    begins = {min(table.lines): table for table in tables}
    gone = frozenset[int]().union(*(table.lines for table in tables))
    for number, line in enumerate(lines):
        if table := begins.get(number):
            for row in table.rows:
                yield from _row(characters, row)
                yield from _added(_END)
        elif number not in gone:
            yield from _kept(characters, line.start, line.end)


def _row(characters: tuple[str, Sequence[int]], cells: Cells) -> Iterator[tuple[str, int]]:
    last = max(number for number, cell in enumerate(cells) if cell)
    for number, cell in enumerate(cells[: last + 1]):
        if number:
            yield from _added("\t")
        for before, word in zip([None, *cell], cell, strict=False):
            if before:
                space = characters[0][before.end : word.start]
                # A space of another kind, as in an amount, where nothing else is between.
                own = space.isspace() and not _BLANKS.intersection(space)
                yield from _kept(characters, before.end, word.start) if own else _added(" ")
            yield from _kept(characters, word.start, word.end)


def _kept(characters: tuple[str, Sequence[int]], start: int, end: int) -> Iterator[tuple[str, int]]:
    return zip(characters[0][start:end], characters[1][start:end], strict=True)


def _added(text: str) -> Iterator[tuple[str, int]]:
    return ((character, -1) for character in text)
