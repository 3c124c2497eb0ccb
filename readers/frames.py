"""Frames on the pipe between the service and a reading process: a JSON header, then raw bytes.

A request is one frame. Its answer is a stream: enclosed files, recognised pages and signs of
progress as they come, then the reading or the refusal as the last frame. Never pickle: what comes
from a reading process may have been made by a hostile file.
"""

import json
import struct
from enum import IntEnum
from typing import BinaryIO

LENGTHS = struct.Struct("<BIQ")
"""Kind of the frame, bytes of its JSON header and of what is behind the header."""


class Kind(IntEnum):
    """What a frame is; every answer ends with one that is LAST."""

    LAST = 0
    ENCLOSED = 1
    """Header: ``{"enclosed": path}``; the bytes of the file follow."""
    PROGRESS = 2
    """Header: ``{"progress": [done, total]}``; nothing follows."""
    RECOGNISED = 3
    """Header: the fields of a recognised page but its text, which follows."""


def frame(header: object, data: bytes = b"", kind: Kind = Kind.LAST) -> bytes:
    """Give the bytes of one frame; lone surrogates in the header survive as escapes."""
    raw = json.dumps(header, separators=(",", ":")).encode("ascii")
    return LENGTHS.pack(kind, len(raw), len(data)) + raw + data


def read_frame(stream: BinaryIO) -> dict[str, object] | None:
    """Read one frame's header in the reading process; None when the service has gone."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    _, header, data = LENGTHS.unpack(lengths)
    raw = stream.read(header + data)
    message: dict[str, object] = json.loads(raw)
    return message
