"""Compound files (OLE) and the smallest old Office files, made by hand for the tests of formats."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Tree: TypeAlias = Mapping[str, "bytes | Tree"]
Fields: TypeAlias = Mapping[int, str | bytes]

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_END, _FREE, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFF


@dataclass
class _Space:
    """Sectors of one size with the chain table that links them."""

    size: int
    chains: list[int] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)

    def add(self, content: bytes) -> int:
        """Store content and give its first sector."""
        if not content:
            return _END
        first = len(self.chains)
        count = -(-len(content) // self.size)
        self.chains += [*range(first + 1, first + count), _END]
        self.data += content.ljust(count * self.size, b"\0")
        return first


def compound(tree: Tree) -> bytes:
    """Make a compound file of version 3; a nested mapping is a storage."""
    big, small = _Space(_SECTOR), _Space(_MINI)
    entries: list[bytes] = [b""]
    top = _entries(tree, entries, big, small)
    start = big.add(bytes(small.data))
    entries[0] = _entry("Root Entry", 5, top, start, len(small.data))
    directory = big.add(b"".join(entries))
    mini = big.add(_words(small.chains, pad=_SECTOR))
    count = 1
    while len(big.chains) + count > count * _SECTOR // 4:
        count += 1
    places = [len(big.chains) + index for index in range(count)]
    table = _words([*big.chains, *[0xFFFFFFFD] * count], pad=_SECTOR)
    header = struct.pack(
        "<8s16x5H6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        *(0, count, directory, 0, _CUTOFF, mini, -(-len(small.chains) // 128), _END, 0),
    )  # fmt: skip
    return header + _words(places, pad=_SECTOR - len(header)) + bytes(big.data) + table


def _entries(tree: Tree, entries: list[bytes], big: _Space, small: _Space) -> int:
    """Add a storage's members as a chain of right-hand siblings; give the first."""
    names = sorted(tree, key=lambda name: (len(name), name.upper()))
    first = following = _NONE
    for name in reversed(names):
        content = tree[name]
        number = len(entries)
        entries.append(b"")
        if isinstance(content, bytes):
            space = big if len(content) >= _CUTOFF else small
            made = _entry(name, 2, _NONE, space.add(content), len(content), following)
        else:
            made = _entry(name, 1, _entries(content, entries, big, small), 0, 0, following)
        entries[number] = made
        first = following = number
    return first


def _entry(
    name: str, kind: int, child: int, start: int, size: int, following: int = _NONE
) -> bytes:
    raw = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII36xIQ",
        *(raw, len(raw) + 2, kind, 1, _NONE, following, child, start, size),
    )


def _words(numbers: Sequence[int], pad: int) -> bytes:
    raw = struct.pack(f"<{len(numbers)}I", *numbers)
    return raw + b"\xff" * (-len(raw) % pad)


def doc(
    paragraphs: Sequence[tuple[str, bytes]],
    *,
    flags: int = 0,
    version: int = 0xC1,
    data: bytes = b"",
    behind: bytes = b"",
    **beside: str,
) -> bytes:
    """Make a doc of (text with its mark, paragraph properties: style number and modifiers).

    Style 1 is the built-in heading 1. ``beside`` gives notes, headers, comments, boxes; ``data``
    is the stream of pictures in the text, ``behind`` what follows the text in its own.
    """
    body = "".join(text for text, _ in paragraphs)
    kinds = ("notes", "headers", "macros", "comments", "endnotes", "boxes", "header_boxes")
    others = [beside.get(kind, "") for kind in kinds]
    text = body + "".join(others)
    stream = bytearray(2048) + text.encode("utf-16-le")
    stream += bytes(-len(stream) % 512)
    page = len(stream) // 512
    stream += _properties(paragraphs, 2048)
    stream += bytes(max(0, 4096 - len(stream)))
    styles = struct.pack("<HHH", 4, 2, 0) + b"".join(
        struct.pack("<HHHH", 6, identity, 0xFFF0, 0) for identity in (0, 1)
    )
    bins = struct.pack("<III", 2048, 2048 + 2 * _units(text), page)
    pieces = struct.pack("<IIHIH", 0, _units(text), 0, 2048, 0)
    prefix = b"\x01\x02\x00\x00\x00"  # a list of properties that pieces may name
    clx = prefix + struct.pack("<BI", 2, len(pieces)) + pieces
    struct.pack_into("<HH", stream, 0, 0xA5EC, version)
    struct.pack_into("<H", stream, 0x0A, flags)
    struct.pack_into("<8i", stream, 0x4C, _units(body), *map(_units, others))
    at = 0
    for place, table in ((0xA2, styles), (0x102, bins), (0x1A2, clx)):
        struct.pack_into("<II", stream, place, at, len(table))
        at += len(table)
    stream += behind
    return compound({"WordDocument": bytes(stream), "0Table": styles + bins + clx, "Data": data})


