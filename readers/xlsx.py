"""Reads Excel workbooks: a part per sheet, a line per row, cells between tabs; then pictures."""

import io
import re
from collections.abc import Iterator
from functools import partial

from lxml import etree
from openpyxl import load_workbook

from readers.archive import Archive, take_core_properties
from readers.cells import cell_text, write_sheet
from readers.draft import Draft, useful_title
from readers.office_xml import attribute, relation, relations
from readers.pictures import Pictures

_WORKBOOK = "xl/workbook.xml"
_DRAWING = re.compile(r"xl/drawings/.+\.xml")


def read(data: bytes, draft: Draft) -> None:
    """Give every sheet with its stored values; formulas are read as their last result."""
    archive = Archive(data, draft.limits)
    archive.check_all()
    title, author = take_core_properties(archive)
    draft.title = useful_title(title)
    if author:
        draft.metadata["author"] = author
    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    shown = Archive(data, draft.limits)  # counts anew what the first one has unpacked
    members = _members(shown)
    pictures = Pictures(draft)
    drawn: set[str] = set()
    for sheet in workbook.worksheets:
        # Stated dimensions may be the whole grid of 17 billion cells.
        sheet.reset_dimensions()
        write_sheet(draft, sheet.title, (map(_text, row) for row in sheet.iter_rows()))
        for picture in _pictures(shown, members.get(sheet.title, ""), drawn):
            pictures.show_on_sheet(sheet.title, picture, partial(shown.read, picture))
    pictures.recognise()


def _text(cell: object) -> str:
    percent = "%" in str(getattr(cell, "number_format", ""))
    return cell_text(getattr(cell, "value", None), percent=percent)


def _members(archive: Archive) -> dict[str, str]:
    """Map the names of sheets to the members that hold them."""
    named = relations(archive, _WORKBOOK)
    sheets = archive.xml(_WORKBOOK).iterfind("{*}sheets/{*}sheet")
    return {attribute(sheet, "name"): named.get(relation(sheet), "") for sheet in sheets}


def _pictures(archive: Archive, sheet: str, drawn: set[str]) -> Iterator[str]:
    """Yield what a sheet's drawings show, but those ``drawn`` before; a torn one shows nothing."""
    try:
        for drawing in relations(archive, sheet).values():
            if _DRAWING.fullmatch(drawing) and drawing not in drawn:
                drawn.add(drawing)
                named = relations(archive, drawing)
                for blip in archive.xml(drawing).iterdescendants("{*}blip"):
                    if picture := named.get(attribute(blip, "embed")):
                        yield picture
    except etree.XMLSyntaxError:
        return
