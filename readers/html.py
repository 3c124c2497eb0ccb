"""Reads HTML: visible text in blocks, headings, table rows as lines with tabs."""

import base64
import re
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote_to_bytes

from lxml import etree
from lxml.etree import _Element as Element

from contracts.errors import Unreadable, UnreadableDocument
from readers.decoding import decode
from readers.draft import Draft, PartDraft, clean, too_much_text, useful_title
from readers.pictures import Pictures

_CHARSET = re.compile(
    rb"""(?i)<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,40})"""
)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_HIDDEN = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden")
_SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "svg", "head", "iframe", "object", "canvas"}
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_PARAGRAPHS = frozenset(
    {"p", "table", "ul", "ol", "dl", "blockquote", "pre", "section", "article", "form", "hr"}
    | set(_HEADINGS)
)
_BLOCKS = _PARAGRAPHS | {
    *("div", "li", "dt", "dd", "tr", "header", "footer", "main", "nav", "aside", "address"),
    *("body", "caption", "figure", "fieldset", "legend", "option"),
}
_BYTES_PER_CHARACTER = 8
_RESOURCE_LIMIT = 114
"""What libxml2 calls its end at 2,048 levels: of what follows nothing is left."""
_INLINE = re.compile("(?i)data:image/[^,]{1,80};base64,")


def read(data: bytes, draft: Draft) -> None:
    """Give the visible text as one part; the title is the page's or the first heading."""
    if len(data) > _BYTES_PER_CHARACTER * draft.limits.characters:
        raise too_much_text(draft.limits)
    charset = _CHARSET.search(data[:4096])
    part = draft.part("Page")
    pictures = Pictures(draft)

    def show(source: str) -> None:
        if inline := _INLINE.match(source):
            load = partial(_unpacked, source[inline.end() :])
            pictures.show_after(part, source, load)

    title = write(decode(data, charset[1].decode("ascii") if charset else None), part, show)
    draft.title = useful_title(title) or (part.headings[0][2] if part.headings else None)
    pictures.recognise()


def _unpacked(encoded: str) -> bytes:
    """Decode the bytes of a picture that stands in the page itself."""
    return base64.b64decode(unquote_to_bytes(encoded))


def _nowhere(_source: str) -> None:
    """Show no picture."""


def write(source: str, part: PartDraft, show: Callable[[str], None] = _nowhere) -> str:
    """Write the visible text of an HTML source into a part and give the page's title.

    ``show`` hears of each picture's source when the text before it is written.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    # NULs end the text for the parser.
    root = etree.fromstring(clean(source).encode("utf-8"), parser)
    _check_all_is_there(parser)
    if root is None:
        return ""
    writer = _Writer(part, show)
    writer.element(root)
    writer.paragraph()
    return " ".join((root.findtext("head/title") or "").split())


def _check_all_is_there(parser: etree.HTMLParser) -> None:
    """Refuse a page of which the parser left the rest out, which it says only in its log."""
    last = parser.error_log.last_error
    if last is not None and last.type == _RESOURCE_LIMIT:
        raise UnreadableDocument(
            Unreadable.MALFORMED,
            "The page is damaged: its elements are nested too deep.",
            "Print it to a PDF in a browser and add that.",
        )


class _Writer:
    """Writes lines with white space as a browser would collapse it."""

    def __init__(self, part: PartDraft, show: Callable[[str], None]) -> None:
        self._part = part
        self._show = show
        self._line: list[str] = []
        self._gap = 2

    def text(self, text: str | None) -> None:
        text = _SPACE.sub(" ", text or "")
        if not self._line or self._line[-1].endswith(" "):
            text = text.lstrip(" ")
        if text:
            self._line.append(text)

    def line(self, level: int = 0) -> None:
        """End the line, if there is one."""
        line = "".join(self._line).rstrip(" ")
        self._line = []
        if line.strip():
            if level:
                self._part.add_heading(line, level)
            else:
                self._part.add(line + "\n")
            self._gap = 1

    def paragraph(self) -> None:
        """End the line and leave one empty line."""
        self.line()
        if self._gap < 2:  # noqa: PLR2004 - the line's own end and an empty line
            self._part.add("\n")
            self._gap = 2

    def element(self, element: Element) -> None:
        tag = str(element.tag)
        if (
            tag in _SKIPPED
            or "hidden" in element.attrib
            or _HIDDEN.search(element.get("style", ""))
        ):
            return
        if tag == "br":
            self.line()
        elif tag == "img":
            self._show(element.get("src", ""))
        elif tag == "pre":
            self._preformatted(element)
        elif tag == "tr" and _is_row(element):
            self._row(element)
        else:
            self._children(element, tag)

    def _children(self, element: Element, tag: str) -> None:
        end = self.paragraph if tag in _PARAGRAPHS else self.line
        if tag in _BLOCKS:
            end()
        elif tag in {"td", "th"}:
            self.text(" ")
        self.text(element.text)
        for child in element:
            self.element(child)
            self.text(child.tail)
        if tag in _HEADINGS:
            self.line(_HEADINGS[tag])
        if tag in _BLOCKS:
            end()

    def _preformatted(self, element: Element) -> None:
        self.paragraph()
        text = "".join(map(str, element.itertext()))
        if text.strip():
            self._part.add(text.strip("\n") + "\n")
            self._gap = 1
        self.paragraph()

    def _row(self, row: Element) -> None:
        self.line()
        cells = [" ".join("".join(_visible(cell)).split()) for cell in row.iterchildren("td", "th")]
        if any(cells):
            self._part.add("\t".join(cells).rstrip("\t") + "\n")
            self._gap = 1
        for image in row.iterdescendants("img"):
            self._show(image.get("src", ""))


def _is_row(row: Element) -> bool:
    """Tell a row of data from a row that only places blocks on the page."""
    cells = list(row.iterchildren("td", "th"))
    blocks = row.iterdescendants("table", "ul", "ol", "blockquote", "pre", *_HEADINGS)
    return len(cells) > 1 and next(blocks, None) is None


def _visible(element: Element) -> list[str]:
    """Texts of a cell with blanks between its blocks, without scripts and styles."""
    if str(element.tag) in _SKIPPED:
        return [element.tail or ""]
    pieces = [element.text or ""]
    for child in element:
        pieces += _visible(child)
        pieces.append(" " if str(child.tag) in _BLOCKS or child.tag == "br" else "")
        pieces.append(child.tail or "" if str(child.tag) not in _SKIPPED else "")
    return pieces