def _units(text: str) -> int:
    """Count as Word does: a character beyond the first plane is two."""
    return len(text.encode("utf-16-le")) // 2


def _properties(paragraphs: Sequence[tuple[str, bytes]], start: int) -> bytes:
    """Make the page of paragraph properties."""
    page = bytearray(512)
    count = len(paragraphs)
    end = 510
    for index, (text, properties) in enumerate(paragraphs):
        struct.pack_into("<I", page, 4 * index, start)
        start += 2 * _units(text)
        size = len(properties) // 2 + 1
        end -= 2 * size
        page[end : end + 1 + len(properties)] = bytes([size]) + properties
        page[4 * (count + 1) + 13 * index] = end // 2
    struct.pack_into("<I", page, 4 * count, start)
    page[511] = count
    return bytes(page)


def ppt(
    slides: Sequence[Sequence[tuple[int, str]]],
    notes: str = "",
    token: int = 0xE391C05F,
    *,
    store: bytes = b"",
    drawn: Mapping[int, bytes] | None = None,
    beside: bytes = b"",
) -> bytes:
    """Make a ppt of slides with (kind of text, text); the first slide's title is in the outline.

    Kind 0 is a title. ``notes`` belong to the first slide. ``store`` lists pictures whose bytes
    are in the stream ``beside``; what slides show of them is ``drawn``, by their numbers.
    """
    stream = bytearray()
    places = {}

    def place(persist: int, record: bytes) -> None:
        places[persist] = len(stream)
        stream.extend(record)

    outline = b""
    for number, texts in enumerate(slides, start=1):
        atom = record(0x3EF, struct.pack("<12xIII", 0, 900 if number == 1 and notes else 0, 0))
        in_outline = texts[:1] if number == 1 else []
        shapes = b"".join(record(0xF9E, struct.pack("<I", 0)) for _ in in_outline)
        shapes += b"".join(_texts(texts[len(in_outline) :]))
        box = record(0x40C, record(0xF00D, shapes, container=True), container=True)
        box += record(0x40C, (drawn or {}).get(number, b""), container=True)
        place(number, record(0x3EE, atom + box, container=True))
        outline += record(0x3F3, struct.pack("<IIIII", number, 0, 0, 255 + number, 0))
        outline += b"".join(_texts(in_outline))
    lists = record(0xFF0, outline, container=True)
    if notes:
        box = record(0xF00D, b"".join(_texts([(2, notes)])), container=True)
        place(90, record(0x3F0, box, container=True))
        beside = record(0x3F3, struct.pack("<IIIII", 90, 0, 0, 900, 0))
        lists += record(0xFF0, beside, container=True, instance=2)
    group = record(0x40B, store, container=True)
    place(100, record(0x3E8, group + lists, container=True))
    directory = len(stream)
    entries = b"".join(struct.pack("<II", 1 << 20 | key, at) for key, at in places.items())
    stream += record(0x1772, entries)
    edit = len(stream)
    stream += record(0xFF5, struct.pack("<IIIIIII", 0, 0, 0, directory, 100, 0, 0))
    user = record(0xFF6, struct.pack("<III", 20, token, edit) + bytes(8))
    return compound(
        {"PowerPoint Document": bytes(stream), "Current User": user, "Pictures": beside}
    )


def record(kind: int, content: bytes, *, container: bool = False, instance: int = 0) -> bytes:
    """Make one record of a presentation."""
    return struct.pack("<HHI", instance << 4 | 0xF * container, kind, len(content)) + content


def _texts(texts: Sequence[tuple[int, str]]) -> list[bytes]:
    return [
        record(0xF9F, struct.pack("<I", kind)) + record(0xFA0, text.encode("utf-16-le"))
        for kind, text in texts
    ]


