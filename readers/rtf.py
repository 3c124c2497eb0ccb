"""Reads RTF: paragraphs, headings, table rows as lines, notes, headers, every code page.

The libraries for RTF give neither headings nor rows that can be told from text.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from contracts.errors import Unreadable, UnreadableDocument
from readers.draft import Draft, useful_title
from readers.flow import Flow
from readers.rtf_tables import (
    ASIDE,
    CHARACTERS,
    CHARSETS,
    ENTERED,
    PAGE_WORDS,
    SKIPPED,
    SYMBOLS,
)

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])"
    rb"|[\r\n\0]+|([^\\{}\r\n\0]+)|\\"
)
_HEADING_NAME = re.compile(r"(?i)(?:heading|titre|überschrift|заголовок) ([1-9])")
_BODY_LEVEL = 9
_DEEPEST = 1000
_PROPERTIES = {"title", "author"}


def read(data: bytes, draft: Draft) -> None:
    """Give the body as one part; notes, comments, headers and footers as others."""
    parser = _Parser(Flow(draft.part("Document")))
    parser.run(data)
    for label, stream in parser.aside.items():
        lines = dict.fromkeys(stream.lines) if label == "Headers and footers" else stream.lines
        draft.part(label).add("".join(f"{line}\n" for line in lines))
    draft.title = useful_title(" ".join(parser.properties["title"].lines)) or draft.first_heading
    if author := " ".join(parser.properties["author"].lines):
        draft.metadata["author"] = author


@dataclass(slots=True)
class _Group:
    """What holds until the group's end."""

    stream: Flow | None
    table: str = ""
    font: int | None = None
    fallback: int = 1
    hidden: bool = False
    starred: bool = False


@dataclass(slots=True)
class _Style:
    number: int | None = None
    level: int = 0
    name: list[str] = field(default_factory=list)


