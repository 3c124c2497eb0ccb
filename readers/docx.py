"""Reads Word documents: paragraphs, headings, tables, text boxes, notes, headers, each once."""

import re
from collections.abc import Iterator
from functools import partial
from typing import TypeAlias

from lxml.etree import _Element as Element

from readers.archive import Archive, take_core_properties
from readers.draft import Draft, PartDraft, useful_title
from readers.office_xml import FIXED, attribute, children, descend, relations, tag
from readers.pictures import Pictures

_MAIN = re.compile(r"word/document\d*\.xml")
_BESIDE = (
    ("Headers and footers", re.compile(r"word/(?:header|footer)\d*\.xml")),
    ("Footnotes", re.compile(r"word/footnotes\.xml")),
    ("Endnotes", re.compile(r"word/endnotes\.xml")),
    ("Comments", re.compile(r"word/comments\.xml")),
)
# Deleted and moved-away text is not part of the document; instructions of fields are code.
_SKIPPED = {"pPr", "rPr", "del", "moveFrom", "instrText", "tblPr", "trPr", "tcPr", "sectPr"}
_PICTURES = {"blip": "embed", "imagedata": "id"}
_HEADING_NAME = re.compile(r"(?i)heading (\d)")
_BODY_LEVEL = 9
_SYMBOL_FONTS = 0xF000


def read(data: bytes, draft: Draft) -> None:
    """Give the body as one part and what stands beside it as others; pages are not known."""
    archive = Archive(data, draft.limits)
    levels = _heading_levels(archive)
    main = next(name for name in archive.names if _MAIN.fullmatch(name))
    body = draft.part("Document")
    pictures = Pictures(draft)
    _write(archive, main, body, levels, pictures)
    for label, pattern in _BESIDE:
        _write_beside(archive, draft, label, pattern)
    title, author = take_core_properties(archive)
    draft.title = useful_title(title) or (body.headings[0][2] if body.headings else None)
    if author:
        draft.metadata["author"] = author
    pictures.recognise()


def _write_beside(archive: Archive, draft: Draft, label: str, pattern: re.Pattern[str]) -> None:
    """Write the members of one kind into one part; a header that repeats is written once."""
    part: PartDraft | None = None
    seen: set[str] = set()
    for name in sorted(filter(pattern.fullmatch, archive.names)):
        for text, _, _ in _paragraphs(archive.xml(name), {}):
            if text.strip() and text.strip() not in seen:
                seen.add(text.strip())
                part = part or draft.part(label)
                part.add(text + "\n")


def _write(
    archive: Archive, main: str, part: PartDraft, levels: dict[str, int], pictures: Pictures
) -> None:
    named = relations(archive, main)
    for text, level, shown in _paragraphs(archive.xml(main), levels):
        if level and text.strip():
            part.add_heading(text, level)
        else:
            part.add(text + "\n")
        for picture in shown:
            if target := named.get(picture):
                pictures.show_after(part, target, partial(archive.read, target))


_Line: TypeAlias = tuple[str, int, list[str]]
"""A paragraph or table row, its heading level or 0, relations to the pictures that it shows."""


def _paragraphs(root: Element, levels: dict[str, int]) -> Iterator[_Line]:
    """Yield paragraphs and table rows, in order."""
    for child in children(root):
        name = tag(child)
        if name == "p":
            boxes: list[Element] = []
            shown: list[str] = []
            yield _inline(child, boxes, shown), _level(child, levels), shown
            for box in boxes:
                yield from _paragraphs(box, levels)
        elif name == "tbl":
            yield from _rows(child, levels)
        elif name not in _SKIPPED:
            yield from _paragraphs(child, levels)


def _rows(table: Element, levels: dict[str, int]) -> Iterator[_Line]:
    """Yield a line per row, cells between tabs; a row of one cell is a frame around text."""
    for row in descend(table, "tr", _SKIPPED):
        cells = list(descend(row, "tc", _SKIPPED))
        if len(cells) == 1:
            yield from _paragraphs(cells[0], levels)
        else:
            lines = [list(_paragraphs(cell, levels)) for cell in cells]
            shown = [picture for cell in lines for _, _, pictures in cell for picture in pictures]
            texts = (" ".join(text for text, _, _ in cell) for cell in lines)
            yield "\t".join(" ".join(text.split()) for text in texts), 0, shown


def _inline(element: Element, boxes: list[Element], shown: list[str]) -> str:
    """Give the text of a paragraph; text boxes and pictures anchored in it come after it."""
    pieces: list[str] = []
    for child in children(element):
        name = tag(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name == "txbxContent":
            boxes.append(child)
        elif name in FIXED:
            pieces.append(FIXED[name])
        elif name == "sym":
            pieces.append(_symbol(child))
        elif name in _PICTURES:
            shown.append(attribute(child, _PICTURES[name]))
        elif name not in _SKIPPED:
            pieces.append(_inline(child, boxes, shown))
    return "".join(pieces)


def _symbol(element: Element) -> str:
    value = attribute(element, "char")
    code = int(value, 16) if re.fullmatch("[0-9A-Fa-f]{1,5}", value) else 0
    # Codes from F000 name glyphs of a font (Wingdings), not characters.
    return chr(code) if 0 < code < _SYMBOL_FONTS else ""


def _level(paragraph: Element, levels: dict[str, int]) -> int:
    properties = paragraph.find("{*}pPr")
    if properties is None:
        return 0
    outline = attribute(properties.find("{*}outlineLvl"), "val")
    if outline.isdigit():
        return int(outline) + 1 if int(outline) < _BODY_LEVEL else 0
    return levels.get(attribute(properties.find("{*}pStyle"), "val"), 0)


def _heading_levels(archive: Archive) -> dict[str, int]:
    """Map style ids to heading levels, by outline level, built-in name or the style below."""
    if "word/styles.xml" not in archive.names:
        return {}
    levels: dict[str, int] = {}
    based_on: dict[str, str] = {}
    for style in archive.xml("word/styles.xml").iterchildren("{*}style"):
        identifier = attribute(style, "styleId")
        name = attribute(style.find("{*}name"), "val")
        outline = attribute(style.find("{*}pPr/{*}outlineLvl"), "val")
        based_on[identifier] = attribute(style.find("{*}basedOn"), "val")
        if outline.isdigit():
            levels[identifier] = int(outline) + 1 if int(outline) < _BODY_LEVEL else 0
        elif match := _HEADING_NAME.fullmatch(name):
            levels[identifier] = int(match[1])
        elif name.lower() == "title":
            levels[identifier] = 1
    return {style: _inherited(style, levels, based_on) for style in based_on}


def _inherited(style: str, levels: dict[str, int], based_on: dict[str, str]) -> int:
    """Give the level of a style, and note it in ``levels`` for all that were gone through."""
    passed: set[str] = set()
    while style in based_on and style not in levels and style not in passed:
        passed.add(style)
        style = based_on[style]
    level = levels.get(style, 0)
    levels |= dict.fromkeys(passed, level)
    return level
