"""Reads Excel workbooks of 1997 to 2003 (xls) and binary ones (xlsb) through calamine."""

import io
import struct

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from readers.archive import Archive
from readers.cells import cell_text, write_sheet
from readers.draft import Draft, useful_title
from readers.ole import Compound, refuse_damaged, refuse_locked

_LOCKED, _SHEET = 0x2F, 0x85


def read(data: bytes, draft: Draft) -> None:
    """Give every sheet with its stored values, as readers.xlsx does."""
    compound = Compound(data)
    if _is_locked(compound.read("Workbook") or compound.read("Book")):
        refuse_locked()
    _write(data, draft)
    compound.take_properties(draft)
    draft.title = useful_title(draft.title or "")


def read_binary(data: bytes, draft: Draft) -> None:
    """Give every sheet of an xlsb, after a check of what it unpacks to."""
    Archive(data, draft.limits).check_all()
    _write(data, draft)


def _is_locked(stream: bytes) -> bool:
    """Look for the record of encryption before the first sheet; calamine knows one of two kinds."""
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind in {_LOCKED, _SHEET}:
            return bool(kind == _LOCKED)
        at += 4 + size
    return False


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
