"""Office files, new and old, whose structure lies, loops or swells."""

import struct

from contracts.errors import Unreadable
from tests.readers.hostile.case import READ, Case
from tests.readers.making import (
    LAUGHS,
    W,
    book,
    extended,
    open_document,
    packed,
    paragraph,
    related,
    replaced,
    shape,
    slides,
    word,
)
from tests.readers.making_art import blip, ppt_showing, shapes, split
from tests.readers.making_ole import compound, doc, msg, ppt, xls
from tests.readers.scanning import huge_png

PLAIN = b"\x00\x00"
MIB = 1 << 20
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OPEN_TEXT = "application/vnd.oasis.opendocument.text"
CELL = '<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p>'
ROW = f'<table:table-row table:number-rows-repeated="1000000000">{CELL}</table:table-cell>'
SHEET = f"<office:spreadsheet><table:table>{ROW}</table:table-row></table:table>"


def workbook(rows: str, before: str = "", sheets: int = 1, **beside: str) -> bytes:
    """Make an xlsx whose sheets hold the given rows; ``beside`` names xl/*.xml members."""
    numbers = range(1, sheets + 1)
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    linked = "".join(
        f'<Relationship Id="rId{n}" Type="{R}/worksheet" Target="/xl/worksheets/s{n}.xml"/>'
        for n in numbers
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    strings = f'<Relationship Id="t" Type="{R}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    return packed(
        {
            "[Content_Types].xml": "<Types "
            'xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>',
            "xl/workbook.xml": f'<workbook {S} xmlns:r="{R}"><sheets>{listed}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": "<Relationships "
            'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{linked}{strings if 'sharedStrings' in beside else ''}</Relationships>",
            **{f"xl/{name}.xml": content for name, content in beside.items()},
            **{
                f"xl/worksheets/s{n}.xml": f"{before}<worksheet {S}>"
                f"<sheetData>{rows}</sheetData></worksheet>"
                for n in numbers
            },
        }
    )


def cell(place: str, text: str) -> str:
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{row}"><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def declared_grid() -> bytes:
    whole = workbook(cell("A1", "found"))
    return whole.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')


def huge_cell() -> bytes:
    return workbook(cell("A1", "x" * (25 * MIB)))


def laughing_word() -> bytes:
    text = f"{LAUGHS}]><w:document {W}><w:body>"
    return packed(
        {"word/document.xml": f"{text}<w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>"}
    )


def swelling_word() -> bytes:
    """Make an entity of 50 KB that stands ten thousand times in the text."""
    text = f'<!DOCTYPE x [<!ENTITY a "{"x" * 50_000}">]><w:document {W}><w:body><w:p><w:r><w:t>'
    body = "&a;" * 10_000
    return packed({"word/document.xml": f"{text}{body}</w:t></w:r></w:p></w:body></w:document>"})


def chained_styles() -> bytes:
    """Make 10,000 styles of which each is based on the next."""
    chain = "".join(
        f'<w:style w:styleId="s{n}"><w:basedOn w:val="s{n + 1}"/></w:style>' for n in range(10_000)
    )
    whole = word(paragraph("found", "s0"))
    return replaced(whole, "word/styles.xml", "</w:styles>", f"{chain}</w:styles>")


def tables_in_tables() -> bytes:
    """Make tables of two cells in each other, as deep as the parser goes."""
    inner = paragraph("found")
    for _ in range(80):
        inner = f"<w:tbl><w:tr><w:tc>{inner}</w:tc><w:tc>{paragraph('y')}</w:tc></w:tr></w:tbl>"
    return word(inner)


def macros() -> bytes:
    """Make a file that brings a program along."""
    return packed(
        {
            "word/document.xml": f"<w:document {W}><w:body>{paragraph('found')}"
            "</w:body></w:document>",
            "word/vbaProject.bin": compound({"VBA": {"dir": b"Sub AutoOpen()"}}),
            "word/vbaData.xml": f"<w:vbaSuppData {W}/>",
        }
    )


def repeated_slides() -> bytes:
    """Make a presentation that shows one slide 60,000 times."""
    whole = slides(shape("found"))
    ids = '<p:sldId id="256" r:id="rId1"/>'
    return replaced(whole, "ppt/presentation.xml", ids, ids * 60_000)


