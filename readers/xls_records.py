"""Records of old Excel workbooks that no library reads: locks, pictures; after [MS-XLS]."""

import struct
from collections.abc import Iterator, Mapping

from readers import office_art
from readers.ole import refuse_damaged
from readers.pictures import Load

_HEADER = struct.Struct("<HH")
_LOCK, _SHEET, _END = 0x2F, 0x85, 0x0A
_STORE, _DRAWING, _MORE = 0xEB, 0xEC, 0x3C
_NAME = 8
_SIZE, _SIZES = 0x200, struct.Struct("<IIHH")
_ROWS, _COLUMNS = 65_536, 256


def check_sizes(stream: bytes) -> None:
    """Refuse sheets that state a size which none can have: calamine would ask for that memory."""
    for at, kind, size in _records(stream):
        if kind == _SIZE and size >= _SIZES.size and at + 4 + _SIZES.size <= len(stream):
            top, bottom, left, right = _SIZES.unpack_from(stream, at + _HEADER.size)
            if not (top <= bottom + 1 <= _ROWS + 1 and left <= right + 1 <= _COLUMNS + 1):
                refuse_damaged()


def is_locked(stream: bytes) -> bool:
    """Look for the record of encryption before the first sheet; calamine knows one of two kinds."""
    return next(
        (kind == _LOCK for _, kind, _ in _records(stream) if kind in {_LOCK, _SHEET}), False
    )


def pictures(stream: bytes) -> Mapping[str, Iterator[tuple[str, Load]]]:
    """Give what loads the pictures that each sheet shows, by the name of the sheet."""
    store, drawings = _drawings(stream)
    stored = office_art.store(store)
    return {name: office_art.loads(drawing, stored) for name, drawing in drawings.items()}


def _drawings(stream: bytes) -> tuple[bytes, Mapping[str, bytes]]:
    """Put together the records of all pictures, and for each sheet of the shapes on it."""
    store, drawings = bytearray(), dict[str, bytearray]()
    names: dict[int, str] = {}
    name, rest = "", None  # what the next record may go on with
    for at, kind, size in _records(stream):
        name = names.get(at, name)
        start = at + _HEADER.size
        if kind == _SHEET and size >= _NAME <= len(stream) - start:
            names[struct.unpack_from("<I", stream, start)[0]] = _name(stream[start : start + size])
        elif kind == _STORE:
            rest = store
        elif kind == _DRAWING:
            rest = drawings.setdefault(name, bytearray())
        elif kind == _END and not store:  # before the first sheet: there are no pictures
            break
        elif kind != _MORE:
            rest = None
        if rest is not None:
            rest += stream[start : start + size]
    return bytes(store), {name: bytes(drawing) for name, drawing in drawings.items()}


def _name(sheet: bytes) -> str:
    count, encoding = sheet[6], "utf-16-le" if sheet[7] & 1 else "latin-1"
    return sheet[_NAME:].decode(encoding, "replace")[:count]


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the place, kind and size of each record."""
    at = 0
    while at + _HEADER.size <= len(stream):
        kind, size = _HEADER.unpack_from(stream, at)
        yield at, kind, size
        at += _HEADER.size + size
