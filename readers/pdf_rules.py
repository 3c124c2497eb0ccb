"""Finds the grids that the straight lines of a PDF page make."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from ctypes import c_float, c_int, c_uint
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
from pypdfium2 import raw

from readers.pdf_words import Point, Turn

NEAR = 3.0
"""Points between lines that are one to the eye, and between ends that touch."""
FEWEST = 2
"""Rows and columns of a grid."""
MOST_OBJECTS = 20_000
"""Of a page or form; those after are not looked at."""
MOST_SEGMENTS = 40_000
MOST_LINES = 4_000
MOST_CROSSINGS = 100_000
"""A page that draws more holds a map or a plan."""
MOST_SLOTS = 20_000
_DEPTH = 8
_CLOSED = 3
"""Sides of a cell with a line; tables often lack one around them."""
_WHITE = 250

_Line: TypeAlias = tuple[float, float, float]
"""Where a line runs across, where it begins, where it ends."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells between lines: ``slots[row][column]`` is the number of a cell, or -1 for none.

    A cell over several rows or columns has several slots.
    """

    across: Sequence[float]
    down: Sequence[float]
    slots: Sequence[Sequence[int]]

    def slot_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Give row and column of the first slot of the cell around a point."""
        row, column = bisect_right(self.down, y) - 1, bisect_right(self.across, x) - 1
        if not (0 <= row < len(self.slots) and 0 <= column < len(self.slots[0])):
            return None
        cell = self.slots[row][column]
        if cell < 0:
            return None
        while row and self.slots[row - 1][column] == cell:
            row -= 1
        while column and self.slots[row][column - 1] == cell:
            column -= 1
        return row, column


