"""Archives that unpack to too much, never end, or lead out of themselves."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib

import py7zr

from contracts.errors import Unreadable
from tests.readers.hostile.case import READ, Case
from tests.readers.making import packed, paragraph, word
from tests.readers.making_archives import sevenzipped, special, tarred, zipped

MIB = 1 << 20
BOMB = 55
"""MiB of nothing: more than 200 times what it takes packed, and past where that matters."""
MANY = 10_001
PLAIN_NAMES = ("../../etc/passwd", "/etc/shadow", "C:\\Windows\\x.ini", "CON", "aux.txt", "a\0b")


def zip_bomb() -> bytes:
    return zipped({"zeros": bytes(BOMB * MIB)})


def overlapping() -> bytes:
    """Make a zip whose thousand entries are all the same bytes, after Fifield's zbsm.zip."""
    member = zipped({"a": bytes(MIB)})
    directory = member.index(b"PK\x01\x02")
    end = member.index(b"PK\x05\x06")
    entries = member[directory:end] * 1000
    closing = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1000, 1000, len(entries), directory, 0)
    return member[:directory] + entries + closing


def nested(levels: int = 60) -> bytes:
    """Make a zip in a zip in a zip: as a quine looks to whoever opens them one by one."""
    data = zipped({"leaf.txt": b"found"})
    for level in range(levels):
        data = zipped({f"level {level}.zip": data})
    return data


def branching() -> bytes:
    """Make ten zips in each of ten zips, and so on: a petabyte in a few kilobytes, as 42.zip."""
    data = zip_bomb()
    for _ in range(5):
        data = zipped({f"{number}.zip": data for number in range(10)})
    return data


def odd_names() -> bytes:
    data = zipped({name.replace("\0", "?"): b"x" for name in (*PLAIN_NAMES, "d/" * 9000 + "deep")})
    return data.replace(b"a?b", b"a\0b")


def lying_sizes() -> bytes:
    """Make a zip that says its only file has four gigabytes."""
    data = bytearray(zipped({"a.txt": b"text"}))
    for signature, place in ((b"PK\x03\x04", 18), (b"PK\x01\x02", 20)):
        struct.pack_into("<II", data, data.index(signature) + place, 0xFFFFFFF0, 0xFFFFFFF0)
    return bytes(data)


def seven_bomb() -> bytes:
    """Make a 7z with the fastest packing that there is a bomb in."""
    buffer = io.BytesIO()
    filters = [{"id": py7zr.FILTER_LZMA2, "preset": 0}]
    with py7zr.SevenZipFile(buffer, "w", filters=filters) as archive:
        archive.writestr(bytes(BOMB * MIB), "zeros")
    return buffer.getvalue()


def seven_counts() -> bytes:
    """Make a 7z whose list says that it names 2^60 files."""
    counted = b"\x01\x05" + b"\xff" + struct.pack("<Q", 1 << 60) + b"\x00\x00"
    start = struct.pack("<QQI", 0, len(counted), zlib.crc32(counted))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(start)) + start + counted


def links() -> bytes:
    """Make a tar with links that lead out, a device, and a file that lies beyond a link."""
    members = [
        special("out", tarfile.SYMTYPE, "/etc"),
        special("hard", tarfile.LNKTYPE, "../../etc/passwd"),
        special("circle", tarfile.SYMTYPE, "circle"),
        special("disk", tarfile.BLKTYPE),
        special("out/planted", tarfile.REGTYPE),
    ]
    return tarred({"plain.txt": b"text"}, *members)


def zip_link() -> bytes:
    buffer = io.BytesIO()
    link = zipfile.ZipInfo("out")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc")
        archive.writestr("out/planted", b"x")
    return buffer.getvalue()


def same_names() -> bytes:
    """Make a thousand members of one name, after all the names that numbering would give."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for number in range(2, 1000):
            archive.addfile(tarfile.TarInfo(f"a ({number})"))
        for _ in range(999):
            archive.addfile(tarfile.TarInfo("a"))
    return gzip.compress(buffer.getvalue(), 1)


def tar_hole() -> bytes:
    sparse = tarfile.TarInfo("hole")
    sparse.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "hole",
        "GNU.sparse.realsize": str(1 << 40),
    }
    sparse.size = 512
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(sparse, io.BytesIO(b"0\n".ljust(512, b"\0")))
    return buffer.getvalue()


def tar_unopened() -> bytes:
    """Make a member of a kind that is not opened, with a bomb in it."""
    odd = special("odd", b"Z")
    odd.size = BOMB * MIB
    return gzip.compress(odd.tobuf() + bytes(odd.size), 1)


def tar_of_long_names() -> bytes:
    """Make a chain of 20,000 headers that each say the next one's name."""
    named = tarfile.TarInfo("././@LongLink")
    named.type, named.size = tarfile.GNUTYPE_LONGNAME, 2
    return (named.tobuf(tarfile.GNU_FORMAT) + b"x\0".ljust(512, b"\0")) * 20_000


