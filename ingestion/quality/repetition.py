"""Repetition: lines that recur on most pages, as headers and footers do."""

import re
from collections import Counter
from collections.abc import Sequence

from contracts.nouns import Part

FEWEST_PAGES = 3
MOST_PAGES = 200
"""Looked at, evenly over the document: more of them find no other headers."""
RECURRING = 0.6
"""Share of the pages on which a line recurs."""
FEWEST_TIMES = 5
SHORTEST = 20
"""Characters of a line that counts outside of pages: shorter ones recur in any table."""
LISTED = 5
LISTED_LENGTH = 200
_NUMBER = re.compile(r"\d+")


def repeated_lines(parts: Sequence[Part]) -> tuple[float, tuple[str, ...]]:
    """Give the share of all lines that recur, and the most frequent of them.

    Of three pages or more: lines that stand on most of them, whatever numbers are in them.
    Of other documents: longer lines that stand there five times or more, letter by letter.
    """
    pages = [part.text for part in parts if part.page is not None]
    if len(pages) >= FEWEST_PAGES:
        step = -(-len(pages) // MOST_PAGES)
        return _on_pages([_lines(page) for page in pages[::step]])
    return _anywhere([line for part in parts for line in _lines(part.text)])


def _on_pages(pages: Sequence[list[str]]) -> tuple[float, tuple[str, ...]]:
    forms = [[_NUMBER.sub("#", line) for line in page] for page in pages]
    on = Counter(form for page in forms for form in set(page))
    least = max(FEWEST_PAGES, RECURRING * len(pages))
    recurring = {form for form, count in on.items() if count >= least}
    shown = {
        form: line
        for page, lines in reversed([*zip(forms, pages, strict=True)])
        for form, line in zip(page, lines, strict=True)
        if form in recurring
    }
    lines = sum(len(page) for page in forms)
    hits = sum(form in recurring for page in forms for form in page)
    most = [shown[form] for form, _ in on.most_common() if form in recurring]
    return _share(hits, lines), _listed(most)


def _anywhere(lines: Sequence[str]) -> tuple[float, tuple[str, ...]]:
    counts = Counter(line for line in lines if len(line) >= SHORTEST)
    recurring = {line: count for line, count in counts.items() if count >= FEWEST_TIMES}
    most = sorted(recurring, key=lambda line: -recurring[line])
    return _share(sum(recurring.values()), len(lines)), _listed(most)


def _lines(text: str) -> list[str]:
    return [line for raw in text.split("\n") if (line := raw.strip())]


def _share(hits: int, lines: int) -> float:
    return hits / lines if lines else 0.0


def _listed(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line[:LISTED_LENGTH] for line in lines[:LISTED])
