"""Pictures in old Office files: records that Word, Excel and PowerPoint share, after [MS-ODRAW]."""

import re
import struct
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from readers.pictures import BITMAP_HEAD, Load

_HEADER = struct.Struct("<HHI")
_CONTAINER = 0x0F
_STORED, _OPTIONS, _OPTION = 0xF007, 0xF00B, struct.Struct("<HI")
_STORED_SIZE, _PLACE, _NAME = 36, 28, 33
_UNIQUE, _TAG = 16, 1
# Vectors (EMF, WMF, PICT) are left out, as everywhere.
_BEFORE = {0xF01D: b"", 0xF01E: b"", 0xF029: b"", 0xF02A: b"", 0xF01F: BITMAP_HEAD}
_BEGIN = re.compile(
    rb"(?:[\xa0\xb0]\x46|[\x00\x10\x20\x30\x40\x50]\x6e|[\x80\x90]\x7a)[\x1d-\x1f\x29\x2a]\xf0"
)
# A picture of its own, and one that fills a shape; the number of a stored one, not its bytes.
_SHOWN, _NUMBER, _FLAGS = {0x0104, 0x0186}, 0x4000, 0xC000
_MOST = 10_000


class _Record(NamedTuple):
    kind: int
    instance: int
    start: int
    end: int


def picture(data: bytes, at: int) -> bytes:
    """Give the bytes of the picture whose record begins there; none for what is no picture."""
    if not 0 <= at <= len(data) - _HEADER.size:
        return b""
    first, kind, size = _HEADER.unpack_from(data, at)
    start = at + _HEADER.size
    # Odd instances have two hashes before the picture.
    skipped = _UNIQUE * (1 + (first >> 4) % 2) + _TAG
    return _BEFORE[kind] + data[start + skipped : start + size] if kind in _BEFORE else b""


def store(data: bytes, delayed: bytes = b"") -> list[Load]:
    """Give what loads each stored picture: from its own record, or from a stream beside it."""
    return list(islice(_stored(data, delayed), _MOST))


def _stored(data: bytes, delayed: bytes) -> Iterator[Load]:
    for record in _records(data):
        if record.kind == _STORED and record.end - record.start >= _STORED_SIZE:
            inside = record.start + _STORED_SIZE + data[record.start + _NAME]
            if inside < record.end:
                yield partial(picture, data, inside)
            else:
                place = struct.unpack_from("<I", data, record.start + _PLACE)[0]
                yield partial(picture, delayed, place)
        elif record.kind == _STORED:  # it counts all the same
            yield partial(picture, b"", 0)


def loads(shapes: bytes, stored: Sequence[Load]) -> Iterator[tuple[str, Load]]:
    """Yield a name for each stored picture that shapes show, in order, and what loads it."""
    for number in _shown(shapes):
        if 0 < number <= len(stored):
            yield str(number), stored[number - 1]


def _shown(data: bytes) -> Iterator[int]:
    for record in _records(data):
        if record.kind == _OPTIONS:
            count = min(record.instance, (record.end - record.start) // _OPTION.size)
            for number in range(count):
                option, value = _OPTION.unpack_from(data, record.start + number * _OPTION.size)
                if option & ~_FLAGS in _SHOWN and option & _FLAGS == _NUMBER:
                    yield value


def found(data: bytes) -> Iterator[tuple[int, Load]]:
    """Yield the place of each picture in a stream, wherever it is, and what loads it."""
    return islice(_found(data), _MOST)


def _found(data: bytes) -> Iterator[tuple[int, Load]]:
    at = 0
    while begin := _BEGIN.search(data, at):
        at = begin.end()
        if at + 4 <= len(data):
            (size,) = struct.unpack_from("<I", data, at)
            end = begin.start() + _HEADER.size + size
            if end <= len(data):
                yield begin.start(), partial(picture, data, begin.start())
                at = end


def _records(data: bytes) -> Iterator[_Record]:
    """Yield the records that hold no others, in order."""
    at = 0
    while at + _HEADER.size <= len(data):
        first, kind, size = _HEADER.unpack_from(data, at)
        at += _HEADER.size
        if first & _CONTAINER != _CONTAINER:
            yield _Record(kind, first >> 4, at, min(at + size, len(data)))
            at += size
