"""Writes sheets of every kind of workbook: a part per sheet, a line per row."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time

from readers.draft import Draft

_GIVEN_NAMES = re.compile(r"(?i)(?:sheet|feuil|feuille|лист|tabelle|blatt|hoja)\s*\d*")
_EXACT_INTEGERS = 1e15


def write_sheet(draft: Draft, name: str, rows: Iterable[Iterable[str]]) -> None:
    """Write cells between tabs; a name that someone gave the sheet is its heading."""
    part = draft.part(name)
    blank = True
    for row in rows:
        line = "\t".join(row).rstrip("\t")
        if line:
            part.add(line + "\n")
        elif not blank:
            part.add("\n")
        blank = not line
    if not _GIVEN_NAMES.fullmatch(name.strip()):
        part.note_heading(0, 1, name)


def cell_text(value: object, *, percent: bool = False) -> str:
    """Give a value on one line: dates as ISO, numbers with the 15 digits that are kept."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value * 100) + "%" if percent else _number(value)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date | time):
        return str(value)
    return " ".join(str("" if value is None else value).split())


def _number(value: float) -> str:
    if abs(value) < _EXACT_INTEGERS and value == int(value):
        return str(int(value))
    return f"{value:.15g}"
