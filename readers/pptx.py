"""Reads PowerPoint presentations: a part per slide, then its notes and comments.

Walks the XML as readers.docx does: python-pptx refuses slide shows and templates (ppsx, potx)
and leaves out the text of diagrams.
"""

import re
from collections.abc import Iterator
from functools import partial

from lxml.etree import _Element as Element

from readers.archive import Archive, take_core_properties
from readers.draft import Draft, PartDraft, useful_title
from readers.office_xml import (
    FIXED,
    attribute,
    children,
    descend,
    relation,
    relations,
    row_line,
    tag,
)
from readers.pictures import Pictures

_MAIN = re.compile(r"ppt/presentation\d*\.xml")
_NOTES = re.compile(r"ppt/notesSlides/.+\.xml")
_COMMENTS = re.compile(r"ppt/comments/.+\.xml")
_TITLES = {"title", "ctrTitle"}
# What stands on every slide or in a page's margin says nothing about this one.
_UNSEEN = {"sldNum", "sldImg"}
_NOT_NOTES = {*_UNSEEN, "hdr", "ftr", "dt"}
_SKIPPED = {"pPr", "rPr", "endParaRPr", "tblPr", "tcPr"}


def read(data: bytes, draft: Draft) -> None:
    """Give each slide's text with its number as page; titles are headings, rows are lines."""
    archive = Archive(data, draft.limits)
    main = next(name for name in archive.names if _MAIN.fullmatch(name))
    named = relations(archive, main)
    slides = [
        named.get(relation(slide), "")
        for slide in archive.xml(main).iterfind("{*}sldIdLst/{*}sldId")
    ]
    draft.check_pages("presentation", len(slides))
    pictures = Pictures(draft)
    for number, member in enumerate(slides, start=1):
        if member:
            _write_slide(archive, member, draft, number, pictures)
    draft.metadata["pages"] = len(slides)
    if missing := [number for number, member in enumerate(slides, start=1) if not member]:
        draft.metadata["pages_damaged"] = missing[:200]
    title, author = take_core_properties(archive)
    draft.title = useful_title(title) or draft.first_heading
    if author:
        draft.metadata["author"] = author
    pictures.recognise()


def _write_slide(
    archive: Archive, member: str, draft: Draft, number: int, pictures: Pictures
) -> None:
    named = relations(archive, member)
    part = draft.part(f"Slide {number}", page=number)
    slide = archive.xml(member)
    for text, level in _shapes(slide, archive, named, _UNSEEN):
        if level and text.strip():
            part.add_heading(" ".join(text.split()), level)
        else:
            part.add(text + "\n")
    for blip in slide.iterdescendants("{*}blip"):
        if picture := named.get(attribute(blip, "embed")):
            pictures.show_on_slide(number, picture, partial(archive.read, picture))
    for target in named.values():
        if _NOTES.fullmatch(target):
            notes = draft.part(f"Notes on slide {number}", page=number)
            for text, _ in _shapes(archive.xml(target), archive, {}, _NOT_NOTES):
                notes.add(text + "\n")
        elif _COMMENTS.fullmatch(target):
            _write_comments(archive.xml(target), draft.part(f"Comments on slide {number}", number))


def _shapes(
    root: Element, archive: Archive, named: dict[str, str], unseen: set[str]
) -> Iterator[tuple[str, int]]:
    """Yield (text, heading level or 0) of paragraphs and table rows, through groups."""
    for child in children(root):
        name = tag(child)
        if name == "sp":
            kind = attribute(next(child.iterfind("{*}nvSpPr/{*}nvPr/{*}ph"), None), "type")
            if kind not in unseen:
                level = 1 if kind in _TITLES else 0
                yield from ((text, level) for text in _paragraphs(child))
        elif name == "tbl":
            for row in descend(child, "tr", _SKIPPED):
                cells = descend(row, "tc", _SKIPPED)
                yield row_line(" ".join(_paragraphs(cell)) for cell in cells), 0
        elif name == "relIds" and (target := named.get(attribute(child, "dm"))):
            yield from ((text, 0) for text in _paragraphs(archive.xml(target)))
        else:
            yield from _shapes(child, archive, named, unseen)


def _paragraphs(element: Element) -> Iterator[str]:
    return (_inline(paragraph) for paragraph in descend(element, "p", _SKIPPED))


def _inline(element: Element) -> str:
    pieces: list[str] = []
    for child in children(element):
        name = tag(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name in FIXED:
            pieces.append(FIXED[name])
        elif name not in _SKIPPED:
            pieces.append(_inline(child))
    return "".join(pieces)


def _write_comments(root: Element, part: PartDraft) -> None:
    """Write comments of both kinds: one text, or paragraphs as on a slide."""
    for comment in root.iterdescendants("{*}cm", "{*}reply"):
        for text in comment.iterchildren("{*}text"):
            part.add((text.text or "") + "\n")
        for body in comment.iterchildren("{*}txBody"):
            for line in _paragraphs(body):
                part.add(line + "\n")
