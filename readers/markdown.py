"""Reads Markdown as it is and finds its headings."""

import re

from readers.draft import Draft, PartDraft, clean
from readers.plain import text_of

# CommonMark 0.31: ATX and setext headings, fenced code (4.2, 4.3, 4.5).
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_NOT_PARAGRAPH = re.compile(r" {4}|\t| {0,3}(?:[-*+>|]|\d+[.)]|#)")
_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)(?:---|\.\.\.)(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile("^title:(.+)$", re.MULTILINE)
_BLANKS = " \t"


def read(data: bytes, draft: Draft) -> None:
    """Give the source as one part, its headings noted; the title is the front matter's or h1."""
    text = clean(text_of(data, draft))
    part = draft.part("Text")
    part.add(text)
    front = _FRONT_MATTER.match(text)
    if front and (title := _FRONT_TITLE.search(front[1])):
        draft.title = _unquoted(title[1].strip(_BLANKS)) or None
    note_headings(part, text, front.end() if front else 0)
    if draft.title is None and part.headings:
        draft.title = part.headings[0][2]


def note_headings(part: PartDraft, text: str, start: int = 0) -> None:
    """Note ATX and setext headings from ``start`` on; what stands in code fences is code."""
    fence = ""
    previous: tuple[int, str] | None = None
    offset = start
    for line in text[start:].split("\n"):
        at, offset = offset, offset + len(line) + 1
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
            previous = None
        elif mark:
            fence, previous = mark[1], None
        elif heading := _ATX.match(line):
            if title := _without_closing(line[heading.end() :].rstrip(_BLANKS)):
                part.note_heading(at + heading.end(), len(heading[1]), title)
            previous = None
        elif previous and (under := _SETEXT.match(line)):
            indent = len(previous[1]) - len(previous[1].lstrip())
            part.note_heading(previous[0] + indent, 1 if under[1][0] == "=" else 2, previous[1])
            previous = None
        else:
            # Only a paragraph of one line counts: longer ones are nearly always a rule below.
            alone = previous is None and line.strip() and not _NOT_PARAGRAPH.match(line)
            previous = (at, line) if alone else None


def _without_closing(title: str) -> str:
    """Leave out the signs that may stand behind a heading as before it."""
    bare = title.rstrip("#")
    closed = not bare or bare[-1] in _BLANKS
    return bare.rstrip(_BLANKS) if closed else title


def _unquoted(title: str) -> str:
    quoted = len(title) > 1 and title[0] == title[-1] and title[0] in "\"'"
    return title[1:-1] if quoted else title
