"""Finds tables in text (rows are lines, cells between tabs or bars) and their header rows."""

import re
from bisect import bisect_right
from dataclasses import dataclass

_RULE = re.compile(r"[\s|:+=-]+")
_ROWS_LOOKED_AT = 10


@dataclass(frozen=True, slots=True)
class Table:
    """A run of rows; the header begins at ``start``, the first row after it at ``body``."""

    start: int
    body: int
    end: int
    header: str


class Tables:
    """The tables of one part's text."""

    def __init__(self, text: str) -> None:
        self._tables = _find(text) if "\t" in text or "|" in text else []
        self._starts = [table.body for table in self._tables]

    def between(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """Give (start, body, end) of the tables in a range, cut where it ends."""
        return [
            (max(one.start, start), one.body, min(one.end, end))
            for one in self._tables
            if one.start < end and one.end > start
        ]

    def header_at(self, offset: int) -> str:
        """Give the header row that a reader of this place would need; empty outside tables."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0 or offset >= self._tables[index].end:
            return ""
        return self._tables[index].header


def _find(text: str) -> list[Table]:
    tables: list[Table] = []
    rows: list[tuple[int, list[str]]] = []
    offset = 0
    for line in [*text.split("\n"), ""]:
        cells = _cells(line)
        if cells:
            rows.append((offset, cells))
        elif rows:
            tables += _table(rows, offset)
            rows = []
        offset += len(line) + 1
    return tables


def _cells(line: str) -> list[str]:
    if "\t" in line:
        return line.split("\t")
    stripped = line.strip()
    if stripped.startswith("|") and stripped.count("|") > 1:
        return stripped.strip("|").split("|")
    return []


def _table(rows: list[tuple[int, list[str]]], end: int) -> list[Table]:
    """Take the first row that is about as wide as the widest of the first few as the header."""
    first = rows[:_ROWS_LOOKED_AT]
    widths = [sum(1 for cell in cells if cell.strip()) for _, cells in first]
    header = next((i for i, width in enumerate(widths) if 2 * width > max(widths)), 0)
    if len(rows) < header + 2:
        return []
    cells = [" ".join(cell.split()) for cell in rows[header][1]]
    names = " | ".join(cell for cell in cells if cell)
    if not names or _RULE.fullmatch(names):
        return []
    return [Table(rows[header][0], rows[header + 1][0], end, names)]
