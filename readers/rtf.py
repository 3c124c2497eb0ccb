"""Reads RTF: paragraphs, headings, table rows as lines, notes, headers, every code page.

The libraries for RTF give neither headings nor rows that can be told from text.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from contracts.errors import Unreadable, UnreadableDocument
from readers.draft import Draft, PartDraft, useful_title
from readers.flow import Flow
from readers.limits import Limits
from readers.pictures import Load, Pictures
from readers.rtf_tables import (
    ASIDE,
    CHARACTERS,
    CHARSETS,
    ENTERED,
    MARKS,
    PAGE_WORDS,
    PICTURES,
    SKIPPED,
    SYMBOLS,
)

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])"
    rb"|[\r\n\0]+|([^\\{}\r\n\0]+)|\\"
)
_HEX = re.compile(rb"[0-9a-fA-F\s]+")
_HEADING_NAME = re.compile(r"(?i)(?:heading|titre|überschrift|заголовок) ([1-9])")
_BODY_LEVEL = 9
_DEEPEST = 1000
_PROPERTIES = {"title", "author"}


def read(data: bytes, draft: Draft) -> None:
    """Give the body as one part; notes, comments, headers and footers as others."""
    body = draft.part("Document")
    pictures = Pictures(draft)
    parser = _Parser(data, Flow(body), partial(pictures.show_after, body))
    parser.run()
    for label, stream in parser.aside.items():
        lines = dict.fromkeys(stream.lines) if label == "Headers and footers" else stream.lines
        draft.part(label).add("".join(f"{line}\n" for line in lines))
    draft.title = useful_title(" ".join(parser.properties["title"].lines)) or draft.first_heading
    if author := " ".join(parser.properties["author"].lines):
        draft.metadata["author"] = author
    pictures.recognise()


def write(data: bytes, part: PartDraft) -> None:
    """Write the text of a message into a part, without its pictures."""
    _Parser(data, Flow(part)).run()


def html_in(data: bytes, limits: Limits) -> str:
    """Give the HTML that a text was made of and that stands in it in marks of its own."""
    page = Draft(limits).part("Page")
    _Marked(data, Flow(page)).run()
    return page.text


@dataclass(slots=True)
class _Picture:
    """A picture's bytes: where in the file they stand, and what goes before them."""

    before: bytes | None = None
    start: int = 0
    end: int = 0
    binary: bool = False

    def load(self, data: bytes) -> bytes:
        raw = data[self.start : self.end]
        return (self.before or b"") + (raw if self.binary else bytes.fromhex(raw.decode("ascii")))


@dataclass(slots=True)
class _Group:
    """What holds until the group's end.

    ``shows`` tells whether its pictures are the body's, ``aside`` that it is no HTML.
    """

    stream: Flow | None
    table: str = ""
    font: int | None = None
    fallback: int = 1
    hidden: bool = False
    starred: bool = False
    aside: bool = False
    shows: bool = True
    picture: _Picture | None = None


@dataclass(slots=True)
class _Style:
    number: int | None = None
    level: int = 0
    name: list[str] = field(default_factory=list)


def _nowhere(_name: str, _load: Load) -> None:
    """Show no picture."""


class _Parser:
    """Goes over the tokens once; ``aside`` holds notes and margins, by label.

    ``show`` hears of each picture of the body when the text before it is written.
    """

    def __init__(
        self, data: bytes, body: Flow, show: Callable[[str, Load], None] = _nowhere
    ) -> None:
        self._data = data
        self.aside: dict[str, Flow] = {}
        self.properties = {name: Flow() for name in _PROPERTIES}
        self._body = body
        self._show = show
        self._pictures: list[_Picture] = []
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

    def run(self) -> None:
        at = 0
        while match := _TOKEN.match(self._data, at):
            at = match.end()
            word, number, byte, symbol, brace, text = match.groups()
            if text is not None and self._group.picture is not None:
                at = self._digits(match)
            elif text is not None:
                self._bytes(text)
            elif byte is not None:
                self._bytes(bytes([int(byte, 16)]))
            elif word == b"bin":
                at = self._binary(at, max(0, int(number or 0)))
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
        self._show_pictures()

    def _digits(self, token: re.Match[bytes]) -> int:
        """Take the bytes of a picture that stand in hexadecimal digits, and give their end."""
        digits = _HEX.match(self._data, token.start())
        end = digits.end() if digits else 0
        self._take_picture(token.start(), end, binary=False)
        return max(end, token.end())

    def _binary(self, start: int, size: int) -> int:
        """Take bytes that stand as they are, which only pictures need, and give their end."""
        self._take_picture(start, start + size, binary=True)
        return start + size

    def _take_picture(self, start: int, end: int, *, binary: bool) -> None:
        picture = self._group.picture
        if picture is not None and picture.end == 0:
            picture.start, picture.end, picture.binary = start, end, binary

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
            if ended.picture and not self._group.picture and ended.picture.before is not None:
                self._pictures.append(ended.picture)
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
            self._group.stream = self._group.picture = None
            self._group.shows &= word == "sp"  # floating pictures are properties of shapes
        elif word == "pict":
            self._group.stream = None
            visible = self._group.shows and not self._group.hidden
            self._group.picture = _Picture() if visible else None
        elif word in PICTURES and self._group.picture:
            self._group.picture.before = PICTURES[word]
        elif word in ASIDE and self._group.stream is not None:
            self._group.stream = self.aside.setdefault(ASIDE[word], Flow())
            self._group.shows = False
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
            if body and not self._in_table:
                self._show_pictures()

    def end_cell(self, _: int | None) -> None:
        if self._group.stream is not None:
            self._group.stream.cell()

    def end_row(self, _: int | None) -> None:
        if self._group.stream is not None:
            self._group.stream.row()
            self._show_pictures()

    def _show_pictures(self) -> None:
        """Show the pictures of what was just written."""
        for picture in self._pictures:
            self._show(str(picture.start), partial(picture.load, self._data))
        self._pictures.clear()


class _Marked(_Parser):
    """Takes tags, after [MS-OXRTFEX], and the text that is not there for readers of RTF alone."""

    def _word(self, word: str, number: int | None) -> None:
        if word == "htmltag":
            self._group.starred = False
        elif word == "htmlrtf":
            self._group.aside = number != 0
        elif word not in MARKS or not self._group.aside:
            super()._word(word, number)

    def _add(self, text: str) -> None:
        if not self._group.aside:
            super()._add(text)


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
