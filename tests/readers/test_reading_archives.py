"""Archives: what is in them is listed and handed over, and none of them can do harm."""

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
from pathlib import Path

import py7zr
import pytest
from backports import zstd

from contracts.errors import Unreadable
from contracts.nouns import Reading
from tests.readers.conftest import RefuseBytes, UnpackBytes
from tests.readers.making import packed
from tests.readers.making_archives import PACKERS, sevenzipped, special, tarred, zipped

FILES = {"lettre.txt": b"Bonjour", "dossier/счёт.txt": b"42", "vide.txt": b""}
HOSTILE = ("../../etc/passwd", "/etc/shadow", "C:\\Windows\\x.ini", "a/../../b", "d/./e", "a\nb")


def not_opened(reading: Reading) -> list[str]:
    noted = reading.metadata.get("members_not_opened", [])
    assert isinstance(noted, list)
    return noted


@pytest.mark.parametrize("kind", PACKERS)
async def test_files_in_an_archive_are_listed_and_handed_over(
    unpack: UnpackBytes, kind: str
) -> None:
    reading, files = await unpack(PACKERS[kind](FILES), "wrong.pdf")
    assert reading.media_type == kind
    assert files == FILES
    (part,) = reading.parts
    assert part.label == "Contents"
    assert sorted(part.text.split("\n")) == ["", *sorted(FILES)]
    assert reading.metadata == {"members": 3}


@pytest.mark.parametrize("kind", PACKERS)
async def test_names_that_lead_elsewhere_are_made_plain(unpack: UnpackBytes, kind: str) -> None:
    named = {name: str(number).encode() for number, name in enumerate(HOSTILE)}
    _, files = await unpack(PACKERS[kind](named))
    assert sorted(files.values()) == sorted(named.values())
    assert set(files) == {"etc/passwd", "etc/shadow", "Windows/x.ini", "a/b", "d/e", "ab"}


async def test_links_and_devices_are_listed_and_not_followed(unpack: UnpackBytes) -> None:
    others = [
        special("soft", tarfile.SYMTYPE, "/etc/passwd"),
        special("hard", tarfile.LNKTYPE, "lettre.txt"),
        special("pipe", tarfile.FIFOTYPE),
        special("disk", tarfile.BLKTYPE),
        special("folder", tarfile.DIRTYPE),
    ]
    reading, files = await unpack(tarred({"lettre.txt": b"Bonjour"}, *others))
    assert files == {"lettre.txt": b"Bonjour"}
    assert not_opened(reading) == [
        "soft (a link to /etc/passwd, not followed)",
        "hard (a link to lettre.txt, not followed)",
        "pipe (a device, not a file)",
        "disk (a device, not a file)",
    ]
    assert reading.parts[0].text.split() == ["lettre.txt", "soft", "hard", "pipe", "disk"]


