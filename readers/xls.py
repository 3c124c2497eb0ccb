"""Reads Excel workbooks of 1997 to 2003 (xls) and binary ones (xlsb) through calamine."""

import io
from collections.abc import Callable

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from readers import xls_records
from readers.archive import Archive
from readers.cells import cell_text, write_sheet
from readers.draft import Draft, useful_title
from readers.ole import Compound, refuse_damaged, refuse_locked
from readers.pictures import Pictures


def read(data: bytes, draft: Draft) -> None:
    """Give every sheet with its stored values, then its pictures, as readers.xlsx does."""
    compound = Compound(data)
    stream = compound.read("Workbook") or compound.read("Book")
    if xls_records.is_locked(stream):
        refuse_locked()
    xls_records.check_sizes(stream)
    pictures = Pictures(draft)
    shown = xls_records.pictures(stream)

    def show(sheet: str) -> None:
        for name, load in shown.get(sheet, ()):
            pictures.show_on_sheet(sheet, name, load)

    _write(data, draft, show)
    compound.take_properties(draft)
    draft.title = useful_title(draft.title or "")
    pictures.recognise()


def read_binary(data: bytes, draft: Draft) -> None:
    """Give every sheet of an xlsb, after a check of what it unpacks to."""
    Archive(data, draft.limits).check_all()
    _write(data, draft, lambda _sheet: None)


def _write(data: bytes, draft: Draft, show: Callable[[str], None]) -> None:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).iter_rows()
            write_sheet(draft, name, (map(cell_text, row) for row in rows))
            show(name)
    except PasswordError:
        refuse_locked()
    except CalamineError as error:
        refuse_damaged(error)