class _Parser:
    """Goes over the tokens once; ``aside`` holds notes and margins, by label."""

    def __init__(self, body: Flow) -> None:
        self.aside: dict[str, Flow] = {}
        self.properties = {name: Flow() for name in _PROPERTIES}
        self._body = body
        self._group = _Group(body)
        self._outer: list[_Group] = []
        self._page = "cp1252"
        self._fonts: dict[int | None, str] = {}
        self._styles: dict[int, int] = {}
        self._style = _Style()
        self._level = 0
        self._in_table = False
        self._raw = bytearray()
        self._unread = 0  # characters that repeat a \u for programs that do not know it

    def run(self, data: bytes) -> None:
        at = 0
        while match := _TOKEN.match(data, at):
            at = match.end()
            word, number, byte, symbol, brace, text = match.groups()
            if text is not None:
                self._bytes(text)
            elif byte is not None:
                self._bytes(bytes([int(byte, 16)]))
            elif word == b"bin":
                at += max(0, int(number or 0))
            elif word is not None:
                self._flush()
                self._word(word.decode("ascii"), None if number is None else int(number))
            elif brace is not None:
                self._flush()
                self._brace(opening=brace == b"{")
            elif symbol is not None:
                self._flush()
                self._symbol(symbol)
        self._flush()
        for stream in (self._body, *self.aside.values()):
            stream.end()

    def _brace(self, *, opening: bool) -> None:
        self._unread = 0
        if opening:
            if len(self._outer) >= _DEEPEST:
                raise UnreadableDocument(
                    Unreadable.MALFORMED,
                    "The file is damaged: its content is nested too deep.",
                    "Open it in the program that it was made with, save it again and add that.",
                )
            self._outer.append(self._group)
            self._group = replace(self._group, starred=False)
        elif self._outer:
            ended, self._group = self._group, self._outer.pop()
            if ended.table == "stylesheet":
                self._keep_style()
            if ended.stream and ended.stream is not self._group.stream is not None:
                ended.stream.end()

    def _bytes(self, data: bytes) -> None:
        skipped = min(self._unread, len(data))
        self._unread -= skipped
        self._raw += data[skipped:]

    def _flush(self) -> None:
        """Turn the bytes so far into characters, by the font in use."""
        if self._raw:
            page = self._fonts.get(self._group.font, self._page)
            self._add(bytes(self._raw).decode(page, "replace"))
            self._raw.clear()

    def _add(self, text: str) -> None:
        if self._group.table == "stylesheet":
            self._style.name.append(text)
        elif self._group.stream is not None and not self._group.hidden and not self._group.table:
            self._group.stream.add(text)

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._group.starred = True
        elif symbol in b"\r\n":
            self.end_paragraph()
        elif self._unread:
            self._unread -= 1
        else:
            self._add(SYMBOLS.get(symbol, ""))

    def _word(self, word: str, number: int | None) -> None:
        starred, self._group.starred = self._group.starred, False
        if word in SKIPPED or (starred and word not in ENTERED):
            self._group.stream = None
        elif word in ASIDE and self._group.stream is not None:
            self._group.stream = self.aside.setdefault(ASIDE[word], Flow())
        elif word in _PROPERTIES:
            self._group.stream = self.properties[word]
        elif word in {"fonttbl", "stylesheet"}:
            self._group.table = word
        elif word in CHARACTERS:
            self._add(CHARACTERS[word])
        elif word in PAGE_WORDS:
            self._page = PAGE_WORDS[word]
        elif word in _ACTIONS:
            _ACTIONS[word](self, number)

    def unicode(self, number: int | None) -> None:
        self._add(chr((number or 0) % 0x10000))
        self._unread = self._group.fallback

    def set_fallback(self, number: int | None) -> None:
        self._group.fallback = max(0, number or 0)

    def set_page(self, number: int | None) -> None:
        self._page = _codec(f"cp{number}") or self._page

    def set_font(self, number: int | None) -> None:
        self._group.font = number

    def set_charset(self, number: int | None) -> None:
        if self._group.table == "fonttbl" and number in CHARSETS:
            self._fonts[self._group.font] = CHARSETS[number]

    def hide(self, number: int | None) -> None:
        self._group.hidden = number != 0

    def plain(self, _: int | None) -> None:
        self._group.hidden = False

    def reset_paragraph(self, _: int | None) -> None:
        if self._group.stream is self._body:
            self._level, self._in_table = 0, False

    def enter_table(self, _: int | None) -> None:
        self._in_table = True

    def set_level(self, number: int | None) -> None:
        level = 0 if number is None or number >= _BODY_LEVEL else number + 1
        if self._group.table == "stylesheet":
            self._style.level = level
        else:
            self._level = level

    def set_style(self, number: int | None) -> None:
        if self._group.table == "stylesheet":
            self._style.number = number or 0
        else:
            self._level = self._styles.get(number or 0, 0)

    def _keep_style(self) -> None:
        style, self._style = self._style, _Style()
        named = _HEADING_NAME.fullmatch("".join(style.name).strip("; "))
        level = int(named[1]) if named else style.level
        if level and style.number is not None:
            self._styles[style.number] = level

    def end_paragraph(self, _: int | None = None) -> None:
        stream = self._group.stream
        if stream is not None and not self._group.table:
            body = stream is self._body
            level = self._level if body else 0
            stream.paragraph(level, in_table=body and self._in_table)

    def end_cell(self, _: int | None) -> None:
        if self._group.stream is not None:
            self._group.stream.cell()

    def end_row(self, _: int | None) -> None:
        if self._group.stream is not None:
            self._group.stream.row()


_ACTIONS: dict[str, Callable[[_Parser, int | None], None]] = {
    "u": _Parser.unicode,
    "uc": _Parser.set_fallback,
    "ansicpg": _Parser.set_page,
    "f": _Parser.set_font,
    "fcharset": _Parser.set_charset,
    "v": _Parser.hide,
    "deleted": _Parser.hide,
    "plain": _Parser.plain,
    "pard": _Parser.reset_paragraph,
    "intbl": _Parser.enter_table,
    "outlinelevel": _Parser.set_level,
    "s": _Parser.set_style,
    "par": _Parser.end_paragraph,
    "nestcell": _Parser.end_paragraph,
    "sect": _Parser.end_paragraph,
    "cell": _Parser.end_cell,
    "row": _Parser.end_row,
}


def _codec(name: str) -> str | None:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
