"""What was filled into a PDF form, or typed onto a page, is part of its text."""

from tests.readers.conftest import ReadBytes
from tests.readers.hostile.pdfs import one_page, raw, stream

FIELD = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Zoe Martin)/Rect[72 600 400 620]/P 3 0 R"
SHOWN = b"/Type/XObject/Subtype/Form/BBox[0 0 328 20]/Resources<</Font<</F 5 0 R>>>>"
INK = b"/Tx BMC BT /F 12 Tf 2 5 Td (%s) Tj ET EMC"


def filled(annotation: bytes, shown: bytes = b"") -> bytes:
    form = b"/Type/Catalog/AcroForm<</Fields[6 0 R]/DR<</Font<</F 5 0 R>>>>/DA(/F 12 Tf 0 g)>>"
    others = {6: annotation, 7: stream(INK % shown, SHOWN)}
    objects = one_page(page=b">>/Annots[6 0 R]>>", others=others)
    return raw(objects).replace(b"/Type/Catalog", form)


async def test_a_field_that_is_filled_in_is_read_as_it_is_shown(read: ReadBytes) -> None:
    reading = await read(filled(FIELD + b"/F 4/AP<</N 7 0 R>>>>", b"Zoe Martin"))
    assert reading.parts[0].text.split() == ["found", "Zoe", "Martin"]


async def test_a_field_that_is_shown_by_the_program_alone_is_read(read: ReadBytes) -> None:
    reading = await read(filled(FIELD + b"/F 4/DA(/F 12 Tf 0 g)>>"))
    assert reading.parts[0].text.split() == ["found", "Zoe", "Martin"]


async def test_a_hidden_field_is_not_read(read: ReadBytes) -> None:
    reading = await read(filled(FIELD + b"/F 2/AP<</N 7 0 R>>>>", b"Zoe Martin"))
    assert reading.parts[0].text.split() == ["found"]


async def test_what_was_typed_onto_a_page_is_read_and_a_comment_is_not(read: ReadBytes) -> None:
    typed = b"<</Type/Annot/Subtype/%s/Contents(Lu)/Rect[72 600 400 620]/F 4/AP<</N 7 0 R>>>>"
    reading = await read(filled(typed % b"FreeText", b"Lu et approuve"))
    assert reading.parts[0].text.split() == ["found", "Lu", "et", "approuve"]
    reading = await read(filled(typed % b"Link", b"Lu et approuve"))
    assert reading.parts[0].text.split() == ["found"]
