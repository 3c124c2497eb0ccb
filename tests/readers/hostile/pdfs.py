"""PDF files whose tables, trees and streams lie, loop or swell."""

import io
import zlib
from collections.abc import Mapping

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published

from contracts.errors import Unreadable
from tests.readers.hostile.case import READ, Case
from tests.readers.making import packed, paragraph, pdf

MIB = 1 << 20
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>"
)
SHOWN = b"BT /F 12 Tf 72 700 Td (found) Tj ET"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def flated(content: bytes, entries: bytes = b"/Filter/FlateDecode") -> bytes:
    return stream(zlib.compress(content, 1), entries)


def raw(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """Make a PDF of numbered objects; 1 is the catalogue, 2 the root of the pages."""
    data = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(data)
    size = max(objects) + 1
    data += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        data += b"%010d 00000 %c \n" % (places.get(number, 0), b"fn"[number in places])
    closing = b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(data + closing % (size, trailer, table))


def one_page(
    content: bytes = SHOWN, page: bytes = b"", others: Mapping[int, bytes] | None = None
) -> dict[int, bytes]:
    """Give the objects of a PDF of one page; ``page`` is appended to its resources and entries."""
    return {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: PAGE + (page or b">>>>"),
        4: stream(content) if not content.startswith(b"<<") else content,
        5: FONT,
        **(others or {}),
    }


def counted(count: int) -> bytes:
    """Make a PDF of one page that says it has many."""
    return raw(one_page() | {2: b"<</Type/Pages/Kids[3 0 R]/Count %d>>" % count})


def repeated_pages() -> bytes:
    """Make a tree whose every level names the level below ten times: ten million pages."""
    levels = {
        10 + level: b"<</Type/Pages/Parent 2 0 R/Kids[%s]/Count %d>>"
        % (b"%d 0 R " % (11 + level if level < 6 else 3) * 10, 10 ** (7 - level))
        for level in range(7)
    }
    root = b"<</Type/Pages/Kids[10 0 R]/Count 10000000>>"
    return raw(one_page() | {2: root} | levels)


def looping_tree() -> bytes:
    loop = b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R 3 0 R]/Count 2>>"
    return raw(one_page() | {2: b"<</Type/Pages/Kids[6 0 R 3 0 R]/Count 3>>", 6: loop})


def looping_table() -> bytes:
    """Make a table of places that names itself as the one before it."""
    data = raw(one_page())
    table = data.rindex(b"xref\n0")
    return data.replace(b"/Root 1 0 R", b"/Prev %d/Root 1 0 R" % table)


def lost_table() -> bytes:
    data = raw(one_page())
    return data.replace(b"startxref\n", b"startxref\n9999999")


def flate_of_flate() -> bytes:
    """Make a page of blanks that was packed three times: 50 MiB from a few hundred bytes."""
    content = zlib.compress(SHOWN + b" " * (50 * MIB), 1)
    for _ in range(2):
        content = zlib.compress(content, 9)
    names = b"/Filter[/FlateDecode/FlateDecode/FlateDecode]"
    return raw(one_page(stream(content, names)))


def thousand_filters() -> bytes:
    return raw(one_page(stream(SHOWN, b"/Filter[%s]" % (b"/ASCIIHexDecode" * 100_000))))


def million_letters() -> bytes:
    """Make a page with a line of thirty million letters."""
    content = b"BT /F 1 Tf 0 400 Td (" + b"a" * (30 * MIB) + b") Tj ET"
    return raw(one_page(flated(content)))


def object_stream() -> bytes:
    """Make a stream of objects that says it holds two billion of them."""
    holder = b"/Type/ObjStm/N 2000000000/First 1000000000/Filter/FlateDecode"
    objects = one_page() | {6: flated(b"3 0 " * MIB, holder)}
    return raw(objects).replace(b"/Contents 4 0 R", b"/Contents 4 0 R/X 7 0 R")


