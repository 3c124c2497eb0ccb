"""Reads Excel workbooks: a part per sheet, a line per row, cells between tabs."""

import io
import re
from collections.abc import Iterable
from datetime import date, datetime, time

from openpyxl import load_workbook

from readers.archive import Archive, take_core_properties
from readers.draft import Draft, PartDraft, useful_title

_GIVEN_NAMES = re.compile(r"(?i)(?:sheet|feuil|feuille|лист|tabelle|blatt|hoja)\s*\d*")
_EXACT_INTEGERS = 1e15


def read(data: bytes, draft: Draft) -> None:
    """Give every sheet with its stored values; formulas are read as their last result."""
    archive = Archive(data, draft.limits)
    archive.check_all()
    title, author = take_core_properties(archive)
    draft.title = useful_title(title)
    if author:
        draft.metadata["author"] = author
    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    for sheet in workbook.worksheets:
        part = draft.part(sheet.title)
        # Stated dimensions may be the whole grid of 17 billion cells.
        sheet.reset_dimensions()
        _write(sheet.iter_rows(), part)
        if not _GIVEN_NAMES.fullmatch(sheet.title.strip()):
            part.note_heading(0, 1, sheet.title)


def _write(rows: Iterable[tuple[object, ...]], part: PartDraft) -> None:
    blank = True
    for row in rows:
        line = "\t".join(map(_text, row)).rstrip("\t")
        if line:
            part.add(line + "\n")
        elif not blank:
            part.add("\n")
        blank = not line


def _text(cell: object) -> str:
    value = getattr(cell, "value", None)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        percent = "%" in str(getattr(cell, "number_format", ""))
        return _number(value * 100) + "%" if percent else _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return " ".join(str(value).split())


def _number(value: float) -> str:
    """Print as a person would type it: 15 digits are what Excel keeps."""
    if abs(value) < _EXACT_INTEGERS and value == int(value):
        return str(int(value))
    return f"{value:.15g}"
