"""Puts the words of a PDF page into the cells that lines are drawn around."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from readers.pdf_rules import Grid
from readers.pdf_words import Cells, Rows, TextLine, Word, in_levels, is_number

LONGEST_CELL = 12
"""Lines of a cell; a longer one is a part of the page's layout."""
FEWEST = 2
"""Rows of a table that have more than one cell."""
RULED = 4
"""Rows between drawn lines that show that every row is between such lines."""
_WRAPPED = 2
"""Lines of cells side by side that are one row's in any table, where no numbers say otherwise."""


def ruled_rows(grid: Grid, lines: Sequence[TextLine], gone: AbstractSet[int]) -> Rows | None:
    """Give the rows of a grid; None unless every line is in its cells or outside.

    A cell over several columns is one, one over several rows is in the first of these. ``gone``
    are lines that belong elsewhere.
    """
    cells: dict[tuple[int, int], list[Word]] = {}
    within: set[int] = set()
    for number, line in enumerate(lines):
        slots = [_slot(grid, word) for word in line.words]
        if not any(slots):
            continue
        if number in gone:
            return None
        for word, slot in zip(line.words, slots, strict=True):
            if not slot or slot == _ACROSS:
                return None
            cells.setdefault(slot, []).append(word)
        within.add(number)
    bands = [band for number in range(len(grid.slots)) if any(band := _band(grid, number, cells))]
    found = [_rows(band, certain=len(bands) >= RULED) for band in bands]
    rows = [row for band in found for row in band]
    if not all(found) or sum(sum(map(bool, row)) > 1 for row in rows) < FEWEST:
        return None
    if any(len(in_levels(cell)) > LONGEST_CELL for row in rows for cell in row):
        return None
    blank = {n for n in range(min(within), max(within)) if not lines[n].words}
    return Rows(frozenset(within | blank), rows)


_ACROSS = (-1, -1)


def _slot(grid: Grid, word: Word) -> tuple[int, int] | None:
    """Give the cell that a word stands in, _ACROSS for one that a line runs through."""
    inset = min(1.0, (word.right - word.left) / 4)
    first = grid.slot_at(word.left + inset, word.middle)
    return first if first == grid.slot_at(word.right - inset, word.middle) else _ACROSS


def _band(grid: Grid, number: int, cells: dict[tuple[int, int], list[Word]]) -> Cells:
    """Give what stands between two drawn lines, by column."""
    slots = grid.slots[number]
    starts = (c for c, slot in enumerate(slots) if slot < 0 or c == 0 or slots[c - 1] != slot)
    return [cells.get((number, column), []) for column in starts]


def _rows(band: Cells, *, certain: bool) -> list[Cells]:
    """Give the rows between two drawn lines, none where it is not certain how many there are.

    One, unless numbers stand one above the other, or as many lines in each cell of more lines.
    """
    tall = [levels for levels in map(in_levels, band) if len(levels) > 1]
    heights = {len(levels) for levels in tall}
    if len(tall) > 1:
        numbers = any(all(map(is_number, levels)) for levels in tall)
        if numbers or (not certain and len(heights) == 1 and max(heights) > _WRAPPED):
            levels = in_levels(word for cell in band for word in cell)
            return [[[word for word in cell if word in level] for cell in band] for level in levels]
        if not certain and max(heights) > _WRAPPED:
            return []
    return [band]
