"""Opens packed documents (docx, xlsx) without trusting what they say about their size."""

import io
import zipfile
import zlib

from lxml import etree
from lxml.etree import _Element as Element

from contracts.errors import Unreadable, UnreadableDocument
from readers.limits import Limits
from readers.unpacking import PIECE, Unpacked

ENCRYPTED = 1
"""Flag of a member of a zip file that a password protects."""
ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
    *(OSError, ValueError, KeyError),  # offsets outside the file, members that are not there
)


class Archive:
    """A zip file whose members are counted while they are unpacked.

    Raises UnreadableDocument: damaged, encrypted, or unpacking to more than the limits.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._unpacked = Unpacked(len(data), limits)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except ZIP_ERRORS as error:
            raise _damaged() from error
        members = self._zip.infolist()
        if any(member.flag_bits & ENCRYPTED for member in members):
            raise UnreadableDocument(
                Unreadable.ENCRYPTED,
                "The file is protected by a password.",
                "Remove the password in the program it was made with and add it again.",
            )
        if len(members) > limits.members:
            raise UnreadableDocument(
                Unreadable.TOO_LARGE,
                f"The file is packed from {len(members):,} files, more than {limits.members:,}.",
                "Cut it into smaller files and add those.",
            )
        self.names = [member.filename for member in members]

    def read(self, name: str) -> bytes:
        """Unpack one member."""
        pieces = []
        try:
            with self._zip.open(name) as member:
                while piece := member.read(PIECE):
                    self._unpacked.count(len(piece))
                    pieces.append(piece)
        except ZIP_ERRORS as error:
            raise _damaged() from error
        return b"".join(pieces)

    def check_all(self) -> None:
        """Unpack everything to nowhere, for a parser that unpacks by itself."""
        for name in self.names:
            self.read(name)

    def xml(self, name: str) -> Element:
        """Parse one member; entities are not expanded, nothing is fetched."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        return etree.fromstring(self.read(name), parser)


def _damaged() -> UnreadableDocument:
    return UnreadableDocument(
        Unreadable.MALFORMED,
        "The file is damaged: it is packed (docx, xlsx or zip) and cannot be unpacked.",
        "Get the whole file again from where it came from.",
    )


def take_core_properties(archive: Archive) -> tuple[str, str]:
    """Give (title, author) of an Office document; empty where not set."""
    if "docProps/core.xml" not in archive.names:
        return "", ""
    try:
        root = archive.xml("docProps/core.xml")
    except etree.XMLSyntaxError:  # only the label on the folder is torn
        return "", ""
    found = {etree.QName(e).localname: (e.text or "").strip() for e in root.iterchildren("{*}*")}
    return found.get("title", ""), found.get("creator", "")
