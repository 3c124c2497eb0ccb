"""The records of Outlook's own form for what comes with a mail (winmail.dat), after [MS-OXTNEF].

The one library that reads them (tnefparse) believes every length that they state.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn, TypeAlias

from contracts.errors import Unreadable, UnreadableDocument
from readers.decoding import decode

_ATTRIBUTE, _CHECKSUM, _HEAD = struct.Struct("<BHHI"), 2, 6
_MESSAGE, _ATTACHMENT = 1, 2
_BEGIN, _PROPERTIES = 0x9002, {0x9003, 0x9005}
_CODE_PAGE = 0x9007
_TEXT, _WIDE_TEXT, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_FIXED = {
    0x00: 0,
    0x01: 0,
    0x02: 4,
    0x03: 4,
    0x04: 4,
    0x05: 8,
    0x06: 8,
    0x07: 8,
    0x0A: 4,
    0x0B: 4,
    0x14: 8,
}
_FIXED |= {0x40: 8, 0x48: 16}
_MANY = 0x1000
_NAMED = 0x8000
_MOST = 1_000_000
"""Records, properties and values in a file; real ones have some hundred."""


class Property(NamedTuple):
    """A property's kind and bytes, of several values the first."""

    kind: int
    raw: bytes


Properties: TypeAlias = Mapping[int, Property]


@dataclass(slots=True)
class Item:
    """The message, or a file that is attached to it: attributes and properties by number."""

    attributes: dict[int, bytes] = field(default_factory=dict)
    properties: dict[int, Property] = field(default_factory=dict)
    page: str | None = None

    def text(self, number: int) -> str:
        """Give what a property says, empty where there is none."""
        found = self.properties.get(number)
        if found is None or found.kind not in {_TEXT, _WIDE_TEXT}:
            return ""
        if found.kind == _WIDE_TEXT:
            return found.raw.decode("utf-16-le", "replace").partition("\0")[0]
        return self._decoded(found.raw)

    def old_text(self, number: int) -> str:
        """Give what an attribute says, empty where there is none."""
        return self._decoded(self.attributes.get(number, b""))

    def number(self, number: int) -> int:
        """Give a property's number, 0 where there is none."""
        found = self.properties.get(number)
        return int.from_bytes(found.raw[:4], "little") if found else 0

    def raw(self, number: int) -> bytes | None:
        """Give a property's bytes."""
        found = self.properties.get(number)
        return found.raw if found else None

    def _decoded(self, raw: bytes) -> str:
        return decode(raw.partition(b"\0")[0], self.page)


class _Bytes:
    """Takes bytes from the front; there are never fewer than were asked for."""

    def __init__(self, data: bytes, steps: Iterator[int]) -> None:
        self._data = data
        self._steps = steps
        self._at = 0

    def holds(self, size: int) -> bool:
        return self._at + size <= len(self._data)

    def take(self, size: int) -> bytes:
        start, self._at = self._at, self._at + size
        if self._at > len(self._data):
            _refuse()
        return self._data[start : self._at]

    def record(self, layout: struct.Struct) -> tuple[int, ...]:
        """Take what a record begins with; raises UnreadableDocument when there are too many."""
        if next(self._steps) >= _MOST:
            raise UnreadableDocument(
                Unreadable.TOO_LARGE,
                f"The winmail.dat holds more than {_MOST:,} records.",
                _REMEDY,
            )
        return layout.unpack(self.take(layout.size))

    def word(self) -> int:
        return self.record(_WORD)[0]

    def padded(self, size: int) -> bytes:
        """Take bytes and what fills them up to whole words."""
        found = self.take(size)
        self._at += -size % 4
        return found


_REMEDY = "Ask for it to be sent as HTML or plain text, or save its files in Outlook and add those."
_WORD, _TWO_SHORTS = struct.Struct("<I"), struct.Struct("<HH")


def items(data: bytes) -> list[Item]:
    """Give the message, then what is attached to it. Raises UnreadableDocument for torn files."""
    steps = iter(range(_MOST + 1))
    found = [Item()]
    rest = _Bytes(data, steps)
    rest.take(_HEAD)
    while rest.holds(_ATTRIBUTE.size):  # programs leave line ends behind the last one
        level, number, _, size = rest.record(_ATTRIBUTE)
        value = rest.take(size)
        rest.take(_CHECKSUM)
        if level == _ATTACHMENT and number == _BEGIN:
            found.append(Item(page=found[0].page))
        if level not in {_MESSAGE, _ATTACHMENT} or (level == _ATTACHMENT and len(found) == 1):
            _refuse()
        item = found[0] if level == _MESSAGE else found[-1]
        if number in _PROPERTIES:
            item.properties |= _properties(_Bytes(value, steps))
        else:
            item.attributes[number] = value
        if number == _CODE_PAGE:
            item.page = f"cp{int.from_bytes(value[:4], 'little')}"
    return found


def _properties(data: _Bytes) -> dict[int, Property]:
    found = {}
    for _ in range(data.word()):
        kind, number = data.record(_TWO_SHORTS)
        if number >= _NAMED:
            _skip_name(data)
        found[number] = Property(kind, _value(data, kind))
    return found


def _skip_name(data: _Bytes) -> None:
    data.take(16)
    by_name, length = data.word(), data.word()
    if by_name:
        data.padded(length)


def _value(data: _Bytes, kind: int) -> bytes:
    single = kind & ~_MANY
    if single in _FIXED:
        size = _FIXED[single]
        return data.take(size * data.word() if kind & _MANY else size)[:size]
    if single not in {_TEXT, _WIDE_TEXT, _OBJECT, _BINARY}:
        _refuse()
    values = [data.padded(data.word()) for _ in range(data.word())]
    return values[0] if values else b""


def _refuse() -> NoReturn:
    raise UnreadableDocument(
        Unreadable.MALFORMED, "The winmail.dat is damaged: its records do not fit in it.", _REMEDY
    )
