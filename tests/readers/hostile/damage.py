"""A good file of every kind, cut in half."""

import random
from collections.abc import Callable, Mapping

from contracts.errors import Unreadable
from tests.readers.hostile.case import READ, Case
from tests.readers.hostile.office import cell, workbook
from tests.readers.making import book, open_document, paragraph, pdf, shape, slides, word
from tests.readers.making_archives import sevenzipped, zipped
from tests.readers.making_ole import doc, msg, ppt, xls
from tests.readers.scanning import drawn, saved

NOISE = random.Random(7).randbytes(9000)  # noqa: S311 - what cannot be packed
STORED = (
    b"From a@example.org Mon Mar  2 08:00:00 2026\nFrom: a@example.org\nSubject: found\n\nx\n\n"
)
TEXT = "<office:text><text:p>texte</text:p></office:text>"
WHOLE: Mapping[str, Callable[[], bytes]] = {
    "pdf": lambda: pdf("first page", "second page"),
    "docx": lambda: word(paragraph("x" * 3000)),
    "xlsx": lambda: workbook(cell("A1", "x")),
    "pptx": lambda: slides(shape("x")),
    "odt": lambda: open_document("text", TEXT),
    "epub": lambda: book("<p>un</p>", "<p>deux</p>"),
    "doc": lambda: doc([("texte\r", b"\x00\x00")]),
    "xls": lambda: xls({"s": [["x"]]}),
    "ppt": lambda: ppt([[(0, "titre")]]),
    "msg": lambda: msg({0x37: "Sujet", 0x1000: "texte" * 2000}),
    "zip": lambda: zipped({"a.bin": NOISE}),
    "7z": lambda: sevenzipped({"a.bin": NOISE}),
    "png": lambda: _picture("PNG"),
    "jpg": lambda: _picture("JPEG"),
    "gif": lambda: _picture("GIF"),
    "bmp": lambda: _picture("BMP"),
    "tiff": lambda: _picture("TIFF"),
    "webp": lambda: _picture("WEBP"),
    "heic": lambda: _picture("HEIF"),
}


def _picture(kind: str) -> bytes:
    return saved(drawn("found", "RGB", (420, 200)), kind)


def _half(whole: Callable[[], bytes]) -> bytes:
    data = whole()
    return data[: len(data) // 2]


def _cut(ending: str, whole: Callable[[], bytes]) -> Case:
    tries = "the first half of a good file"
    return Case(f"half.{ending}", tries, Unreadable.MALFORMED, lambda: _half(whole))


DAMAGE = [
    *(_cut(ending, whole) for ending, whole in WHOLE.items()),
    Case("half.mbox", "the first half of a mailbox", READ,
         lambda: _half(lambda: STORED * 6), "found"),
    Case("half.rtf", "the first half of a good file", READ,
         lambda: _half(lambda: rb"{\rtf1 " + b"found " * 20 + b"}"), "found"),
    Case("half.json", "the first half of a good file", READ,
         lambda: _half(lambda: b'{"found": [1, 2, 3]}'), "found"),
]  # fmt: skip
