"""Finds rows in lines of a PDF page whose words stand in columns, without lines drawn around.

Nothing is put in another order: what stands between two words becomes a tab, or stays.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from readers.pdf_words import Cells, Rows, TextLine, Word, has_digit, is_number

GAP = 0.9
"""Space between columns at least, in heights of a line; between words it is 0.3."""
NARROW = 0.6
"""The same where the rows around show the columns."""
ALIGNED = 3.0
"""Points by which the edges of a column's cells differ at most."""
FAR = 6.0
"""Heights of a line between rows of one table at most."""
TIGHT = 1.6
"""Heights between the lines of one cell at most."""
ROWS = 3
"""Rows of a table at least; two are enough for one of COLUMNS whose second row is of numbers."""
COLUMNS = 3
"""With as many columns none needs to hold numbers."""
SIGNS = frozenset("€$£¥₹₽")
"""Stand in the cell of the amount that follows, however far away."""
PROSE = 40
"""Characters of a column's cells on average; with more they are columns of sentences."""

_Band: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Row:
    """Words side by side from line ``first`` to before line ``after``, parted by wide gaps."""

    first: int
    after: int
    cells: Cells

    @property
    def middle(self) -> float:
        """Height at which the row stands."""
        return self.cells[0][0].middle

    @property
    def height(self) -> float:
        """Height of a line."""
        return self.cells[0][0].height


def aligned_rows(lines: Sequence[TextLine], gone: AbstractSet[int]) -> Iterator[Rows]:
    """Yield each row of every table of aligned columns, empty cells included.

    ``gone`` are lines to pass over.
    """
    rows = list(_rows(lines, gone))
    at = taken = 0
    while at < len(rows):
        run, bands = _run(rows, at)
        if not _is_table(run, bands):
            # Not row by row: a page of two columns of sentences is a long run from each row on.
            at += 1 + len(run) // 16
            continue
        header = rows[at - 1] if at > taken else None
        at = taken = at + len(run)
        if header and _is_next(header, run[0]) and (parted := _by_band(header, bands)):
            widened = _with(bands, parted)
            if widened:
                run.insert(0, parted)
                bands = widened
        for row in run:
            cells = _in_bands(row, bands)
            if any(cells[1:]):
                yield Rows(frozenset(range(row.first, row.after)), [cells])


def _rows(lines: Sequence[TextLine], gone: AbstractSet[int]) -> Iterator[_Row]:
    """Yield what stands side by side, in one line or in lines that follow each other."""
    row: _Row | None = None
    for number, line in enumerate(lines):
        if not line.words or number in gone:
            continue
        cells = _cells(line.words)
        if row and row.after == number and _goes_on(row, line.words[0]):
            row = _Row(row.first, number + 1, row.cells + cells)
            continue
        if row:
            yield row
        row = _Row(number, number + 1, cells)
    if row:
        yield row


def _cells(words: Sequence[Word]) -> Cells:
    cells = [[words[0]]]
    for one, other in pairwise(words):
        wide = other.left - one.right > GAP * max(one.height, other.height)
        is_sign = cells[-1] == [one] and one.text in SIGNS
        if other.right < one.left or (wide and not is_sign):
            cells.append([])
        cells[-1].append(other)
    return cells


def _goes_on(row: _Row, word: Word) -> bool:
    """Tell whether a line begins to the right of a row, at its height."""
    last = row.cells[-1][-1]
    height = max(last.height, word.height)
    return abs(last.middle - word.middle) < height / 4 and word.left - last.right > GAP * height


def _run(rows: Sequence[_Row], at: int) -> tuple[list[_Row], list[_Band]]:
    """Give the rows from ``at`` on that stand in the same columns, and where these are."""
    run: list[_Row] = []
    bands: list[list[_Band]] = [[]]
    for row in rows[at:]:
        if run and not _is_next(run[-1], row):
            break
        fitting, joined = row, _with(bands[-1], row)
        if joined is None and (parted := _by_band(row, bands[-1])):
            fitting, joined = parted, _with(bands[-1], parted)
        if joined is None:
            break
        run.append(fitting)
        bands.append(joined)
    while run and len(run[-1].cells) == 1:
        run.pop()
    return run, bands[len(run)]


