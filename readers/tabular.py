"""Reads CSV files: a line per row, cells between tabs."""

import csv
import io
import sys
from collections import Counter

from readers.draft import Draft, clean
from readers.plain import text_of

_DELIMITERS = ",;\t|"
_ROWS_LOOKED_AT = 50
_SAMPLE = 1 << 16
_LINES_IN_A_CELL = 100
# A cell may be as long as its file; how long that is has been checked.
csv.field_size_limit(sys.maxsize)
_FEW_ROWS, _FEW_CELLS, _HALF = 3, 3, 0.5


def read(data: bytes, draft: Draft) -> None:
    """Give the table as one part; line ends inside cells become blanks."""
    text = clean(text_of(data, draft))
    delimiter = _delimiter(text)
    part = draft.part("Table")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if any(cell.count("\n") > _LINES_IN_A_CELL for row in rows for cell in row):
        # A quotation mark that nothing closes swallows the rest of the file.
        rows = list(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=csv.QUOTE_NONE)
        )
    part.add("\n".join("\t".join(" ".join(c.split()) for c in row).rstrip("\t") for row in rows))


def is_table(text: str) -> bool:
    """Tell a table from prose without help of the name: all rows are as wide as the first."""
    width, share, rows = max((_fitness(_lines(text), d) for d in _DELIMITERS), key=_best)
    header = next(csv.reader(_lines(text), delimiter=_delimiter(text)), [])
    return share == 1 and rows >= _FEW_ROWS and width >= _FEW_CELLS and all(map(str.strip, header))


def is_named_table(text: str) -> bool:
    """Tell whether what is called a table can be one: prose has commas anywhere."""
    _, share, rows = max((_fitness(_lines(text), d) for d in _DELIMITERS), key=_best)
    return share > _HALF or rows < _FEW_ROWS or text.lstrip().startswith('"')


def _delimiter(text: str) -> str:
    """Take the one that cuts most of the first rows into the same number of cells."""
    lines = _lines(text)
    return max(_DELIMITERS, key=lambda delimiter: _best(_fitness(lines, delimiter)))


def _lines(text: str) -> list[str]:
    return clean(text[:_SAMPLE]).split("\n")[:_ROWS_LOOKED_AT]


def _fitness(lines: list[str], delimiter: str) -> tuple[int, float, int]:
    """Give the commonest width of rows, the share of rows that have it, and how many there are."""
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
    width, rows = max(widths.items(), key=lambda item: item[1], default=(1, 0))
    return width, rows / widths.total() if width > 1 else 0.0, widths.total()


def _best(fitness: tuple[int, float, int]) -> tuple[float, int]:
    width, share, _ = fitness
    return share, width