def drawn_in_itself() -> bytes:
    """Make a drawing that shows itself."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"
    resources = b"/XObject<</X 6 0 R>>>>>>"
    return raw(one_page(SHOWN + b" /X Do", resources, {6: stream(b"/X Do", form)}))


def drawn_often() -> bytes:
    """Make drawings that each show the next one ten times, five levels deep."""
    kind = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>"
    forms = {6 + n: stream(b"/X Do " * 10, kind % (7 + n)) for n in range(5)}
    forms[11] = stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return raw(one_page(SHOWN + b" /X Do", b"/XObject<</X 6 0 R>>>>>>", forms))


def huge_page() -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 1000000000 1000000000]/Contents 4 0 R>>"
    return raw(one_page(b"0 0 500000000 500000000 re f") | {3: page})


def thin_page() -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 1000000000 0.001]/Contents 4 0 R>>"
    return raw(one_page(b"0 0 999999999 999999999 re f") | {3: page})


def huge_picture() -> bytes:
    """Make a page that shows a picture of 20,000 x 20,000 dots."""
    picture = b"/Type/XObject/Subtype/Image/Width 20000/Height 20000/BitsPerComponent 1"
    rows = flated(bytes(50 * MIB), picture + b"/ColorSpace/DeviceGray/Filter/FlateDecode")
    return raw(one_page(b"500 0 0 500 0 0 cm /X Do", b"/XObject<</X 6 0 R>>>>>>", {6: rows}))


def deep_arrays() -> bytes:
    deep = b"[" * 200_000 + b"]" * 200_000
    return raw(one_page() | {6: deep}).replace(b"/Type/Catalog", b"/Type/Catalog/Deep 6 0 R")


def looping_outline() -> bytes:
    """Make bookmarks of which each is the next of the other."""
    entry = b"<</Title(found)/Parent 6 0 R/Next %d 0 R/First 6 0 R/Dest[3 0 R/Fit]>>"
    outline = {6: b"<</First 7 0 R/Last 8 0 R>>", 7: entry % 8, 8: entry % 7}
    return raw(one_page(others=outline)).replace(b"/Type/Catalog", b"/Type/Catalog/Outlines 6 0 R")


def many_attachments() -> bytes:
    """Make a PDF that names one attached file 10,001 times."""
    names = b"".join(b"(%05d)7 0 R" % number for number in range(10_001))
    attached = {
        6: b"<</EmbeddedFiles<</Names[%s]>>>>" % names,
        7: b"<</Type/Filespec/F(a.txt)/UF(a.txt)/EF<</F 8 0 R>>>>",
        8: stream(b"text", b"/Type/EmbeddedFile"),
    }
    return raw(one_page(others=attached)).replace(b"/Type/Catalog", b"/Type/Catalog/Names 6 0 R")


def many_fields() -> bytes:
    """Make a form of 5,000 fields that are one, and whose picture shows itself."""
    widget = (
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(n)/Rect[0 0 9 9]/F 4/AP<</N 7 0 R>>/Kids[6 0 R]>>"
    )
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 7 0 R>>>>"
    page = b">>/Annots[" + b"6 0 R " * 5000 + b"]>>"
    data = raw(one_page(page=page, others={6: widget, 7: stream(b"/X Do", form)}))
    return data.replace(b"/Type/Catalog", b"/Type/Catalog/AcroForm<</Fields[6 0 R]>>")


def holding_itself() -> bytes:
    """Make a PDF in a PDF in a PDF, thirty times."""
    data = pdf("leaf")
    for level in range(30):
        document = pdfium.PdfDocument(pdf(f"found at {level}"))
        document.new_attachment("again.pdf").set_data(data)
        buffer = io.BytesIO()
        document.save(buffer)
        data = buffer.getvalue()
    return data


def with_a_zip_behind() -> bytes:
    return pdf("found") + packed({"word/document.xml": paragraph("hidden")}) + b"%%EOF"


def actions(kind: bytes = b"<</S/JavaScript/JS(while\\(true\\){})>>") -> bytes:
    return raw(one_page()).replace(b"/Type/Catalog", b"/Type/Catalog/OpenAction " + kind)


PDFS = [
    Case("ten-million-pages.pdf", "says that it has 10,000,000 pages", READ,
         lambda: counted(10_000_000), "found"),
    Case("repeated-pages.pdf", "one page, shown ten million times by a tree",
         Unreadable.MALFORMED, repeated_pages),
    Case("negative-pages.pdf", "says that it has -1 pages", READ, lambda: counted(-1), "found"),
    Case("page-loop.pdf", "a tree of pages with its root below itself", Unreadable.MALFORMED,
         looping_tree),
    Case("table-loop.pdf", "a table of places that comes before itself", READ,
         looping_table, "found"),
    Case("table-lost.pdf", "its table of places lies far behind its end", READ,
         lost_table, "found"),
    Case("flate-of-flate.pdf", "50 MiB of blanks, packed three times", READ,
         flate_of_flate, "found"),
    Case("filters.pdf", "a stream with 100,000 filters", READ, thousand_filters),
    Case("letters.pdf", "a line of 30 million letters, off the page", READ, million_letters, "aaa"),
    Case("object-stream.pdf", "a stream that says it holds two billion objects", READ,
         object_stream, "found"),
    Case("self-drawing.pdf", "a drawing that shows itself", READ, drawn_in_itself, "found"),
    Case("drawings.pdf", "drawings of drawings, a hundred thousand in all", READ,
         drawn_often, "found"),
    Case("huge-page.pdf", "a page of 350 by 350 km", READ, huge_page),
    Case("thin-page.pdf", "a page of 350 km by nothing", Unreadable.NO_TEXT, thin_page),
    Case("huge-picture.pdf", "a page that shows 20,000 x 20,000 dots", READ, huge_picture),
    Case("deep-arrays.pdf", "200,000 arrays in each other", READ, deep_arrays, "found"),
    Case("outline-loop.pdf", "bookmarks that follow each other in a circle", READ,
         looping_outline, "found"),
    Case("attachments.pdf", "one attached file, listed 10,001 times", READ,
         many_attachments, "found"),
    Case("fields.pdf", "5,000 fields that hold and show themselves", READ, many_fields, "found"),
    Case("in-itself.pdf", "a PDF in a PDF, thirty times", READ, holding_itself, "found at 29"),
    Case("polyglot.pdf", "a PDF with a Word document behind its end", READ,
         with_a_zip_behind, "found"),
    Case("script.pdf", "a script without end that runs when it is opened", READ,
         actions, "found"),
]  # fmt: skip
