"""The type is found by content: a wrong or missing extension changes nothing."""

import io

import pytest
from openpyxl import Workbook

from readers.kinds import media_type
from tests.readers.making import book, open_document, paragraph, pdf, shape, slides, word
from tests.readers.making_ole import doc, msg, ppt, xls

OPEN = "application/vnd.oasis.opendocument"
OFFICE = "application/vnd.openxmlformats-officedocument"


def workbook() -> bytes:
    buffer = io.BytesIO()
    Workbook().save(buffer)
    return buffer.getvalue()


MAIL = b"From: a@e.org\nTo: b@e.org\nSubject: x\n\ntext\n"
STORED = b"From a@e.org Mon Mar  2 08:00:00 2026\n" + MAIL + b"\n"
BY_CONTENT = {
    "application/pdf": pdf("x"),
    f"{OFFICE}.wordprocessingml.document": word(paragraph("x")),
    f"{OFFICE}.spreadsheetml.sheet": workbook(),
    f"{OFFICE}.presentationml.presentation": slides(shape("x")),
    f"{OPEN}.text": open_document("text", ""),
    f"{OPEN}.presentation": open_document("presentation", ""),
    f"{OPEN}.spreadsheet": open_document("spreadsheet-template", ""),
    "application/epub+zip": book("<p>x</p>"),
    "application/msword": doc([("x\r", b"\0\0")]),
    "application/vnd.ms-powerpoint": ppt([[(0, "x")]]),
    "application/vnd.ms-excel": xls({"s": [["x"]]}),
    "application/vnd.ms-outlook": msg({0x37: "x"}),
    "application/vnd.ms-tnef": b"\x78\x9f\x3e\x22\1\0",
    "application/rtf": rb"{\rtf1 x}",
    "message/rfc822": MAIL,
    "application/mbox": STORED * 2,
    "text/html": b"<!-- saved --><!DOCTYPE html><p>x",
    "application/xml": b'<?xml version="1.0"?><facture/>',
    "application/json": b'[\n {"numero": 3}]',
    "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "image/tiff": b"MM\0*\0\0\0\x08",
    "image/gif": b"GIF89a\1\0\1\0",
    "image/bmp": b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\2\0",
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 ",
    "image/heic": b"\0\0\0\x18ftypheic\0\0\0\0",
}


@pytest.mark.parametrize("name", ["file", "x.txt", "x.csv", "x.html", "x.md", "x.pdf", "x.eml"])
@pytest.mark.parametrize("kind", BY_CONTENT)
def test_content_decides_whatever_the_name_says(kind: str, name: str) -> None:
    assert media_type(BY_CONTENT[kind], name) == kind


TABLE = "nom;prix;stock\nvis;3,5;10\nclou;2;4\n"
PROSE = "Rien, ou presque.\nDeux lignes.\nEt une autre, encore ; voilà.\nFin.\n"


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        (TABLE, "x.csv", "text/csv"),
        (TABLE, "x.txt", "text/csv"),
        (TABLE, "x", "text/csv"),
        ("Total 2026\n\n" + TABLE + "\nNote, une\n", "x.csv", "text/csv"),
        (PROSE, "x.csv", "text/plain"),
        (PROSE, "x.html", "text/plain"),
        (PROSE, "x.eml", "text/plain"),
        (PROSE, "x.md", "text/markdown"),
        ("int a;\nint b;\nint c;\n", "x.c", "text/plain"),
        ("un, deux, trois\nPetits mots, seuls\nsuite\n", "x.txt", "text/plain"),
        ("<p>un</p> bout de page", "x.html", "text/html"),
        ("MIME-Version: 1.0\nContent-Type: multipart/signed\n\nx\n", "x.p7s", "message/rfc822"),
        ("[[_TOC_]]\n# Titre\n", "x.md", "text/markdown"),
        ("BM 12, la revue, et la suite\n", "x.txt", "text/plain"),
    ],
)
def test_a_name_chooses_between_kinds_of_plain_text_that_the_content_allows(
    text: str, name: str, kind: str
) -> None:
    assert media_type(text.encode(), name) == kind
