"""Reads zip archives: the list of what is in them; each file becomes a document of its own."""

import io
import re
import stat
import zipfile
from collections.abc import Iterator

from readers.archive import ENCRYPTED, ZIP_ERRORS
from readers.draft import Draft
from readers.unpacking import PIECE, Contents, Damaged

_UTF_8 = 1 << 11
_RUSSIAN = re.compile("(?=.*[а-яё]{2})[ -~а-яё№]*", re.IGNORECASE)
_MIXED = re.compile("[a-z][а-яё]|[а-яё][a-z]", re.IGNORECASE)


def read(data: bytes, draft: Draft) -> None:
    """List the members and hand them over; links are not followed, what is locked stays so."""
    contents = Contents(draft, len(data))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except ZIP_ERRORS as error:
        contents.finish(str(error))
        return
    for member in archive.infolist():
        name = _name(member)
        if stat.S_ISLNK(member.external_attr >> 16):
            contents.leave_out(name, "a link, not followed")
        elif member.flag_bits & ENCRYPTED:
            contents.lock(name)
        elif not member.is_dir():
            contents.add(name, _pieces(archive, member))
    contents.finish()


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(member) as file:
            while piece := file.read(PIECE):
                yield piece
    except NotImplementedError as error:
        raise Damaged("packed in a way that is not supported") from error
    except ZIP_ERRORS as error:
        raise Damaged("damaged") from error


def _name(member: zipfile.ZipInfo) -> str:
    """Give the name as it was meant: old programs write it in the code page of their country."""
    if member.flag_bits & _UTF_8 or member.orig_filename.isascii():
        return member.orig_filename
    raw = member.orig_filename.encode("cp437")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        name = raw.decode("cp866")
        is_russian = _RUSSIAN.fullmatch(name) and not _MIXED.search(name)
        return name if is_russian else raw.decode("cp850")
