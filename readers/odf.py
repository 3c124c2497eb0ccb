"""Reads OpenDocument texts, presentations and workbooks (odt, odp, ods)."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import repeat

from lxml import etree
from lxml.etree import _Element as Element

from contracts.errors import Unreadable, UnreadableDocument
from readers.archive import Archive
from readers.cells import cell_text, write_sheet
from readers.draft import Draft, PartDraft, useful_title
from readers.office_xml import attribute, children, descend, row_line, tag
from readers.pictures import Pictures

_SPACE = re.compile(r"[ \t\r\n]+")
# One element may ask for any number of blanks, cells and rows.
_BLANKS = 1000
_COLUMNS = 16_384
_ROWS = 1_048_576
# Deleted text is kept under tracked changes; a page's own number says nothing about its text.
_SKIPPED = {"tracked-changes", "annotation-end", "forms", "page-number", "page-count", "settings"}
_ASIDE = {"note": "Notes", "annotation": "Comments"}
_FRAMES = {"text-box", "object", "table"}
_ELSEWHERE = ("..", "/", "http:", "https:", "file:")
_PREVIEWS = "ObjectReplacements/"
"""Pictures of what is read as text already."""


def read_text(data: bytes, draft: Draft) -> None:
    """Give the body as one part; notes, comments, headers and footers as others."""
    archive = _open(data, draft)
    pictures = Pictures(draft)

    def show(target: str) -> None:
        pictures.show_after(writer.part, target, partial(archive.read, target))

    writer = _Writer(draft, show)
    writer.part = draft.part("Document")
    for body in _content(archive).iterfind("{*}body/{*}text"):
        writer.blocks(body)
    writer.write_aside()
    _write_margins(archive, draft)
    _take_properties(archive, draft)
    draft.title = draft.title or draft.first_heading
    pictures.recognise()


def read_presentation(data: bytes, draft: Draft) -> None:
    """Give each slide's text with its number as page, then its notes; titles are headings."""
    archive = _open(data, draft)
    slides = list(_content(archive).iterfind("{*}body/{*}presentation/{*}page"))
    pictures = Pictures(draft)
    for number, slide in enumerate(slides, start=1):

        def show(target: str, number: int = number) -> None:
            pictures.show_on_slide(number, target, partial(archive.read, target))

        writer = _Writer(draft, show, page=number)
        writer.part = draft.part(f"Slide {number}", page=number)
        writer.blocks(slide)
        writer.write_aside()
    draft.metadata["pages"] = len(slides)
    _take_properties(archive, draft)
    draft.title = draft.title or draft.first_heading
    pictures.recognise()


def read_workbook(data: bytes, draft: Draft) -> None:
    """Give every sheet with its stored values, then its pictures, as readers.xlsx does."""
    archive = _open(data, draft)
    pictures = Pictures(draft)
    for table in _content(archive).iterfind("{*}body/{*}spreadsheet/{*}table"):
        name = attribute(table, "name")
        write_sheet(draft, name, _sheet_rows(table))
        for target in _pictures(table):
            pictures.show_on_sheet(name, target, partial(archive.read, target))
    _take_properties(archive, draft)
    pictures.recognise()


def _open(data: bytes, draft: Draft) -> Archive:
    archive = Archive(data, draft.limits)
    manifest = "META-INF/manifest.xml"
    if manifest in archive.names and b"encryption-data" in archive.read(manifest):
        raise UnreadableDocument(
            Unreadable.ENCRYPTED,
            "The OpenDocument file is protected by a password.",
            "Open it, remove the password, save it and add it again.",
        )
    return archive


def _content(archive: Archive) -> Element:
    return archive.xml("content.xml")


