"""What an old Word file (doc) says of its paragraphs: heading levels and ends of table rows.

After [MS-DOC]: styles in the STSH, paragraph properties in pages of 512 bytes (PapxFkp).
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

_PAGE = 512
_ENTRY = 13
_IN_TABLE, _ROW_END, _OUTLINE = 0x2416, 0x2417, 0x2640
_BODY_LEVEL = 9
_HEADINGS = range(1, 10)
_TITLE = 62
# Operand sizes by the top three bits of a property's code; 6 says its own size.
_OPERANDS = (1, 1, 2, 4, 2, 2, 0, 3)
_OWN_SIZE = 6
_TABLE_DEFINITION = 0xD608


class Layout(NamedTuple):
    """A paragraph's heading level (0 is text), and whether its mark ends a table row."""

    level: int = 0
    in_table: bool = False
    row_end: bool = False


class Layouts:
    """Layouts by the place of a paragraph's mark in the stream."""

    def __init__(self, stream: bytes, bins: bytes, styles: bytes) -> None:
        self._levels = _style_levels(styles)
        self._starts: list[int] = []
        self._layouts: list[Layout] = []
        count = max(0, len(bins) - 4) // 8
        for number in struct.unpack_from(f"<{count}I", bins, 4 * (count + 1)) if count else ():
            self._read_page(stream[(number & 0x3FFFFF) * _PAGE :][:_PAGE])

    def at(self, place: int) -> Layout:
        """Give the layout of the paragraph that holds the byte at ``place``."""
        index = bisect_right(self._starts, place) - 1
        return self._layouts[index] if index >= 0 else Layout()

    def _read_page(self, page: bytes) -> None:
        if len(page) < _PAGE:
            return
        count = min(page[-1], (_PAGE - 5) // (4 + _ENTRY))
        for index, start in enumerate(struct.unpack_from(f"<{count}I", page)):
            if self._starts and start < self._starts[-1]:
                continue  # pages are in order; bisecting needs it
            at = 2 * page[4 * (count + 1) + _ENTRY * index]
            size = 2 * page[at] - 1 if page[at] else 2 * page[min(at + 1, _PAGE - 1)]
            properties = page[at + (1 if page[at] else 2) :][: max(0, size)] if at else b""
            self._starts.append(start)
            self._layouts.append(self._layout(properties))

    def _layout(self, properties: bytes) -> Layout:
        if len(properties) < 2:  # noqa: PLR2004 - the number of the style
            return Layout()
        level = self._levels.get(int.from_bytes(properties[:2], "little"), 0)
        in_table = row_end = False
        for code, operand in _modifiers(properties[2:]):
            if code == _IN_TABLE:
                in_table = operand[:1] == b"\1"
            elif code == _ROW_END:
                row_end = operand[:1] == b"\1"
            elif code == _OUTLINE and operand:
                level = operand[0] + 1 if operand[0] < _BODY_LEVEL else 0
        return Layout(level, in_table, row_end)


def _modifiers(properties: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (code, operand) of each property."""
    at = 0
    while at + 2 <= len(properties):
        (code,) = struct.unpack_from("<H", properties, at)
        at += 2
        size = _OPERANDS[code >> 13]
        if code == _TABLE_DEFINITION:
            size = int.from_bytes(properties[at : at + 2], "little") + 1
        elif code >> 13 == _OWN_SIZE:
            size = 1 + (properties[at] if at < len(properties) else 0)
        yield code, properties[at : at + size]
        at += size


def _style_levels(styles: bytes) -> dict[int, int]:
    """Map the numbers of built-in heading styles, and of those based on them, to levels."""
    if len(styles) < 4:  # noqa: PLR2004 - size of the header, number of styles
        return {}
    header, count = struct.unpack_from("<HH", styles)
    levels: dict[int, int] = {}
    below: dict[int, int] = {}
    at = 2 + header
    for number in range(count):
        size = int.from_bytes(styles[at : at + 2], "little")
        style = styles[at + 2 : at + 2 + size]
        at += 2 + size + size % 2
        if len(style) >= 4:  # noqa: PLR2004 - built-in identity, style below
            first, second = struct.unpack_from("<HH", style)
            identity, below[number] = first & 0x0FFF, second >> 4
            if identity in _HEADINGS:
                levels[number] = identity
            elif identity == _TITLE:
                levels[number] = 1
    return {number: _inherited(number, levels, below) for number in below}


def _inherited(number: int, levels: dict[int, int], below: dict[int, int]) -> int:
    for _ in range(len(below)):
        if number in levels or number not in below:
            break
        number = below[number]
    return levels.get(number, 0)