def grids(page: pdfium.PdfPage, turn: Turn) -> list[Grid]:
    """Give the grids of at least two rows and columns, in no order."""
    level: list[_Line] = []
    upright: list[_Line] = []
    for (x0, y0), (x1, y1) in _drawn(page, turn):
        if abs(y0 - y1) < 1 <= abs(x0 - x1):
            level.append(((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x0 - x1) < 1 <= abs(y0 - y1):
            upright.append(((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
        if len(level) + len(upright) > MOST_LINES:
            return []
    level, upright = _joined(level), _joined(upright)
    if len(level) * len(upright) > MOST_CROSSINGS:
        return []
    found = (_grid(*lines) for lines in _connected(level, upright))
    return [grid for grid in found if grid]


def _drawn(page: pdfium.PdfPage, turn: Turn) -> Iterator[tuple[Point, Point]]:
    """Yield both ends of every straight line, and of the edges of areas that can be seen."""
    x, y, left = c_float(), c_float(), MOST_SEGMENTS
    for path, matrix in _paths(page.raw, pdfium.PdfMatrix()):
        count = raw.FPDFPath_CountSegments(path)
        left -= count
        if left < 0:
            return
        first = last = (0.0, 0.0)
        for index in range(count):
            segment = raw.FPDFPath_GetPathSegment(path, index)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            point = turn(*matrix.on_point(x.value, y.value))
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                first = point
            elif kind == raw.FPDF_SEGMENT_LINETO:
                yield last, point
            last = point
            if raw.FPDFPathSegment_GetClose(segment):
                yield last, first


def _paths(
    holder: object, outer: pdfium.PdfMatrix, depth: int = 0
) -> Iterator[tuple[object, pdfium.PdfMatrix]]:
    """Yield the paths of a page or form with the way from their points to the page's."""
    count, get = (
        (raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject)
        if depth
        else (raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject)
    )
    for index in range(min(count(holder), MOST_OBJECTS)):
        one = get(holder, index)
        kind = raw.FPDFPageObj_GetType(one)
        if kind == raw.FPDF_PAGEOBJ_PATH and _can_be_seen(one):
            yield one, _matrix(one).multiply(outer)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEPTH:
            yield from _paths(one, _matrix(one).multiply(outer), depth + 1)


def _matrix(one: object) -> pdfium.PdfMatrix:
    found = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(one, found)
    return pdfium.PdfMatrix.from_raw(found)


def _can_be_seen(path: object) -> bool:
    """Tell whether a path shows lines: it is stroked, thin, or filled with a colour."""
    filled, stroked = c_int(), c_int()
    raw.FPDFPath_GetDrawMode(path, filled, stroked)
    if stroked.value or not filled.value:
        return bool(stroked.value)
    left, bottom, right, top = c_float(), c_float(), c_float(), c_float()
    raw.FPDFPageObj_GetBounds(path, left, bottom, right, top)
    if min(right.value - left.value, top.value - bottom.value) <= NEAR:
        return True
    red, green, blue, opaque = c_uint(), c_uint(), c_uint(), c_uint()
    raw.FPDFPageObj_GetFillColor(path, red, green, blue, opaque)
    return min(red.value, green.value, blue.value) < _WHITE


def _joined(lines: list[_Line]) -> list[_Line]:
    """Put lines that are one to the eye together, and leave out what is only as long as wide."""
    found: list[_Line] = []
    group: list[_Line] = []
    for line in [*sorted(lines), (float("inf"), 0.0, 0.0)]:
        if group and line[0] - group[0][0] > NEAR:
            place = sum(one[0] for one in group) / len(group)
            start, end = float("-inf"), float("-inf")
            for _, begins, ends in sorted(group, key=lambda one: one[1]):
                if begins > end + NEAR:
                    found.append((place, start, end))
                    start = begins
                end = max(end, ends)
            found.append((place, start, end))
            group = []
        group.append(line)
    return [line for line in found if NEAR < line[2] - line[1] < float("inf")]


def _connected(
    level: list[_Line], upright: list[_Line]
) -> Iterator[tuple[list[_Line], list[_Line]]]:
    """Yield what crosses or touches each other, in both directions."""
    left = set(upright)
    for first in list(upright):
        if first not in left:
            continue
        left.discard(first)
        both: tuple[list[_Line], list[_Line]] = ([], [first])
        pending, unseen = [first], set(level)
        while pending:
            one = pending.pop()
            touching = [line for line in unseen if _touch(line, one)]
            unseen.difference_update(touching)
            both[0].extend(touching)
            for line in touching:
                more = [other for other in left if _touch(line, other)]
                left.difference_update(more)
                both[1].extend(more)
                pending += more
        if both[0]:
            yield both


def _touch(level: _Line, upright: _Line) -> bool:
    return (
        level[1] - NEAR <= upright[0] <= level[2] + NEAR
        and upright[1] - NEAR <= level[0] <= upright[2] + NEAR
    )


def _grid(level: list[_Line], upright: list[_Line]) -> Grid | None:
    """Make cells of connected lines; None where they are no rectangles side by side."""
    across = _places(upright, level)
    down = _places(level, upright)
    rows, columns = len(down) - 1, len(across) - 1
    if min(rows, columns) < FEWEST or rows * columns > MOST_SLOTS:
        return None
    over = _walls(level, down, across)
    beside = _walls(upright, across, down)
    slots = [[-1] * columns for _ in range(rows)]
    number = 0
    for row in range(rows):
        for column in range(columns):
            if slots[row][column] != -1:
                continue
            cell = _cell(row, column, (rows, columns), over, beside)
            if cell is None:
                return None
            number += 1
            closed = _closed_sides(cell, over, beside) >= _CLOSED
            for r in range(cell[0], cell[1]):
                for c in range(cell[2], cell[3]):
                    slots[r][c] = number if closed else -2
    slots = [[max(-1, slot) for slot in row] for row in slots]
    return Grid(across, down, slots)


def _places(lines: list[_Line], crossing: list[_Line]) -> list[float]:
    """Give where lines run, and the ends of those that cross them: tables lack outer lines."""
    places = sorted({line[0] for line in lines})
    first, last = min(line[1] for line in crossing), max(line[2] for line in crossing)
    if first < places[0] - NEAR:
        places.insert(0, first)
    if last > places[-1] + NEAR:
        places.append(last)
    return places


def _walls(lines: list[_Line], places: list[float], crossed: list[float]) -> set[tuple[int, int]]:
    """Give (number of the place, number of the slot along it) wherever a line is drawn."""
    middles = [(one + other) / 2 for one, other in pairwise(crossed)]
    return {
        (bisect_left(places, place), slot)
        for place, start, end in lines
        for slot in range(bisect_left(middles, start), bisect_right(middles, end))
    }


def _cell(
    row: int,
    column: int,
    size: tuple[int, int],
    over: set[tuple[int, int]],
    beside: set[tuple[int, int]],
) -> tuple[int, int, int, int] | None:
    """Give rows and columns (first, after the last) of the cell, None where it is no rectangle."""
    seen, pending = {(row, column)}, [(row, column)]
    while pending:
        r, c = pending.pop()
        for one, open_ in (
            ((r + 1, c), (r + 1, c) not in over),
            ((r - 1, c), (r, c) not in over),
            ((r, c + 1), (c + 1, r) not in beside),
            ((r, c - 1), (c, r) not in beside),
        ):
            if open_ and 0 <= one[0] < size[0] and 0 <= one[1] < size[1] and one not in seen:
                seen.add(one)
                pending.append(one)
    last, right = max(r for r, _ in seen) + 1, max(c for _, c in seen) + 1
    top, left = min(r for r, _ in seen), min(c for _, c in seen)
    return (top, last, left, right) if len(seen) == (last - top) * (right - left) else None


def _closed_sides(
    cell: tuple[int, int, int, int], over: set[tuple[int, int]], beside: set[tuple[int, int]]
) -> int:
    top, bottom, left, right = cell
    return sum(
        (
            all((top, c) in over for c in range(left, right)),
            all((bottom, c) in over for c in range(left, right)),
            all((left, r) in beside for r in range(top, bottom)),
            all((right, r) in beside for r in range(top, bottom)),
        )
    )