def repeated_chapters() -> bytes:
    """Make a book that shows one chapter 200,000 times."""
    item = '<itemref idref="c1"/>'
    return replaced(book("<p>found</p>"), "OPS/book.opf", item, item * 200_000)


def repeated_pieces() -> bytes:
    """Make a doc of ten thousand pieces that all name the same ten thousand characters."""
    count, length = 10_000, 10_000
    starts = struct.pack(f"<{count + 1}I", *(length * n for n in range(count + 1)))
    table = starts + struct.pack("<HIH", 0, 512 << 1 | 1 << 30, 0) * count
    stream = bytearray(512 + length)
    struct.pack_into("<HH", stream, 0, 0xA5EC, 0xC1)
    struct.pack_into("<II", stream, 0x1A2, 0, len(table) + 5)
    tables = struct.pack("<BI", 2, len(table)) + table
    return compound({"WordDocument": bytes(stream), "0Table": tables})


def sector_circle() -> bytes:
    """Make a doc of 2 GiB whose chain of sectors has no end."""
    data = bytearray(doc([("texte\r", PLAIN)]))
    (table,) = struct.unpack_from("<I", data, 76)
    for sector in range(20):
        struct.pack_into("<I", data, 512 * (table + 1) + 4 * sector, sector)
    name = data.index("WordDocument".encode("utf-16-le"))
    struct.pack_into("<Q", data, name + 120, (1 << 31) - 1)
    return bytes(data)


def storage_circle() -> bytes:
    """Make a compound file whose first storage holds itself, and is its own neighbour."""
    data = bytearray(msg({0x37: "found", 0x1000: "text"}, [("a", "b", 1)]))
    name = data.index("__recip".encode("utf-16-le"))
    struct.pack_into("<III", data, name + 68, 1, 1, 1)
    return bytes(data)


def no_edit_without_end() -> bytes:
    """Make a ppt that says of its last saving that it came before itself."""
    data = bytearray(ppt([[(0, "found")]]))
    place = data.index(struct.pack("<HHI", 0, 0xFF5, 28))
    struct.pack_into("<I", data, place + 16, 1 << 20)
    return bytes(data)


def one_drawing() -> bytes:
    """Make 300 sheets that all show the same drawing of 20,000 pictures, each of them a bomb."""
    names = [f"rId{n}" for n in range(20_000)]
    shown = "".join(f'<a:blip r:embed="{name}"/>' for name in names)
    bomb = huge_png(60_000, 60_000)
    whole = workbook(cell("A1", "found"), sheets=300)
    targets = {name: f"../media/{n % 300}.png" for n, name in enumerate(names)}
    return extended(whole, {
        "xl/drawings/drawing1.xml": f'<x xmlns:a="a" xmlns:r="{R}">{shown}</x>',
        "xl/drawings/_rels/drawing1.xml.rels": related(targets),
        **{f"xl/media/{n}.png": bomb + bytes([n % 256, n >> 8]) for n in range(300)},
        **{
            f"xl/worksheets/_rels/s{n}.xml.rels": related({"rId1": "../drawings/drawing1.xml"})
            for n in range(1, 301)
        },
    })  # fmt: skip


def sheets_of_blanks() -> bytes:
    """Make two sheets whose only cell lies in the last row."""
    return workbook(cell("A1048576", "found"), sheets=2)


def sheet_without_end() -> bytes:
    """Make an xls whose sheet says that it ends before it begins."""
    data = bytearray(xls({"S": [["found"]]}))
    at = data.index(struct.pack("<HHI", 0x200, 14, 0))
    struct.pack_into("<I", data, at + 4, (1 << 32) - 1)
    return bytes(data)


