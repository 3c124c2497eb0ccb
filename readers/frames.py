"""Frames on the pipe between the service and a reading process: a JSON header, then raw text.

Never pickle: what comes from a reading process may have been made by a hostile file.
"""

import json
import struct
from typing import BinaryIO

LENGTHS = struct.Struct("<IQ")
"""Bytes of the JSON header and of the text behind it."""


def frame(header: object, text: bytes = b"") -> bytes:
    """Give the bytes of one frame; lone surrogates in the header survive as escapes."""
    raw = json.dumps(header, separators=(",", ":")).encode("ascii")
    return LENGTHS.pack(len(raw), len(text)) + raw + text


def read_frame(stream: BinaryIO) -> dict[str, object] | None:
    """Read one frame's header in the reading process; None when the service has gone."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    header, text = LENGTHS.unpack(lengths)
    raw = stream.read(header + text)
    message: dict[str, object] = json.loads(raw)
    return message