async def test_links_in_zip_and_7z_are_not_followed(unpack: UnpackBytes, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("soft")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("lettre.txt", b"Bonjour")
    (tmp_path / "soft").symlink_to("lettre.txt")
    (tmp_path / "lettre.txt").write_bytes(b"Bonjour")
    seven = io.BytesIO()
    with py7zr.SevenZipFile(seven, "w") as made:
        made.write(tmp_path / "soft", "soft")
        made.write(tmp_path / "lettre.txt", "lettre.txt")
    for data in (buffer.getvalue(), seven.getvalue()):
        reading, files = await unpack(data)
        assert files == {"lettre.txt": b"Bonjour"}
        assert not_opened(reading) == ["soft (a link, not followed)"]


async def test_names_that_come_twice_are_told_apart(unpack: UnpackBytes) -> None:
    data = zipped({"a.txt": b"un", "b.txt": b"deux"}).replace(b"b.txt", b"a.txt")
    _, files = await unpack(data)
    assert files == {"a.txt": b"un", "a (2).txt": b"deux"}


async def test_old_zip_names_are_read_in_their_code_page(unpack: UnpackBytes) -> None:
    for name, page in (("été.txt", "cp850"), ("Счёт № 1.txt", "cp866")):
        raw, plain = name.encode(page), b"x" * len(name)
        data = zipped({plain.decode(): b"text"}, zipfile.ZIP_STORED).replace(plain, raw)
        assert list((await unpack(data))[1]) == [name]


async def test_what_systems_leave_in_folders_is_no_document(unpack: UnpackBytes) -> None:
    names = ["a.txt", "__MACOSX/._a.txt", ".DS_Store", "b/Thumbs.db"]
    reading, files = await unpack(zipped(dict.fromkeys(names, b"x")))
    assert set(files) == {"a.txt"}
    assert len(reading.parts[0].text.splitlines()) == 4


def locked_zip(*names: str) -> bytes:
    """Mark members as encrypted, in both places where a zip file says so."""
    data = bytearray(zipped(dict.fromkeys(["open.txt", "shut.txt"], b"text")))
    for signature, flags, name in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
        place = data.find(signature)
        while place >= 0:
            if data[place + name : place + name + 8].decode() in names:
                data[place + flags] |= 1
            place = data.find(signature, place + 1)
    return bytes(data)


async def test_a_file_that_a_password_protects_is_named(unpack: UnpackBytes) -> None:
    reading, files = await unpack(locked_zip("shut.txt"))
    assert files == {"open.txt": b"text"}
    assert not_opened(reading) == ["shut.txt (protected by a password)"]
    assert reading.parts[0].text.split() == ["open.txt", "shut.txt"]


@pytest.mark.parametrize(
    "data",
    [
        locked_zip("open.txt", "shut.txt"),
        sevenzipped(FILES, password="secret"),
        sevenzipped(FILES, password="secret", header_encryption=True),
    ],
)
async def test_an_archive_that_a_password_protects_says_so(
    refusal: RefuseBytes, data: bytes
) -> None:
    error = await refusal(data)
    assert error.reason is Unreadable.ENCRYPTED
    assert "password" in error.message


async def test_one_damaged_file_does_not_take_the_others_away(unpack: UnpackBytes) -> None:
    data = zipped({"a.txt": b"premier", "b.txt": b"second"}, zipfile.ZIP_STORED)
    reading, files = await unpack(data.replace(b"premier", b"PREMIER", 1))
    assert files == {"b.txt": b"second"}
    assert not_opened(reading) == ["a.txt (damaged)"]


async def test_what_stands_before_a_tear_is_kept(unpack: UnpackBytes) -> None:
    noise = random.Random(7).randbytes(40_000)  # noqa: S311 - what cannot be packed
    whole = tarred({"a.txt": b"premier", "b.bin": noise, "c.txt": b"dernier"})
    for data in (whole[:20_000], gzip.compress(whole)[:20_000]):
        reading, files = await unpack(data)
        assert files == {"a.txt": b"premier"}
        (note,) = not_opened(reading)
        assert note.startswith("the rest of the archive (")


@pytest.mark.parametrize("kind", PACKERS)
async def test_random_damage_ends_with_a_reading_or_a_reason(
    unpack: UnpackBytes, refusal: RefuseBytes, kind: str
) -> None:
    chance = random.Random(kind)  # noqa: S311 - damage, no secrets
    whole = PACKERS[kind]({"a.txt": b"premier" * 500, "b.txt": chance.randbytes(500)})
    for _ in range(25):
        data = bytearray(whole)
        for _ in range(4):
            data[chance.randrange(8, len(data))] = chance.randrange(256)
        try:
            await unpack(bytes(data))
        except Exception:  # noqa: BLE001 - then it must be a reason
            await refusal(bytes(data))


async def test_an_archive_of_nothing_is_empty(refusal: RefuseBytes) -> None:
    assert (await refusal(zipped({}))).reason is Unreadable.EMPTY
    assert (await refusal(tarred({}, special("d", tarfile.DIRTYPE)))).reason is Unreadable.EMPTY


async def test_one_packed_file_is_the_member_of_its_packing(unpack: UnpackBytes) -> None:
    named = io.BytesIO()
    with gzip.GzipFile("lettre.txt", "wb", fileobj=named) as file:
        file.write(b"Bonjour")
    for data, name, inside in (
        (named.getvalue(), "x.gz", "lettre.txt"),
        (gzip.compress(b"Bonjour"), "journal.log.gz", "journal.log"),
        (bz2.compress(b"Bonjour"), "notes.txt.bz2", "notes.txt"),
        (zstd.compress(b"Bonjour"), "notes.md.zst", "notes.md"),
        (lzma.compress(b"Bonjour"), "notes", "notes unpacked"),
    ):
        reading, files = await unpack(data, name)
        assert files == {inside: b"Bonjour"}
        assert reading.parts[0].text == f"{inside}\n"


async def test_an_archive_of_stored_documents_is_no_pdf(unpack: UnpackBytes) -> None:
    content = b"%PDF-1.7 and so on"
    for data in (zipped({"a.pdf": content}, zipfile.ZIP_STORED), tarred({"a.pdf": content})):
        assert (await unpack(data))[1] == {"a.pdf": content}


async def test_office_documents_stay_what_they_are(refusal: RefuseBytes) -> None:
    error = await refusal(packed({"mimetype": "application/vnd.oasis.opendocument.graphics"}))
    assert error.reason is Unreadable.UNSUPPORTED


async def test_other_archives_say_what_to_do(refusal: RefuseBytes) -> None:
    for start in (b"Rar!\x1a\x07\x01\0", b"MSCF\0\0\0\0"):
        error = await refusal(start + bytes(100))
        assert error.reason is Unreadable.UNSUPPORTED
        assert error.remedy.startswith("Unpack it")
