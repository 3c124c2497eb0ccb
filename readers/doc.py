"""Reads Word documents of 1997 to 2003 (doc) by their piece table, after [MS-DOC].

Pure Python on olefile: the one library that reads them (kreuzberg, 98 MB) takes the code of
fields for text and loses where rows end.
"""

import re
import struct
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise

from contracts.errors import Unreadable, UnreadableDocument
from readers import office_art
from readers.doc_layout import Layout, Layouts
from readers.draft import Draft, too_much_text, useful_title
from readers.flow import Flow
from readers.limits import Limits
from readers.ole import Compound, refuse_damaged, refuse_locked
from readers.pictures import Pictures

_MARGINS = "Headers and footers"
_WORD, _WORD_97 = 0xA5EC, 0x00C1
_LOCKED, _SECOND_TABLE = 0x0100, 0x0200
_COMPRESSED = 1 << 30
# Places in the file information block: of lengths, and of (place, size) in the table stream.
_LENGTHS, _STYLES, _BINS, _PIECES = 0x004C, 0x00A2, 0x0102, 0x01A2
_PARTS = ("Document", "Notes", _MARGINS, "", "Comments", "Notes", "Text boxes", "")
_PIECE_TABLE, _PIECE = 2, 8
_MARK = re.compile("([\r\x07\x0c\x13\x14\x15])")
_SIGNS = {0x0B: "\n", 0x1E: "-", 0x1F: None}


def read(data: bytes, draft: Draft) -> None:
    """Give the body as one part; notes, comments, text boxes, headers and footers as others."""
    compound = Compound(data)
    stream = compound.read("WordDocument")
    table = _table(compound, stream)
    try:
        pieces = _Pieces(stream, _located(stream, table, _PIECES), draft.limits)
        layouts = Layouts(stream, _located(stream, table, _BINS), _located(stream, table, _STYLES))
        lengths = struct.unpack_from("<8i", stream, _LENGTHS)
    except (struct.error, IndexError) as error:
        refuse_damaged(error)
    _write_parts(pieces, layouts, lengths, draft)
    compound.take_properties(draft)
    draft.title = useful_title(draft.title or "") or draft.first_heading
    _show_pictures((compound.read("Data"), stream), draft)


def _show_pictures(streams: Iterable[bytes], draft: Draft) -> None:
    """Recognise the pictures behind all text: where each stands is said elsewhere."""
    pictures = Pictures(draft)
    for number, stream in enumerate(streams):
        for place, load in office_art.found(stream):
            pictures.show(f"{number} {place}", load, "Picture in the document", None)
    pictures.recognise()


def _table(compound: Compound, stream: bytes) -> bytes:
    """Give the stream of tables that belongs to the text."""
    if len(stream) < _PIECES + 8:
        refuse_damaged()
    magic, version = struct.unpack_from("<HH", stream)
    (flags,) = struct.unpack_from("<H", stream, 0x0A)
    if magic != _WORD or version < _WORD_97:
        raise UnreadableDocument(
            Unreadable.UNSUPPORTED,
            "The document was made by a Word older than 1997.",
            "Open it in a newer Word or in LibreOffice, save it as docx and add that.",
        )
    if flags & _LOCKED:
        refuse_locked()
    return compound.read("1Table" if flags & _SECOND_TABLE else "0Table")


def _located(stream: bytes, table: bytes, place: int) -> bytes:
    start, size = struct.unpack_from("<II", stream, place)
    return table[start : start + size]


class _Pieces:
    """All characters, in order, and where in the stream each comes from."""

    def __init__(self, stream: bytes, described: bytes, limits: Limits) -> None:
        table = _piece_table(described)
        count = max(0, len(table) - 4) // (4 + _PIECE)
        starts: tuple[int, ...] = struct.unpack_from(f"<{count + 1}I", table)
        if list(starts) != sorted(starts):
            refuse_damaged()
        if starts[-1] > limits.characters:  # pieces may name the same bytes again and again
            raise too_much_text(limits)
        self._starts = starts
        self._places: list[tuple[int, int]] = []
        texts = []
        for index, (start, end) in enumerate(pairwise(starts)):
            (place,) = struct.unpack_from("<I", table, 4 * (count + 1) + _PIECE * index + 2)
            width = 1 if place & _COMPRESSED else 2
            place = (place & ~_COMPRESSED) // (3 - width)
            self._places.append((place, width))
            texts.append(_characters(stream[place : place + (end - start) * width], width))
        self.text = "".join(texts)
        if len(self.text) < starts[-1]:
            refuse_damaged()

    def place(self, character: int) -> int:
        """Give the byte of the stream where a character stands."""
        index = bisect_right(self._starts, character) - 1
        place, width = self._places[min(index, len(self._places) - 1)]
        return place + (character - self._starts[index]) * width


def _piece_table(described: bytes) -> bytes:
    """Give the piece table, which stands behind any number of property lists."""
    at = 0
    while described[at] != _PIECE_TABLE:
        at += 3 + int.from_bytes(described[at + 1 : at + 3], "little")
    return described[at + 5 : at + 5 + int.from_bytes(described[at + 1 : at + 5], "little")]


def _characters(data: bytes, width: int) -> str:
    """Give one character per place: halves of a pair stay apart, as positions count them."""
    if width == 1:
        return data.decode("cp1252", "replace")
    units = array("I", struct.unpack(f"<{len(data) // 2}H", data[: len(data) & ~1]))
    return units.tobytes().decode(f"utf-32-{sys.byteorder[0]}e", "surrogatepass")


def _write_parts(pieces: _Pieces, layouts: Layouts, lengths: Iterable[int], draft: Draft) -> None:
    """Write the body, then what stands beside it, one part of each kind."""
    at = 0
    flows: dict[str, Flow] = {}
    for label, length in zip(_PARTS, lengths, strict=True):
        start, at = at, at + max(0, length)
        if label == _PARTS[0]:
            flow = Flow(draft.part(label))
        else:
            flow = flows.setdefault(label, Flow()) if label and length > 0 else Flow()
        _write(pieces, layouts, range(start, at), flow)
    for label, flow in flows.items():
        lines = dict.fromkeys(flow.lines) if label == _MARGINS else flow.lines
        draft.part(label).add("".join(f"{line}\n" for line in lines))


def _write(pieces: _Pieces, layouts: Layouts, characters: range, flow: Flow) -> None:
    """Write a range of characters; of fields their results, not their code."""
    code: list[bool] = []
    at = characters.start
    for piece in _MARK.split(pieces.text[characters.start : characters.stop]):
        if piece == "\x13":
            code.append(True)
        elif piece in {"\x14", "\x15"} and code:
            code.pop()
            code += [False] if piece == "\x14" else []
        elif piece in {"\r", "\x0c", "\x07"}:
            _end(piece, layouts.at(pieces.place(at)), flow)
        elif not any(code):
            flow.add(piece.translate(_SIGNS))
        at += len(piece)
    flow.end()


def _end(mark: str, layout: Layout, flow: Flow) -> None:
    if mark != "\x07":
        flow.paragraph(layout.level, in_table=layout.in_table)
    elif layout.row_end:
        flow.row()
    else:
        flow.cell()
