"""Pictures in old Office files (OfficeArt records), made by hand for the tests of formats."""

import struct
from collections.abc import Mapping, Sequence

from tests.readers.making_ole import biff, doc, ppt, record, xls

PLAIN = b"\x00\x00"
_KINDS = {
    b"\x89PNG": (0xF01E, 0x6E0, 0),
    b"\xff\xd8\xff\xe0": (0xF01D, 0x46A, 0),
    b"II*\0": (0xF029, 0x6E4, 0),
    b"BM": (0xF01F, 0x7A8, 14),
    b"EMF": (0xF01A, 0x3D4, 0),
}


def blip(picture: bytes, hashes: int = 1) -> bytes:
    """Make the record of a picture, by its kind, behind one hash or two."""
    kind, instance, cut = next(v for k, v in _KINDS.items() if picture.startswith(k))
    content = bytes(16 * hashes) + b"\xff" + picture[cut:]
    return record(kind, content, instance=instance + hashes - 1)


def store(*pictures: bytes, name: bytes = b"") -> bytes:
    """Make the list of stored pictures, each with its bytes."""
    return _listed([_entry(0, name) + blip(one) for one in pictures])


def store_beside(*pictures: bytes) -> tuple[bytes, bytes]:
    """Make the list of stored pictures, and the stream that holds their bytes."""
    stream, entries = b"", []
    for one in pictures:
        entries.append(_entry(len(stream)))
        stream += blip(one, hashes=2)
    return _listed(entries), stream


def _entry(place: int, name: bytes = b"") -> bytes:
    return struct.pack("<28xIBBH", place, 0, len(name), 0) + name


def _listed(entries: Sequence[bytes]) -> bytes:
    made = b"".join(struct.pack("<HHI", 0x62, 0xF007, len(entry)) + entry for entry in entries)
    return record(0xF000, record(0xF001, made, container=True), container=True)


def shapes(*numbers: int) -> bytes:
    """Make shapes that show stored pictures, by their numbers from 1 on; some fill a shape."""
    made = bytearray()
    for at, number in enumerate(numbers):
        code = 0x4186 if at % 2 else 0x4104
        options = struct.pack("<HIHIHI", 0x7F, 3, code, number, 0xC105, 4) + b"a\0\0\0"
        listed = struct.pack("<HHI", 0x33, 0xF00B, len(options)) + options
        made += record(0xF004, record(0xF00A, bytes(8)) + listed, container=True)
    return record(0xF002, record(0xF003, bytes(made), container=True), container=True)


def doc_showing(text: str, pictures: Sequence[bytes]) -> bytes:
    """Make a doc: the first picture stands in its text, the others float on the page."""
    first, *others = [blip(one) for one in pictures]
    shape = struct.pack("<IH62x", 68 + len(first), 68) + first
    return doc([(f"{text}\x01\r", PLAIN)], data=shape.ljust(4096, b"\0"), behind=b"".join(others))


def ppt_showing(slides: Sequence[str], pictures: Mapping[int, Sequence[bytes]]) -> bytes:
    """Make a ppt; pictures lie on slides by their numbers."""
    distinct = [*dict.fromkeys(one for shown in pictures.values() for one in shown)]
    listed, stream = store_beside(*distinct)
    drawn = {n: shapes(*(distinct.index(x) + 1 for x in shown)) for n, shown in pictures.items()}
    return ppt([[(1, text)] for text in slides], store=listed, drawn=drawn, beside=stream)


def xls_showing(sheets: Mapping[str, str], pictures: Mapping[str, Sequence[bytes]]) -> bytes:
    """Make an xls; pictures lie on sheets by their names."""
    distinct = [*dict.fromkeys(one for shown in pictures.values() for one in shown)]
    drawn = {
        name: split(0xEC, shapes(*(distinct.index(one) + 1 for one in shown)))
        for name, shown in pictures.items()
    }
    listed = split(0xEB, store(*distinct, name=b"a\0\0\0"))
    return xls({name: [[text]] for name, text in sheets.items()}, store=listed, drawn=drawn)


def split(kind: int, content: bytes, most: int = 1000) -> bytes:
    """Make a record of a workbook, and those that go on with it."""
    pieces = [content[at : at + most] for at in range(0, len(content), most)]
    return biff(kind, pieces[0]) + b"".join(biff(0x3C, piece) for piece in pieces[1:])
