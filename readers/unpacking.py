"""What archives of every kind have in common: counting what comes out, and listing what is in."""

from collections.abc import Iterable
from typing import NoReturn

from contracts.errors import Unreadable, UnreadableDocument
from readers.draft import Draft
from readers.enclosing import plain_path
from readers.limits import MIB, Limits

PIECE = MIB
# Small files may be packed as tightly as they like.
_RATIO_MATTERS_FROM = 50 * MIB
TAR_BLOCK = 512
_CHECKSUM = slice(148, 156)
# What operating systems leave behind in folders; nobody wrote it.
_LITTER_FOLDER = "__MACOSX/"
_LITTER = {".ds_store", "thumbs.db", "desktop.ini"}
_AGAIN = "Get the whole file again from where it came from."


class Damaged(Exception):
    """A member cannot be unpacked; its words say what is wrong with it."""


class Unpacked:
    """Counts bytes that come out of something packed, whatever it says about its size."""

    def __init__(self, packed: int, limits: Limits) -> None:
        self._packed = packed
        self._limits = limits
        self._size = 0

    def count(self, size: int) -> None:
        """Count bytes. Raises UnreadableDocument past the limits."""
        self._size += size
        ratio = self._size / max(1, self._packed)
        if self._size > self._limits.unpacked_bytes or (
            self._size > _RATIO_MATTERS_FROM and ratio > self._limits.unpacked_ratio
        ):
            raise UnreadableDocument(
                Unreadable.TOO_LARGE,
                f"The file unpacks to far more than its size (over {self._size // MIB:,} MiB "
                f"from {self._packed // 1024 + 1:,} KiB).",
                "If it is genuine, cut it into smaller files and add those.",
            )


class Contents:
    """The files in an archive: all are listed as its text, those that open are handed over."""

    def __init__(self, draft: Draft, packed: int) -> None:
        self.limits = draft.limits
        self.unpacked = Unpacked(packed, draft.limits)
        self._draft = draft
        self._part = draft.part("Contents")
        self._entries = 0
        self._locked = 0

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Hand a file over; ``pieces`` may raise Damaged."""
        member = Member(self, name)
        try:
            for piece in pieces:
                member.write(piece)
        except Damaged as error:
            self.leave_out(name, str(error))
        else:
            member.finish()

    def enclose(self, name: str, data: bytes) -> None:
        """List a file and hand it over."""
        self._list(name)
        if not _is_litter(plain_path(name)):
            self._draft.enclose(name, data)

    def leave_out(self, name: str, why: str) -> None:
        """List a file that is not opened."""
        self._list(name)
        self._draft.leave_out(name, why)

    def lock(self, name: str) -> None:
        """List a file that a password keeps closed."""
        self._locked += 1
        self.leave_out(name, "protected by a password")

    def finish(self, damage: str | None = None) -> None:
        """End the list. Raises UnreadableDocument when nothing at all could be opened."""
        if damage and not self._draft.members:
            raise UnreadableDocument(
                Unreadable.MALFORMED, f"The archive is damaged: {damage}.", _AGAIN
            )
        if damage:
            self._draft.left_out.append(f"the rest of the archive ({damage})")
        if self._locked and not self._draft.members:
            refuse_locked()
        if not self._entries:
            raise UnreadableDocument(
                Unreadable.EMPTY,
                "The archive holds no files.",
                "Check that the right file was added.",
            )

    def _list(self, name: str) -> None:
        self._entries += 1
        if self._entries > self.limits.members:
            raise UnreadableDocument(
                Unreadable.TOO_LARGE,
                f"The archive holds more than {self.limits.members:,} files.",
                "Unpack it, and add the files in it as several smaller archives.",
            )
        self._part.add(plain_path(name) + "\n")


class Member:
    """One file on its way out of an archive; past the limit for each, the rest is only counted."""

    def __init__(self, contents: Contents, name: str) -> None:
        self._contents = contents
        self._name = name
        self._data = bytearray()

    def write(self, piece: bytes) -> None:
        """Append what came out."""
        self._contents.unpacked.count(len(piece))
        if len(self._data) <= self._contents.limits.member_bytes:
            self._data += piece

    def finish(self) -> None:
        """Hand the file over, now that it is whole."""
        self._contents.enclose(self._name, bytes(self._data))


def refuse_locked() -> NoReturn:
    """Say that a password keeps the archive closed."""
    raise UnreadableDocument(
        Unreadable.ENCRYPTED,
        "The archive is protected by a password.",
        "Unpack it with its password and add the files in it.",
    )


def is_tar(block: bytes) -> bool:
    """Tell whether a tar archive begins with this block: its checksum is right."""
    try:
        told = int(block[_CHECKSUM].strip(b" \0"), 8)
    except ValueError:
        return False
    counted = sum(block[:148]) + sum(block[156:TAR_BLOCK]) + 8 * ord(" ")
    return len(block) >= TAR_BLOCK and told == counted


def _is_litter(path: str) -> bool:
    return path.startswith(_LITTER_FOLDER) or path.rpartition("/")[2].lower() in _LITTER