class _Writer:
    """Writes blocks into a part; what is said aside is kept for parts of its own.

    ``show`` hears of each picture in the file when the text before it is written.
    """

    part: PartDraft

    def __init__(self, draft: Draft, show: Callable[[str], None], page: int | None = None) -> None:
        self._draft = draft
        self._show = show
        self._page = page
        self._aside: dict[str, list[str]] = {}

    def blocks(self, root: Element, level: int = 0) -> None:
        """Write everything below an element; ``level`` is the heading level of its text."""
        for child in children(root):
            name = tag(child)
            if name in {"p", "h"}:
                self._paragraph(child, level if name == "p" else _outline(child))
            elif name == "table":
                self._table(child)
            elif name == "notes":
                self._aside.setdefault("Notes", []).extend(self._lines(child))
            elif name in _ASIDE:
                self._say_aside(child)
            elif name == "image":
                self._show_pictures(child)
            elif name not in _SKIPPED:
                self.blocks(child, level or int(attribute(child, "class") == "title"))

    def write_aside(self) -> None:
        """Write what was collected, a part per kind."""
        place = "" if self._page is None else f" on slide {self._page}"
        for label, lines in self._aside.items():
            self._draft.part(label + place, self._page).add("".join(f"{x}\n" for x in lines))

    def _paragraph(self, element: Element, level: int) -> None:
        frames: list[Element] = []
        text = self._inline(element, frames)
        if level and text.strip():
            self.part.add_heading(" ".join(text.split()), level)
        else:
            self.part.add(text + "\n")
        for frame in frames:
            self.blocks(frame)
        self._show_pictures(element)

    def _table(self, table: Element) -> None:
        for row in descend(table, "table-row", _SKIPPED):
            cells = [cell for cell in children(row) if tag(cell) == "table-cell"]
            if len(cells) == 1:  # a frame around text
                self.blocks(cells[0])
            else:
                self.part.add(row_line(" ".join(self._lines(cell)) for cell in cells) + "\n")
                self._show_pictures(row)

    def _show_pictures(self, element: Element) -> None:
        for target in _pictures(element):
            self._show(target)

    def _lines(self, root: Element) -> Iterator[str]:
        """Yield the paragraphs below an element as plain lines."""
        for child in children(root):
            name = tag(child)
            if name in {"p", "h"}:
                frames: list[Element] = []
                yield self._inline(child, frames)
                for frame in frames:
                    yield from self._lines(frame)
            elif name in _ASIDE:
                self._say_aside(child)
            elif name not in _SKIPPED:
                yield from self._lines(child)

    def _inline(self, element: Element, frames: list[Element]) -> str:
        """Give a paragraph's text with white space as it is shown; frames come after it."""
        pieces = [_SPACE.sub(" ", element.text or "")]
        for child in children(element):
            name = tag(child)
            if name == "s":
                pieces.append(" " * _count(child, "c", _BLANKS))
            elif name in {"tab", "line-break"}:
                pieces.append("\t" if name == "tab" else "\n")
            elif name in _ASIDE:
                self._say_aside(child)
            elif name in _FRAMES:
                frames.append(child)
            elif name not in _SKIPPED:
                pieces.append(self._inline(child, frames))
            pieces.append(_SPACE.sub(" ", child.tail or ""))
        return "".join(pieces)

    def _say_aside(self, element: Element) -> None:
        body = next(element.iterchildren("{*}note-body"), element)
        self._aside.setdefault(_ASIDE[tag(element)], []).extend(self._lines(body))


def _pictures(element: Element) -> Iterator[str]:
    """Yield the members of the file that the pictures below an element are."""
    for image in element.iter("{*}image"):
        target = attribute(image, "href").removeprefix("./")
        if target and not target.startswith((*_ELSEWHERE, _PREVIEWS)):
            yield target


def _outline(heading: Element) -> int:
    return _count(heading, "outline-level", 9)


def _count(element: Element, name: str, most: int) -> int:
    value = attribute(element, name)
    return min(max(1, int(value)), most) if value.isdecimal() else 1


def _sheet_rows(table: Element) -> Iterator[list[str]]:
    """Yield rows of cell texts; repeated ones as often as they stand, empty ones once."""
    for row in descend(table, "table-row", _SKIPPED):
        cells: list[str] = []
        gap = 0  # empty cells are repeated to the edge of the sheet
        for cell in children(row):
            text = _cell(cell) if tag(cell) == "table-cell" else ""
            times = _count(cell, "number-columns-repeated", _COLUMNS)
            gap += 0 if text else times
            if text and len(cells) + gap + times <= _COLUMNS:
                cells += [""] * gap + [text] * times
                gap = 0
        yield from repeat(cells, _count(row, "number-rows-repeated", _ROWS) if cells else 1)


def _cell(cell: Element) -> str:
    kind, value = attribute(cell, "value-type"), attribute(cell, "value")
    if kind in {"float", "currency", "percentage"} and value:
        return cell_text(float(value), percent=kind == "percentage")
    if kind == "boolean":
        return attribute(cell, "boolean-value").upper()
    if kind == "date":
        return attribute(cell, "date-value").replace("T", " ").removesuffix(" 00:00:00")
    paragraphs = (_plain(p) for p in cell.iterchildren("{*}p"))
    return " ".join(" ".join(paragraphs).split())


def _plain(element: Element) -> str:
    """Give a cell's paragraph; white space is joined by the caller."""
    pieces = [element.text or ""]
    for child in children(element):
        pieces.append(" " if tag(child) in {"s", "tab", "line-break"} else _plain(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _write_margins(archive: Archive, draft: Draft) -> None:
    """Write headers and footers of all page styles into one part, each line once."""
    if "styles.xml" not in archive.names:
        return
    collector = _Writer(draft, lambda _: None)
    lines: dict[str, None] = {}
    masters = archive.xml("styles.xml").iterfind("{*}master-styles/{*}master-page")
    for master in masters:
        lines |= dict.fromkeys(x.strip() for x in collector._lines(master) if x.strip())  # noqa: SLF001 - same file
    if lines:
        draft.part("Headers and footers").add("".join(f"{line}\n" for line in lines))


def _take_properties(archive: Archive, draft: Draft) -> None:
    if "meta.xml" not in archive.names:
        return
    try:
        root = archive.xml("meta.xml")
    except etree.XMLSyntaxError:  # only the label on the folder is torn
        return
    found = {tag(e): (e.text or "").strip() for e in root.iterfind("{*}meta/{*}*")}
    draft.title = useful_title(found.get("title", ""))
    if author := found.get("initial-creator") or found.get("creator"):
        draft.metadata["author"] = author
