"""Bad input is an answer: the right reason, in words, and the pool goes on."""

import io
import json

import pytest
from openpyxl import Workbook

from contracts.errors import Unreadable
from readers.formats import RECORD
from tests.readers.conftest import ReadBytes, RefuseBytes
from tests.readers.making import packed, paragraph, pdf, word
from tests.readers.making_ole import compound

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b" \r\n\t \n", "blank.txt", Unreadable.EMPTY),
        ("\ufeff \u200b\u00ad\n".encode(), "invisible.txt", Unreadable.EMPTY),
        (b"\x01\x02", "controls.txt", Unreadable.EMPTY),
        ("  \n ".encode("utf-16"), "blank16.txt", Unreadable.EMPTY),
        (bytes(range(256)) * 40, "noise.txt", Unreadable.UNSUPPORTED),
        (b"\x89PNG\r\n\x1a\n" + bytes(90), "scan.pdf", Unreadable.MALFORMED),
        (pdf(None, None), "scan.pdf", Unreadable.NO_TEXT),
        (pdf(""), "blank.pdf", Unreadable.EMPTY),
        (pdf("secret", password="x"), "secret.pdf", Unreadable.ENCRYPTED),
        (pdf("first page", "second page")[:-600], "cut.pdf", Unreadable.MALFORMED),
        (pdf("first page", "second page")[:-20], "cut.pdf", Unreadable.MALFORMED),
        (b"%PDF-1.7\nnothing else", "stub.pdf", Unreadable.MALFORMED),
        (compound({"EncryptedPackage": b"x"}), "locked.xlsx", Unreadable.ENCRYPTED),
        (compound({"Thumbs": b"x"}), "Thumbs.db", Unreadable.UNSUPPORTED),
        (OLE, "stub.doc", Unreadable.MALFORMED),
        (word(paragraph("x"))[:300], "cut.docx", Unreadable.MALFORMED),
        (packed({"word/document.xml": "<w:document>"}), "torn.docx", Unreadable.MALFORMED),
        (packed({"xl/workbook.xml": "<workbook/>"}), "torn.xlsx", Unreadable.MALFORMED),
        (packed({"a/": ""}), "files.zip", Unreadable.EMPTY),
        (b"<html><script>x</script></html>", "nothing.html", Unreadable.EMPTY),
    ],
)  # fmt: skip
async def test_each_kind_of_bad_file_has_its_reason(
    refusal: RefuseBytes, read: ReadBytes, data: bytes, name: str, expected: Unreadable
) -> None:
    assert (await refusal(data, name)).reason is expected
    assert (await read(b"the next file")).parts[0].text == "the next file"


@pytest.mark.parametrize(
    ("begins", "named"),
    [
        (b"ID3\x04\0\0\0\0", "a sound recording"),
        (b"\xff\xfb\x90\x64", "a sound recording"),
        (b"RIFF\x24\x08\0\0WAVEfmt ", "a sound recording"),
        (b"\0\0\0\x20ftypisom", "a film"),
        (b"\x1a\x45\xdf\xa3\x9f", "a film"),
        (b"MZ\x90\0" + bytes(60), "a program"),
        (b"AC1032\0\0", "an AutoCAD drawing"),
    ],
)
async def test_what_nobody_reads_is_named(refusal: RefuseBytes, begins: bytes, named: str) -> None:
    error = await refusal(begins + bytes(range(256)) * 4, "minutes.pdf")
    assert error.reason is Unreadable.UNSUPPORTED
    assert str(error).startswith(f"The file is {named}, which cannot be read. ")


@pytest.mark.parametrize("text", ["The ftyp box", "Rar! he said", "ID3 tags", "RIFF and WAVE"])
async def test_words_that_begin_like_other_files_are_text(read: ReadBytes, text: str) -> None:
    assert (await read(text.encode(), "note.txt")).parts[0].text == text


async def test_an_empty_workbook_is_empty(refusal: RefuseBytes) -> None:
    buffer = io.BytesIO()
    Workbook().save(buffer)
    assert (await refusal(buffer.getvalue(), "x.xlsx")).reason is Unreadable.EMPTY


async def test_encrypted_mail_says_so(refusal: RefuseBytes) -> None:
    mail = (
        b"From: a@example.org\nTo: b@example.org\nSubject: x\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/encrypted; boundary="b"\n\n--b\n\nxx\n--b--\n'
    )
    assert (await refusal(mail, "sealed.eml")).reason is Unreadable.ENCRYPTED


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"_id": "1", "text": "abc', "character 21"),
        (b'{"_id": "1", "text": }', "character 21"),
        (b"[1, 2]", "not a JSON object"),
        (b'{"_id": "1", "text": 3}', "'text' is not text"),
        (b'{"_id": [], "text": "x"}', "'_id'"),
        (b'{"_id": "1", "text": "x", "metadata": [1]}', "'metadata'"),
        (b'{"_id": "1", "text": "x", "metadata": {"n": NaN}}', "NaN"),
        (b'{"_id": "1", "text": "x", "metadata": {"n": 1e999}}', "too large"),
        (b'{"_id": "1", "text": "\xff"}', "not UTF-8 at byte 22"),
        (b'{"a":' * 100_000, "nested"),
        (b'{"n": ' + b"9" * 5000 + b"}", "cannot be kept"),
    ],
)
async def test_a_broken_record_says_where(refusal: RefuseBytes, data: bytes, words: str) -> None:
    error = await refusal(data, "corpus.jsonl", RECORD)
    assert error.reason is Unreadable.MALFORMED
    assert words in error.message
    assert "_id" in error.remedy


async def test_metadata_over_the_limit_are_refused(refusal: RefuseBytes) -> None:
    record = {"_id": "1", "text": "x", "metadata": {"k": "я" * 40_000}}
    error = await refusal(json.dumps(record).encode(), "c", RECORD)
    assert error.reason is Unreadable.TOO_LARGE
    assert "65,536" in error.message


async def test_an_empty_record_is_empty(refusal: RefuseBytes) -> None:
    error = await refusal(b'{"_id": "1", "title": " ", "text": "\\u0000"}', "c", RECORD)
    assert error.reason is Unreadable.EMPTY


async def test_an_unknown_media_type_is_unsupported(refusal: RefuseBytes) -> None:
    error = await refusal(b"x", "x", "application/x-never-heard-of")
    assert error.reason is Unreadable.UNSUPPORTED
