"""Reads Excel workbooks of 1997 to 2003 (xls) and binary ones (xlsb) through calamine."""

import io

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from readers.archive import Archive
from readers.cells import cell_text, write_sheet
from readers.draft import Draft, useful_title
from readers.ole import Compound, refuse_damaged, refuse_locked


def read(data: bytes, draft: Draft) -> None:
    """Give every sheet with its stored values, as readers.xlsx does."""
    _write(data, draft)
    Compound(data).take_properties(draft)
    draft.title = useful_title(draft.title or "")


def read_binary(data: bytes, draft: Draft) -> None:
    """Give every sheet of an xlsb, after a check of what it unpacks to."""
    Archive(data, draft.limits).check_all()
    _write(data, draft)


def _write(data: bytes, draft: Draft) -> None:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).iter_rows()
            write_sheet(draft, name, (map(cell_text, row) for row in rows))
    except PasswordError:
        refuse_locked()
    except CalamineError as error:
        refuse_damaged(error)
