"""Reads 7z archives: the list of what is in them; each file becomes a document of its own."""

import io

import py7zr
from py7zr.exceptions import PasswordRequired, UnsupportedCompressionMethodError
from py7zr.io import Py7zIO, WriterFactory

from contracts.errors import UnreadableDocument
from readers.draft import Draft
from readers.unpacking import Contents, Member, refuse_locked


def read(data: bytes, draft: Draft) -> None:
    """List the members and hand them over; links are not followed, what is locked stays so."""
    contents = Contents(draft, len(data))
    try:
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            _unpack(archive, contents)
    except PasswordRequired:  # even the names are encrypted
        refuse_locked()
    except UnsupportedCompressionMethodError:
        contents.finish("it is packed in a way that is not supported")
    except (UnreadableDocument, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - the parser raises anything for torn files
        contents.finish(str(error) or "it cannot be unpacked")
    else:
        contents.finish()


def _unpack(archive: py7zr.SevenZipFile, contents: Contents) -> None:
    names = [str(member.filename) for member in archive.files]
    if archive.needs_password():
        for member in archive.files:
            if not member.is_directory:
                contents.lock(str(member.filename))
        return
    links = {
        index
        for index, member in enumerate(archive.files)
        if member.is_symlink or member.is_junction
    }
    # The library refuses an archive for one name that leads out of it. Numbers lead nowhere.
    for index, raw in enumerate(archive.header.files_info.files):
        raw["filename"] = str(index)
    desk = _Desk(contents, names, links)
    archive.extractall(factory=desk)
    desk.finish()


class _Desk(WriterFactory):
    """Gives the library what it writes members to, one after the other.

    A member is handed over when the next one begins: until then its checksum may turn out wrong.
    """

    def __init__(self, contents: Contents, names: list[str], links: set[int]) -> None:
        self._contents = contents
        self._names = names
        self._links = links
        self._last: Member | None = None

    def create(self, filename: str) -> "_Writer":
        """Begin the member of that number."""
        self.finish()
        index = int(filename)
        if index in self._links:
            self._contents.leave_out(self._names[index], "a link, not followed")
            return _Writer(Member(self._contents, ""))
        self._last = Member(self._contents, self._names[index])
        return _Writer(self._last)

    def finish(self) -> None:
        """Hand the last member over."""
        if self._last is not None:
            self._last.finish()
        self._last = None


class _Writer(Py7zIO):
    """Takes what comes out of the archive; nothing is read back."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._size = 0

    def write(self, s: bytes | bytearray) -> int:
        """Append."""
        self._member.write(bytes(s))
        self._size += len(s)
        return len(s)

    def read(self, size: int | None = None) -> bytes:  # noqa: ARG002 - the library's
        """Give nothing."""
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002 - the library's
        """Stay at the end."""
        return self._size

    def flush(self) -> None:
        """Do nothing."""

    def size(self) -> int:
        """Give what was written."""
        return self._size