def word_bomb() -> bytes:
    return word(paragraph("x") + " " * (BOMB * MIB))


def open_text_bomb() -> bytes:
    kind = "application/vnd.oasis.opendocument.text"
    return packed({"mimetype": kind, "content.xml": b" " * (BOMB * MIB)})


def binary_workbook_bomb() -> bytes:
    return packed({"xl/workbook.bin": b" " * (BOMB * MIB)})


def many_word_members() -> bytes:
    return packed({f"{n}": b"" for n in range(MANY)} | {"word/document.xml": b"<w:document/>"})


ARCHIVES = [
    Case("zeros.zip", "55 MiB from 60 KiB", Unreadable.TOO_LARGE, zip_bomb, "far more than its"),
    Case("zeros.7z", "55 MiB from 9 KiB", Unreadable.TOO_LARGE, seven_bomb, "far more than its"),
    Case("zeros.gz", "55 MiB from 60 KiB", Unreadable.TOO_LARGE,
         lambda: gzip.compress(bytes(MIB)) * BOMB, "far more than its"),
    Case("zeros.bz2", "55 MiB from 3 KiB", Unreadable.TOO_LARGE,
         lambda: bz2.compress(bytes(MIB)) * BOMB, "far more than its"),
    Case("zeros.xz", "55 MiB from 14 KiB", Unreadable.TOO_LARGE,
         lambda: lzma.compress(bytes(MIB), preset=0) * BOMB, "far more than its"),
    Case("overlapping.zip", "a thousand entries that are the same bytes, 1 GiB",
         Unreadable.TOO_LARGE, overlapping, "far more than its"),
    Case("sixty-deep.zip", "a zip in a zip, 60 times: what a quine looks like", READ,
         nested, "level 59.zip"),
    Case("branching.zip", "ten zips in each of ten zips, five deep, a bomb in each last one", READ,
         branching, "9.zip"),
    Case("many.zip", "10,001 files", Unreadable.TOO_LARGE,
         lambda: zipped(dict.fromkeys(map(str, range(MANY)), b"")), "10,000 files"),
    Case("names.zip", "names with `..`, roots, drives, devices, NUL, 9,000 folders", READ,
         odd_names, "etc/passwd"),
    Case("names.tar", "names with `..`, roots, drives, devices", READ,
         lambda: tarred(dict.fromkeys(PLAIN_NAMES[:-1], b"x")), "Windows/x.ini"),
    Case("names.7z", "names with `..`, roots, drives, devices", READ,
         lambda: sevenzipped(dict.fromkeys(PLAIN_NAMES[:-1], b"x")), "etc/shadow"),
    Case("same-names.tar.gz", "1,000 files of one name, which numbering would have to tell apart",
         READ, same_names, "a (2)"),
    Case("sizes.zip", "says that its file has 4 GiB", READ, lying_sizes, "a.txt"),
    Case("counts.7z", "says that it lists 2^60 files", Unreadable.MALFORMED, seven_counts),
    Case("links.tar", "links that lead out, a device, a file behind a link", READ,
         links, "plain.txt"),
    Case("link.zip", "a link that leads out, and a file behind it", READ, zip_link, "planted"),
    Case("hole.tar", "a sparse file of a terabyte", Unreadable.TOO_LARGE, tar_hole),
    Case("unopened.tar.gz", "a bomb in a member that is not opened", Unreadable.TOO_LARGE,
         tar_unopened, "far more than its"),
    Case("long-names.tar", "20,000 headers that each give the next one's name",
         Unreadable.MALFORMED, tar_of_long_names),
    Case("zeros.docx", "55 MiB of blanks in the body", Unreadable.TOO_LARGE,
         word_bomb, "far more than its"),
    Case("zeros.xlsb", "55 MiB of blanks in a member that a library unpacks",
         Unreadable.TOO_LARGE, binary_workbook_bomb, "far more than its"),
    Case("zeros.odt", "55 MiB of blanks in the body", Unreadable.TOO_LARGE,
         open_text_bomb, "far more than its"),
    Case("many.docx", "packed from 10,002 members", Unreadable.TOO_LARGE,
         many_word_members, "10,000"),
]  # fmt: skip
