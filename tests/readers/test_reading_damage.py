"""Locked, torn and damaged files of the office formats end with a reason, within the limits."""

import random
import struct

import pytest

from contracts.errors import Unreadable, UnreadableDocument
from tests.readers.conftest import ReadBytes, RefuseBytes
from tests.readers.hostile.office import sector_circle
from tests.readers.making import book, open_document, packed, shape, slides
from tests.readers.making_art import doc_showing, ppt_showing, xls_showing
from tests.readers.making_ole import compound, doc, msg, ppt, xls
from tests.readers.making_tnef import attachment, tnef

PLAIN = b"\x00\x00"
OPEN_TEXT = "application/vnd.oasis.opendocument.text"
WORD = struct.pack("<HH", 0xA5EC, 0xC1)
LOCKED_ODF = {"META-INF/manifest": "encryption-data"}
LOCKED_XLS = struct.pack("<HHHHH", 0x2F, 6, 0, 1, 1)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (doc([("secret\r", PLAIN)], flags=0x0100), Unreadable.ENCRYPTED),
        (doc([("old\r", PLAIN)], version=0x65), Unreadable.UNSUPPORTED),
        (doc([("texte\r", PLAIN)])[:2000], Unreadable.MALFORMED),
        (compound({"WordDocument": b"short"}), Unreadable.MALFORMED),
        (compound({"WordDocument": WORD + bytes(5000)}), Unreadable.MALFORMED),
        (ppt([[(0, "secret")]], token=0xF3D1C4DF), Unreadable.ENCRYPTED),
        (compound({"PowerPoint Document": b"x"}), Unreadable.MALFORMED),
        (ppt([]), Unreadable.EMPTY),
        (xls({"s": [["secret"]]}, locked=LOCKED_XLS), Unreadable.ENCRYPTED),
        (compound({"Workbook": b"x" * 5000}), Unreadable.MALFORMED),
        (compound({"__properties_version1.0": b""}), Unreadable.EMPTY),
        (slides(), Unreadable.EMPTY),
        (slides(shape("x"))[:-40], Unreadable.MALFORMED),
        (open_document("text", "", **LOCKED_ODF), Unreadable.ENCRYPTED),
        (packed({"mimetype": OPEN_TEXT}), Unreadable.MALFORMED),
        (open_document("chart", ""), Unreadable.UNSUPPORTED),
        (packed({"mimetype": "application/epub+zip"}), Unreadable.MALFORMED),
        (book(), Unreadable.EMPTY),
        (b"{\\rtf1 {\\fonttbl{\\f0 Arial;}}{\\info{\\title x}}}", Unreadable.EMPTY),
    ],
)  # fmt: skip
async def test_each_kind_of_bad_office_file_has_its_reason(
    refusal: RefuseBytes, read: ReadBytes, data: bytes, expected: Unreadable
) -> None:
    assert (await refusal(data, "file")).reason is expected
    assert (await read(b"the next file")).parts[0].text == "the next file"


async def test_blanks_without_number_are_cut(read: ReadBytes) -> None:
    blanks = 'a<text:s text:c="999999999"/>b<text:s text:c="many"/>c'
    many = f"<office:text><text:p>{blanks}</text:p></office:text>"
    assert (await read(open_document("text", many))).parts[0].text == f"a{' ' * 1000}b c\n"


TINY = b"\x89PNG" + bytes(20)
WHOLE = {
    "doc": doc([("Titre\r", b"\x01\x00"), ("a\x07", b"\x00\x00\x16\x24\x01"), ("fin\r", PLAIN)]),
    "ppt": ppt([[(0, "titre"), (1, "texte")], [(0, "deux")]], notes="notes"),
    "xls": xls({"Tarif": [["Nom", "Prix"], ["Vis", 3.5]]}),
    "drawn.doc": doc_showing("texte", [TINY, TINY]),
    "drawn.ppt": ppt_showing(["un", "deux"], {1: [TINY]}),
    "drawn.xls": xls_showing({"Tarif": "Vis"}, {"Tarif": [TINY]}),
    "msg": msg({0x37: "Sujet", 0x1000: "texte"}, [("Ivan", "i@e.org", 1)], ["a.pdf"]),
    "dat": tnef({0x37: "Sujet", 0x1000: "texte"}, [attachment(b"a.txt", b"un")]),
    "rtf": rb"{\rtf1{\fonttbl{\f0\fcharset204 A;}}\f0 \'cf\u1071?\par\intbl a\cell\row\bin2 ab}",
    "pptx": slides(shape("un"), shape("deux"), notes1=shape("notes")),
    "odt": open_document("text", "<office:text><text:p>texte</text:p></office:text>"),
    "epub": book("<p>un</p>", "<p>deux</p>"),
    "circle": sector_circle(),
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