OFFICE = [
    Case("laughs.docx", "a billion laughs by entities", Unreadable.MALFORMED, laughing_word),
    Case("laughs.pptx", "a billion laughs by entities", Unreadable.MALFORMED,
         lambda: packed({"ppt/presentation.xml": f"{LAUGHS}]><x>&j;</x>"})),
    Case("laughs.odt", "a billion laughs by entities", Unreadable.MALFORMED,
         lambda: packed({"mimetype": OPEN_TEXT, "content.xml": f"{LAUGHS}]><x>&j;</x>"})),
    Case("laughs.xlsx", "a billion laughs by entities", Unreadable.MALFORMED,
         lambda: workbook(cell("A1", "&j;"), f"{LAUGHS}]>")),
    Case("swelling.docx", "an entity of 50 KB, 10,000 times", Unreadable.MALFORMED, swelling_word),
    Case("deep.docx", "9,999 elements in each other", Unreadable.MALFORMED,
         lambda: packed({"word/document.xml": "<b>" * 9999})),
    Case("tables.docx", "80 tables in each other", READ, tables_in_tables, "found"),
    Case("styles.docx", "10,000 styles, each based on the next", READ, chained_styles, "found"),
    Case("macros.docm", "a program that runs when it is opened", READ,
         macros, "found"),
    Case("grid.xlsx", "says that it has 1,048,576 x 16,384 cells", READ, declared_grid, "found"),
    Case("corner.xlsx", "one cell, in the last row and column", READ,
         lambda: workbook(cell("XFD1048576", "found")), "found"),
    Case("blanks.xlsx", "two sheets of a million empty rows", READ, sheets_of_blanks, "found"),
    Case("drawing.xlsx", "300 sheets that show one drawing of 20,000 pictures", READ,
         one_drawing, "found"),
    Case("cell.xlsx", "a cell of 25 MB", Unreadable.TOO_LARGE, huge_cell, "20,000,000"),
    Case("rows.ods", "a row of 16,384 cells, 10^9 times", Unreadable.TOO_LARGE,
         lambda: open_document("spreadsheet", SHEET + "</office:spreadsheet>")),
    Case("blanks.odt", "10^9 blanks by one element", READ,
         lambda: open_document("text", "<office:text><text:p>found<text:s text:c='999999999'/>x"
                               "</text:p></office:text>"), "found"),
    Case("deep.odt", "5,000 paragraphs in each other", Unreadable.MALFORMED,
         lambda: open_document("text", "<office:text>" + "<text:p>" * 5000)),
    Case("slides.pptx", "one slide, 60,000 times", Unreadable.TOO_LARGE, repeated_slides, "20,000"),
    Case("chapters.epub", "one chapter, 200,000 times in the spine", READ,
         repeated_chapters, "found"),
    Case("groups.rtf", "100,000 groups in each other", Unreadable.MALFORMED,
         lambda: rb"{\rtf1" + b"{" * 100_000 + b"x"),
    Case("binary.rtf", "says that a gigabyte of bytes follows", Unreadable.EMPTY,
         lambda: rb"{\rtf1 \bin999999999 hidden}"),
    Case("fallbacks.rtf", "10^9 characters that stand for one", READ,
         lambda: rb"{\rtf1 found\uc999999999\u65 hidden\par}", "found"),
    Case("picture.rtf", "a picture of 60,000 x 60,000 dots", READ,
         lambda: rb"{\rtf1 found{\pict\pngblip " + huge_png(60_000, 60_000).hex().encode() + b"}}",
         "found"),
    Case("pictures.rtf", "200,000 pictures in a paragraph", READ,
         lambda: rb"{\rtf1 found" + rb"{\pict\pngblip 89504e47}" * 200_000 + b"}", "found"),
    Case("pieces.doc", "10,000 pieces that are the same text, 100 MB", Unreadable.TOO_LARGE,
         repeated_pieces),
    Case("circle.doc", "a stream of 2 GiB whose sectors form a circle", READ, sector_circle),
    Case("circle.msg", "a storage that holds itself", Unreadable.MALFORMED, storage_circle),
    Case("past.ppt", "a saving that came before itself", READ, no_edit_without_end, "found"),
    Case("strings.xls", "a workbook that ends inside its first record", Unreadable.MALFORMED,
         lambda: compound({"Workbook": b"\x09\x08\xff\xff" * 2000})),
    Case("size.xls", "a sheet that ends before it begins", Unreadable.MALFORMED,
         sheet_without_end),
    Case("pictures.doc", "200,000 beginnings of pictures", READ,
         lambda: doc([("found\r", PLAIN)], behind=blip(b"\x89PNG") * 200_000), "found"),
    Case("pictures.ppt", "500 slides that show one picture 5,000 times, of 60,000 x 60,000 dots",
         READ, lambda: ppt_showing(["found"] * 500, {1: [huge_png(60_000, 60_000)] * 5_000}),
         "found"),
    Case("pictures.xls", "a sheet that shows pictures which are not there", READ,
         lambda: xls({"S": [["found"]]}, drawn={"S": split(0xEC, shapes(*range(100_000)))}),
         "found"),
]  # fmt: skip
