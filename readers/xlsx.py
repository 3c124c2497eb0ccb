"""Reads Excel workbooks: a part per sheet, a line per row, cells between tabs."""

import io

from openpyxl import load_workbook

from readers.archive import Archive, take_core_properties
from readers.cells import cell_text, write_sheet
from readers.draft import Draft, useful_title


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
        # Stated dimensions may be the whole grid of 17 billion cells.
        sheet.reset_dimensions()
        write_sheet(draft, sheet.title, (map(_text, row) for row in sheet.iter_rows()))


def _text(cell: object) -> str:
    percent = "%" in str(getattr(cell, "number_format", ""))
    return cell_text(getattr(cell, "value", None), percent=percent)