def _is_next(row: _Row, other: _Row) -> bool:
    """Tell whether a row stands near enough below another; a cell's next line stands tight."""
    most = TIGHT if len(other.cells) == 1 else FAR
    return other.height / 2 < other.middle - row.middle <= most * max(row.height, other.height)


def _by_band(row: _Row, bands: Sequence[_Band]) -> _Row | None:
    """Part a row where its words stand in different columns, though its gaps are narrow."""
    cells: Cells = []
    before = -1
    for word in (word for cell in row.cells for word in cell):
        over = [n for n, band in enumerate(bands) if band[0] < word.right and word.left < band[1]]
        if len(over) > 1:
            return None
        apart = not cells or word.left - cells[-1][-1].right > NARROW * word.height
        if apart and over and over[0] != before:
            cells.append([])
        elif not cells or (over and over[0] != before):
            return None
        before = over[0] if over else before
        cells[-1].append(word)
    if len(cells) <= len(row.cells) or len(cells) < min(COLUMNS, len(bands)):
        return None
    return _Row(row.first, row.after, cells)


def _with(bands: list[_Band], row: _Row) -> list[_Band] | None:
    """Widen the columns by a row's cells; None where it has cells across two, or two in one."""
    spans = [_span(cell) for cell in row.cells]
    if any(one[1] > other[0] for one, other in pairwise(spans)):
        return None
    if not bands:
        return spans if len(spans) > 1 else None
    found = list(bands)
    taken: set[int] = set()
    for left, right in spans:
        touched = [n for n, band in enumerate(bands) if band[0] < right and left < band[1]]
        if len(touched) > 1 or taken & set(touched):
            return None
        taken.update(touched)
        if touched:
            low, high = found[touched[0]]
            found[touched[0]] = (min(low, left), max(high, right))
        else:
            found.append((left, right))
    found.sort()
    if any(one[1] > other[0] for one, other in pairwise(found)):
        return None
    return found


def _in_bands(row: _Row, bands: Sequence[_Band]) -> Cells:
    cells: Cells = [[] for _ in bands]
    for cell in row.cells:
        place = next(n for n, band in enumerate(bands) if _span(cell)[1] <= band[1])
        cells[place] = cells[place] + cell
    return cells


def _span(cell: Sequence[Word]) -> _Band:
    return min(word.left for word in cell), max(word.right for word in cell)


def _is_table(run: Sequence[_Row], bands: Sequence[_Band]) -> bool:
    """Tell whether it is certain: enough rows, edges in line, and not sentences side by side."""
    rows = [_in_bands(row, bands) for row in run]
    columns = [[row[n] for row in rows if row[n]] for n in range(len(bands))]
    in_line = sum(map(_in_line, columns))
    full = [row for row in rows if sum(map(bool, row)) > 1]
    if len(full) < ROWS - 1 or sum(map(_is_prose, columns)) > 1:
        return False
    if len(bands) < COLUMNS:
        amounts = all(map(is_number, columns[-1])) and _in_line(columns[-1], all_of=True)
        both = in_line == len(bands) and any(map(_has_digits, columns[1:]))
        return len(full) >= ROWS and (amounts or both)
    return in_line >= COLUMNS and (len(full) >= ROWS or any(map(is_number, full[1][1:])))


def _in_line(column: Sequence[list[Word]], *, all_of: bool = False) -> bool:
    """Tell whether two thirds of the cells begin, end or have their middle at the same place."""
    for places in (
        [cell[0].left for cell in column],
        [cell[-1].right for cell in column],
        [(cell[0].left + cell[-1].right) / 2 for cell in column],
    ):
        places.sort()
        most = max(bisect_right(places, one + ALIGNED) - at for at, one in enumerate(places))
        if most > 1 and 3 * most >= (3 if all_of else 2) * len(places):
            return True
    return False


def _is_prose(column: Sequence[list[Word]]) -> bool:
    return sum(cell[-1].end - cell[0].start for cell in column) > PROSE * len(column)


def _has_digits(column: Sequence[list[Word]]) -> bool:
    """Tell whether most cells hold a digit; the first may be the column's name."""
    return 2 * sum(any(map(has_digit, cell)) for cell in column) >= len(column)
