"""Reads CSV files: a line per row, cells between tabs."""

import csv
import io
from collections import Counter

from readers.draft import Draft, clean
from readers.plain import text_of

_DELIMITERS = ",;\t|"
_ROWS_LOOKED_AT = 50
_SAMPLE = 1 << 16
_LINES_IN_A_CELL = 100


def read(data: bytes, draft: Draft) -> None:
    """Give the table as one part; line ends inside cells become blanks."""
    text = clean(text_of(data, draft))
    csv.field_size_limit(len(text) + 1)
    delimiter = _delimiter(text)
    part = draft.part("Table")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if any(cell.count("\n") > _LINES_IN_A_CELL for row in rows for cell in row):
        # A quotation mark that nothing closes swallows the rest of the file.
        rows = list(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=csv.QUOTE_NONE)
        )
    part.add("\n".join("\t".join(" ".join(c.split()) for c in row).rstrip("\t") for row in rows))


def _delimiter(text: str) -> str:
    """Take the one that cuts most of the first rows into the same number of cells."""
    lines = text[:_SAMPLE].split("\n")[:_ROWS_LOOKED_AT]

    def fitness(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        width, rows = max(widths.items(), key=lambda item: item[1], default=(1, 0))
        return (rows / widths.total() if width > 1 else 0.0, width)

    return max(_DELIMITERS, key=fitness)
