"""Unpacks the RTF that Outlook keeps the text of messages in, after [MS-OXRTFCP]."""

import struct

from contracts.errors import Unreadable, UnreadableDocument
from readers.limits import MIB

_HEADER = struct.Struct("<III4x")
_STORED, _PACKED = 0x414C454D, 0x75465A4C
_WINDOW = 4096
_MOST = 50 * MIB
"""Hardly ever reached, and unpacked in a quarter of the time that a file may take."""
# What most texts begin with: references reach back into it.
_BEGIN = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def unpacked(data: bytes) -> bytes:
    """Give the RTF. Raises UnreadableDocument for what is none, or unpacks to too much."""
    if len(data) < _HEADER.size or (found := _HEADER.unpack_from(data))[2] not in {
        *(_STORED, _PACKED)
    }:
        raise UnreadableDocument(
            Unreadable.MALFORMED,
            "The text of the message is damaged.",
            "Save the message as HTML or plain text in Outlook and add that.",
        )
    _, size, kind = found
    if kind == _STORED:
        return data[_HEADER.size :][:size]
    if size > _MOST:
        raise UnreadableDocument(
            Unreadable.TOO_LARGE,
            f"The text of the message unpacks to more than {_MOST // MIB:,} MiB.",
            "Save the message as HTML or plain text in Outlook and add that.",
        )
    return _followed(data, size)


def _followed(data: bytes, size: int) -> bytes:
    """Follow eight bytes or references at a time, as the bits of the byte before them say."""
    found = bytearray(_BEGIN.ljust(_WINDOW, b"\0") + _BEGIN)
    first, at = len(found), _HEADER.size
    while at < len(data) and len(found) - first < size:
        kinds, at = data[at], at + 1
        for bit in range(8):
            if not kinds >> bit & 1:
                found += data[at : at + 1]
                at += 1
                continue
            reference = int.from_bytes(data[at : at + 2])
            back = (len(found) - (reference >> 4)) % _WINDOW
            if back == 0:  # the end
                return bytes(found[first:])
            length = (reference & 0xF) + 2
            piece = found[len(found) - back :][:length]
            found += (piece * length)[:length]  # it may reach into itself
            at += 2
    return bytes(found[first:][:size])
