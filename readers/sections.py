"""Cuts a part at its headings and joins what is too small to stand alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from contracts.nouns import Heading, Part
from readers.draft import has_visible_text


@dataclass(frozen=True, slots=True)
class Section:
    """A range of a part below its headings (``path``, outermost first).

    ``body`` tells whether there is text beside the heading itself.
    """

    start: int
    end: int
    path: tuple[Heading, ...]
    tokens: int
    body: bool


def sections(
    part: Part, above: tuple[Heading, ...], count: Callable[[str], int]
) -> tuple[list[Section], tuple[Heading, ...]]:
    """Cut at the lines of headings; also give the path that holds at the part's end.

    ``above`` is the path that holds at the part's start: a chapter goes on over pages.
    """
    text, path = part.text, above
    found: list[Section] = []
    start, body_start = 0, 0
    for heading in sorted(part.headings, key=lambda heading: heading.start):
        line = text.rfind("\n", 0, heading.start) + 1
        if line > start:
            found.append(_section(text, start, line, body_start, path, count))
        elif line < start:
            continue
        path = (*(h for h in path if h.level < heading.level), heading)
        line_end = text.find("\n", heading.start)
        start, body_start = line, len(text) if line_end < 0 else line_end
    found.append(_section(text, start, len(text), body_start, path, count))
    return found, path


def _section(
    text: str,
    start: int,
    end: int,
    body_start: int,
    path: tuple[Heading, ...],
    count: Callable[[str], int],
) -> Section:
    body = has_visible_text(text[body_start:end])
    return Section(start, end, path, count(text[start:end]), body)


def joined(found: Iterable[Section], *, tiny: int, most: int) -> list[Section]:
    """Join bare headings with what follows, and tiny sections with neighbours of their parent.

    Sections under ``tiny`` tokens are joined up to ``most`` tokens.
    """
    groups: list[Section] = []
    for section in found:
        last = groups[-1] if groups else None
        if last and (not last.body or _belong_together(last, section, tiny, most)):
            groups[-1] = _join(last, section)
        else:
            groups.append(section)
    if len(groups) > 1 and not groups[-1].body:
        trailing = groups.pop()
        groups[-1] = _join(groups[-1], trailing)
    return groups


def _belong_together(first: Section, second: Section, tiny: int, most: int) -> bool:
    if not second.body:  # it begins what follows
        return False
    if min(first.tokens, second.tokens) >= tiny or first.tokens + second.tokens > most:
        return False
    siblings = first.path[:-1] == second.path[:-1]
    return siblings or second.path[: len(first.path)] == first.path


def _join(first: Section, second: Section) -> Section:
    if first.body:
        shared = zip(first.path, second.path, strict=False)
        path = tuple(a for a, b in shared if a == b)
    else:
        path = second.path
    return Section(
        first.start, second.end, path, first.tokens + second.tokens, first.body or second.body
    )
