"""Opens the compound files (OLE) of old Office programs and of Outlook."""

import io
import struct
from typing import NoReturn

from olefile import OleFileIO

from contracts.errors import Unreadable, UnreadableDocument
from readers.draft import Draft

_UTF_8 = 65001
_REMEDY = "Open it in the program that it was made with, save it again and add the new file."


class Compound:
    """A compound file; streams are found by their names at the root."""

    def __init__(self, data: bytes) -> None:
        try:
            self._file = OleFileIO(io.BytesIO(data))
            self.names = {path[0].lower() for path in self._file.listdir(storages=True)}
        except (OSError, ValueError, IndexError, struct.error, RecursionError) as error:
            refuse_damaged(error)

    def read(self, name: str) -> bytes:
        """Give a stream's bytes, none where there is no such stream."""
        if name.lower() not in self.names:
            return b""
        try:
            data: bytes = self._file.openstream(name).read()
        except (OSError, ValueError, IndexError, struct.error) as error:
            refuse_damaged(error)
        return data

    def take_properties(self, draft: Draft) -> None:
        """Keep title and author of the document where the file says them."""
        try:
            found = self._file.get_metadata()
        except Exception:  # noqa: BLE001 - only the label on the folder is torn
            return
        draft.title = _text(getattr(found, "title", None), getattr(found, "codepage", None))
        if author := _text(getattr(found, "author", None), getattr(found, "codepage", None)):
            draft.metadata["author"] = author


def _text(value: object, page: object) -> str:
    """Decode a property; files of any age name their code page by its number."""
    if not isinstance(value, bytes):
        return ""
    name = "utf-8" if page in {None, _UTF_8, _UTF_8 - 65536} else f"cp{page}"
    try:
        text = value.decode(name, "replace")
    except LookupError:
        text = value.decode("cp1252", "replace")
    return text.strip("\0 ")


def refuse_damaged(error: Exception | None = None) -> NoReturn:
    """Say that the file cannot be followed."""
    raise UnreadableDocument(
        Unreadable.MALFORMED, "The file is damaged: parts of it are missing or torn.", _REMEDY
    ) from error


def refuse_locked() -> NoReturn:
    """Say that the file needs a password."""
    raise UnreadableDocument(
        Unreadable.ENCRYPTED,
        "The Office file is protected by a password.",
        "Open it, remove the password, save it and add it again.",
    )
