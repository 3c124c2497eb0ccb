"""Outlook's own form for what comes with a mail (winmail.dat), made by hand for the tests."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

Values: TypeAlias = Mapping[int, str | bytes | int]
SUBJECT, BODY, SENT, TITLE, DATA = 0x8004, 0x800C, 0x8005, 0x8010, 0x800F
BEGIN, PAGE, OF_MESSAGE, OF_ATTACHMENT = 0x9002, 0x9007, 0x9003, 0x9005
OBJECT, BINARY, WIDE_TEXT, NUMBER = 0x0D, 0x102, 0x1F, 0x03
MESSAGE_INTERFACE = bytes.fromhex("0703020000000000c000000000000046")
SIGNATURE = b"\x78\x9f\x3e\x22"


def tnef(
    properties: Values | None = None,
    attached: Sequence[bytes] = (),
    page: int = 1252,
    **old: bytes,
) -> bytes:
    """Make a winmail.dat; ``old`` gives attributes of the message (subject, body, sent)."""
    numbers = {"subject": SUBJECT, "body": BODY, "sent": SENT}
    head = attribute(1, 0x9006, struct.pack("<I", 0x10000))
    head += attribute(1, PAGE, struct.pack("<II", page, 0))
    head += b"".join(attribute(1, numbers[name], value) for name, value in old.items())
    head += attribute(1, OF_MESSAGE, listed(properties or {}))
    return SIGNATURE + struct.pack("<H", 1) + head + b"".join(attached)


def attachment(title: bytes, data: bytes | None, properties: Values | None = None) -> bytes:
    """Make an attached file, with its short name."""
    made = attribute(2, BEGIN, bytes(14)) + attribute(2, TITLE, title + b"\0")
    if data is not None:
        made += attribute(2, DATA, data)
    return made + attribute(2, OF_ATTACHMENT, listed(properties or {}))


def attribute(level: int, number: int, value: bytes) -> bytes:
    head = struct.pack("<BHHI", level, number, 6, len(value))
    return head + value + struct.pack("<H", sum(value) % 0x10000)


def listed(properties: Values) -> bytes:
    """Make a list of properties, with others before them that nobody asks for."""
    made = [*_others(), *(_property(number, value) for number, value in properties.items())]
    return struct.pack("<I", len(made)) + b"".join(made)


def _property(number: int, value: str | bytes | int) -> bytes:
    if isinstance(value, int):
        return struct.pack("<HHI", NUMBER, number, value)
    if isinstance(value, str):
        return struct.pack("<HHI", WIDE_TEXT, number, 1) + sized(f"{value}\0".encode("utf-16-le"))
    kind = OBJECT if value.startswith(MESSAGE_INTERFACE) else BINARY
    return struct.pack("<HHI", kind, number, 1) + sized(value)


def sized(value: bytes) -> bytes:
    return struct.pack("<I", len(value)) + value + bytes(-len(value) % 4)


def _others() -> Iterable[bytes]:
    yield struct.pack("<HHHH", 0x0B, 0x0E1B, 1, 0)
    yield struct.pack("<HHQ", 0x40, 0x0039, 1 << 56)
    yield struct.pack("<HH", 0x48, 0x3FFC) + bytes(16)
    yield struct.pack("<HHIII", 0x1003, 0x3FFB, 2, 7, 8)
    yield struct.pack("<HHI", 0x101E, 0x3FFA, 2) + sized(b"un\0") + sized(b"deux\0")
    yield struct.pack("<HH16xII", 0x03, 0x8001, 0, 0x8501) + struct.pack("<I", 5)
    name = "Mots".encode("utf-16-le") + b"\0\0"
    yield struct.pack("<HH16xI", 0x1E, 0x8002, 1) + sized(name) + struct.pack("<I", 1) + sized(b"x")
