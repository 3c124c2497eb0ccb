"""Reads tar archives, packed (gz, bz2, xz, zst) or not, and single files that are packed so."""

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from readers.decoding import decode
from readers.draft import Draft
from readers.unpacking import PIECE, Contents, Unpacked, is_tar

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_ERRORS = (
    *(tarfile.TarError, zlib.error, lzma.LZMAError, zstd.ZstdError),
    *(EOFError, OSError, ValueError),
)
_GZIP = b"\x1f\x8b"
_OPENERS: dict[bytes, Callable[[BinaryIO], object]] = {
    _GZIP: lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": zstd.ZstdFile,
}
_SUFFIXES = {"gz", "gzip", "bz2", "xz", "zst"}
_EXTRA, _NAMED = 4, 8  # flags of gzip


def read(data: bytes, draft: Draft) -> None:
    """List the members and hand them over; links are not followed, devices not opened."""
    contents = Contents(draft, len(data))
    openers = (opened for start, opened in _OPENERS.items() if data.startswith(start))
    opened = cast("BinaryIO", next(openers, _as_it_is)(io.BytesIO(data)))
    stream = _Stream(opened, Unpacked(len(data), draft.limits))
    try:
        if is_tar(stream.peek()):
            _unpack(stream, contents)
        else:
            contents.add(_inner(data, draft.filename), iter(lambda: stream.read(PIECE), b""))
    except _ERRORS as error:
        contents.finish(str(error) or "it ends early")
    else:
        contents.finish()


def _as_it_is(file: BinaryIO) -> BinaryIO:
    return file


class _Stream:
    """What comes out of the packing, counted; the first block can be looked at before."""

    def __init__(self, file: BinaryIO, unpacked: Unpacked) -> None:
        self._file = file
        self._unpacked = unpacked
        self._first = b""

    def peek(self) -> bytes:
        """Give the first block, which is not taken yet."""
        self._first = self._file.read(tarfile.BLOCKSIZE)
        return self._first

    def read(self, size: int) -> bytes:
        """Give at most so many bytes, as ``tarfile`` asks for them."""
        piece, self._first = self._first[:size], self._first[size:]
        piece += self._file.read(size - len(piece))
        self._unpacked.count(len(piece))
        return piece


def _unpack(stream: _Stream, contents: Contents) -> None:
    # Read from front to back: what is told about places elsewhere in the file is not believed.
    archive = tarfile.open(fileobj=cast("BinaryIO", stream), mode="r|")  # noqa: SIM115 - no file
    for member in archive:
        name = _name(member.name)
        if member.issym() or member.islnk():
            contents.leave_out(name, f"a link to {_name(member.linkname)[:100]}, not followed")
        elif member.isreg():
            contents.add(name, _pieces(cast("BinaryIO", archive.extractfile(member))))
        elif not member.isdir():
            contents.leave_out(name, "a device, not a file")


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _inner(data: bytes, filename: str) -> str:
    """Name the one file that is packed: as it says, or as the packed one without its ending."""
    if data.startswith(_GZIP) and data[3] & _NAMED and not data[3] & _EXTRA:
        return _name(data[10:].partition(b"\0")[0].decode("utf-8", "surrogateescape"))
    stem, _, suffix = filename.rpartition(".")
    return stem if stem and suffix.lower() in _SUFFIXES else f"{filename} unpacked"


def _name(name: str) -> str:
    """Give a name of unknown encoding as text."""
    return decode(name.encode("utf-8", "surrogateescape"))