def xls(
    sheets: Mapping[str, Sequence[Sequence[str | float]]],
    locked: bytes = b"",
    store: bytes = b"",
    drawn: Mapping[str, bytes] | None = None,
) -> bytes:
    """Make an xls (BIFF8); ``locked`` is a record put where encryption is announced.

    ``store`` are the records of pictures, and ``drawn`` those of shapes on sheets, by their names.
    """
    begin = biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6))
    bodies = []
    for name, rows in sheets.items():
        cells = b"".join(
            _cell(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row)
        )
        size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
        start = biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 6))
        shapes = (drawn or {}).get(name, b"")
        bodies.append(start + biff(0x200, size) + cells + shapes + biff(0x0A, b""))
    names = [struct.pack("<HBB", 0, len(n), 1) + n.encode("utf-16-le") for n in sheets]
    head = begin + locked + store
    at = len(head) + sum(len(name) + 8 for name in names) + 4
    listed = b""
    for raw, body in zip(names, bodies, strict=True):
        listed += biff(0x85, struct.pack("<I", at) + raw)
        at += len(body)
    book = head + listed + biff(0x0A, b"") + b"".join(bodies)
    return compound({"Workbook": book.ljust(4096, b"\0")})


def biff(kind: int, content: bytes) -> bytes:
    """Make one record of a workbook."""
    return struct.pack("<HH", kind, len(content)) + content


def _cell(row: int, column: int, value: str | float) -> bytes:
    if isinstance(value, str):
        raw = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
        return biff(0x204, struct.pack("<HHH", row, column, 0) + raw)
    return biff(0x203, struct.pack("<HHHd", row, column, 0, value))


def msg(
    fields: Fields,
    recipients: Sequence[tuple[str, str, int]] = (),
    attachments: Sequence[str] = (),
    method: int = 1,
    messages: Mapping[str, Tree] | None = None,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Make an Outlook message of property numbers; recipients are (name, address, kind).

    ``messages`` are attached to it, as ``msg_within`` makes them, by name; ``pictures`` likewise,
    by the id that the text shows them by.
    """
    files: list[Fields] = [{0x3707: name, 0x3701: b"content"} for name in attachments]
    for name, data in (pictures or {}).items():
        files.append({0x3707: "image001.png", 0x3701: data, 0x3712: name})
    tree = _message(fields, recipients, files, method, messages or {}, 32)
    return compound(tree)


def msg_within(
    fields: Fields,
    attachments: Sequence[str] = (),
    messages: Mapping[str, Tree] | None = None,
) -> Tree:
    """Make a message that is attached to another one: no file, a storage in it."""
    files: list[Fields] = [{0x3707: name, 0x3701: b"content"} for name in attachments]
    return _message(fields, (), files, 1, messages or {}, 24)


def _message(
    fields: Fields,
    recipients: Sequence[tuple[str, str, int]],
    attachments: Sequence[Fields],
    method: int,
    messages: Mapping[str, Tree],
    head: int,
) -> dict[str, bytes | Tree]:
    tree = _storage(fields, {}, head, len(recipients), len(attachments) + len(messages))
    for number, (name, address, kind) in enumerate(recipients):
        made = _storage({0x3001: name, 0x39FE: address, 0x3003: address}, {0x0C15: kind}, 8)
        tree[f"__recip_version1.0_#{number:08X}"] = made
    for number, file in enumerate(attachments):
        made = _storage(file, {0x3705: method}, 8)
        tree[f"__attach_version1.0_#{number:08X}"] = made
    for number, (name, inner) in enumerate(messages.items(), start=len(attachments)):
        made = _storage({0x3001: name}, {0x3705: 5}, 8)
        tree[f"__attach_version1.0_#{number:08X}"] = {**made, "__substg1.0_3701000D": inner}
    return tree


def _storage(
    fields: Fields, numbers: Mapping[int, int], head: int, *counts: int
) -> dict[str, bytes | Tree]:
    streams: dict[str, bytes | Tree] = {}
    listed = struct.pack("<8xIIII", *counts, *counts).ljust(head, b"\0") if counts else bytes(head)
    for number, value in fields.items():
        kind = 0x001F if isinstance(value, str) else 0x0102
        raw = value.encode("utf-16-le") if isinstance(value, str) else value
        streams[f"__substg1.0_{number:04X}{kind:04X}"] = raw
        listed += struct.pack("<HHIII", kind, number, 6, len(raw) + 2, 0)
    for number, whole in numbers.items():
        listed += struct.pack("<HHIII", 0x0003, number, 6, whole, 0)
    return {**streams, "__properties_version1.0": listed}
