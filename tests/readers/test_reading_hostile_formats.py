"""Hostile and torn files of the office formats end with a reason, within the limits."""

import random
import struct

import pytest

from contracts.errors import Unreadable, UnreadableDocument
from tests.readers.conftest import ReadBytes, RefuseBytes
from tests.readers.making import book, open_document, packed, shape, slides
from tests.readers.making_ole import compound, doc, msg, ppt, xls

PLAIN = b"\x00\x00"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {new} "{f"&{old};" * 10}">'
    for old, new in zip("abcdefghi", "bcdefghij", strict=True)
)
OPEN_TEXT = "application/vnd.oasis.opendocument.text"
CELL = '<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p>'
ROW = f'<table:table-row table:number-rows-repeated="1048576">{CELL}</table:table-cell>'
SHEET = f"<office:spreadsheet><table:table>{ROW}</table:table-row></table:table>"
WORD = struct.pack("<HH", 0xA5EC, 0xC1)
LOCKED_ODF = {"META-INF/manifest": "encryption-data"}
LOCKED_XLS = struct.pack("<HHHHH", 0x2F, 6, 0, 1, 1)


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


def circle() -> bytes:
    """Make a doc of 2 GiB whose chain of sectors has no end."""
    data = bytearray(doc([("texte\r", PLAIN)]))
    (table,) = struct.unpack_from("<I", data, 76)
    for sector in range(20):
        struct.pack_into("<I", data, 512 * (table + 1) + 4 * sector, sector)
    name = data.index("WordDocument".encode("utf-16-le"))
    struct.pack_into("<Q", data, name + 120, (1 << 31) - 1)
    return bytes(data)


def no_edit_without_end() -> bytes:
    """Make a ppt that says of its last saving that it came before itself."""
    data = bytearray(ppt([[(0, "titre")]]))
    place = data.index(struct.pack("<HHI", 0, 0xFF5, 28))
    struct.pack_into("<I", data, place + 16, 1 << 20)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (doc([("secret\r", PLAIN)], flags=0x0100), Unreadable.ENCRYPTED),
        (doc([("old\r", PLAIN)], version=0x65), Unreadable.UNSUPPORTED),
        (doc([("texte\r", PLAIN)])[:2000], Unreadable.MALFORMED),
        (compound({"WordDocument": b"short"}), Unreadable.MALFORMED),
        (compound({"WordDocument": WORD + bytes(5000)}), Unreadable.MALFORMED),
        (repeated_pieces(), Unreadable.TOO_LARGE),
        (ppt([[(0, "secret")]], token=0xF3D1C4DF), Unreadable.ENCRYPTED),
        (compound({"PowerPoint Document": b"x"}), Unreadable.MALFORMED),
        (ppt([]), Unreadable.EMPTY),
        (xls({"s": [["secret"]]}, locked=LOCKED_XLS), Unreadable.ENCRYPTED),
        (compound({"Workbook": b"x" * 5000}), Unreadable.MALFORMED),
        (compound({"__properties_version1.0": b""}), Unreadable.EMPTY),
        (slides(), Unreadable.EMPTY),
        (slides("<p:grpSp>" * 5000), Unreadable.MALFORMED),
        (slides(shape("x"))[:-40], Unreadable.MALFORMED),
        (packed({"ppt/presentation.xml": LAUGHS}), Unreadable.MALFORMED),
        (open_document("spreadsheet", SHEET + "</office:spreadsheet>"), Unreadable.TOO_LARGE),
        (open_document("text", "<office:text>" + "<text:p>" * 5000), Unreadable.MALFORMED),
        (open_document("text", "", **LOCKED_ODF), Unreadable.ENCRYPTED),
        (packed({"mimetype": OPEN_TEXT}), Unreadable.MALFORMED),
        (open_document("chart", ""), Unreadable.UNSUPPORTED),
        (packed({"mimetype": OPEN_TEXT, "content.xml": f"{LAUGHS}]><x>&j;"}), Unreadable.MALFORMED),
        (packed({"mimetype": OPEN_TEXT, "content.xml": b" " * (120 << 20)}), Unreadable.TOO_LARGE),
        (packed({"xl/workbook.bin": b" " * (120 << 20)}), Unreadable.TOO_LARGE),
        (book("x" * (120 << 20)), Unreadable.TOO_LARGE),
        (packed({"mimetype": "application/epub+zip"}), Unreadable.MALFORMED),
        (book(), Unreadable.EMPTY),
        (b"{\\rtf1" + b"{" * 100_000 + b"x", Unreadable.MALFORMED),
        (b"{\\rtf1 {\\fonttbl{\\f0 Arial;}}{\\info{\\title x}}}", Unreadable.EMPTY),
        (b"{\\rtf1 \\bin999999999 hidden}", Unreadable.EMPTY),
    ],
)  # fmt: skip
async def test_each_kind_of_hostile_file_has_its_reason(
    refusal: RefuseBytes, read: ReadBytes, data: bytes, expected: Unreadable
) -> None:
    assert (await refusal(data, "file")).reason is expected
    assert (await read(b"the next file")).parts[0].text == "the next file"


async def test_what_names_itself_as_its_past_is_still_read(read: ReadBytes) -> None:
    assert (await read(no_edit_without_end())).parts[0].text == "titre\n"


async def test_blanks_without_number_are_cut(read: ReadBytes) -> None:
    blanks = 'a<text:s text:c="999999999"/>b<text:s text:c="many"/>c'
    many = f"<office:text><text:p>{blanks}</text:p></office:text>"
    assert (await read(open_document("text", many))).parts[0].text == f"a{' ' * 1000}b c\n"


WHOLE = {
    "doc": doc([("Titre\r", b"\x01\x00"), ("a\x07", b"\x00\x00\x16\x24\x01"), ("fin\r", PLAIN)]),
    "ppt": ppt([[(0, "titre"), (1, "texte")], [(0, "deux")]], notes="notes"),
    "xls": xls({"Tarif": [["Nom", "Prix"], ["Vis", 3.5]]}),
    "msg": msg({0x37: "Sujet", 0x1000: "texte"}, [("Ivan", "i@e.org", 1)], ["a.pdf"]),
    "rtf": rb"{\rtf1{\fonttbl{\f0\fcharset204 A;}}\f0 \'cf\u1071?\par\intbl a\cell\row\bin2 ab}",
    "pptx": slides(shape("un"), shape("deux"), notes1=shape("notes")),
    "odt": open_document("text", "<office:text><text:p>texte</text:p></office:text>"),
    "epub": book("<p>un</p>", "<p>deux</p>"),
    "circle": circle(),
}


@pytest.mark.parametrize("kind", WHOLE)
async def test_damage_anywhere_is_an_answer(read: ReadBytes, kind: str) -> None:
    """Bytes are changed, cut and repeated at random places: always the same ones."""
    reasons = set()
    rng = random.Random(kind)  # noqa: S311 - damage, not a secret
    for _ in range(150):
        data = bytearray(WHOLE[kind])
        for _ in range(rng.choice([1, 3, 20])):
            data[rng.randrange(8, len(data))] = rng.choice([0, 1, 0x7F, 0xFF, rng.randrange(256)])
        if rng.random() < 0.2:
            del data[rng.randrange(8, len(data)) :]
        try:
            await read(bytes(data), f"file.{kind}")
        except UnreadableDocument as error:
            reasons.add(error.reason)
    assert not reasons & {Unreadable.CRASHED, Unreadable.TIMED_OUT}
