"""Finds sentences with the library sentencex, in text as documents have it."""

import re
from collections.abc import Iterator

import sentencex

from contracts.nouns import UNDETERMINED, Span

# A line break alone is no end: PDF text breaks lines anywhere. A blank line, a new page and
# the start of a list item are.
_BLOCK_END = re.compile(r"\n[^\S\n]*\n|\f|\n(?=[^\S\n]*(?:[-*•‣◦–—]|\(?\d{1,2}[.)])[^\S\n])")

# Abbreviations that sentencex takes for ends, and that always stand before a name or a number.
_BEFORE_A_NAME = {
    "fr": re.compile(r"(?:^|\W)(?:MM?|Me|Mgr|Pr|Dr|Ste?|art|al|no|réf|tél|cf)\.$"),
    "ru": re.compile(
        r"(?:^|\W)(?:им|ул|пр|пл|пер|наб|тов|проф|акад|рис|табл|ст|см|стр|тел|кв|корп|"
        r"(?<!\d )г|(?<!т\. )[дп]|т)\.$",
        re.IGNORECASE,
    ),
}

_NUMBER_ALONE = re.compile(r"\(?\d{1,3}[.)]")


class SentencexSplitter:
    """A SentenceSplitter; indexes are code points."""

    def split(self, text: str, language: str) -> list[Span]:
        """Give spans in order, without surrounding white space, none empty."""
        return [
            span for start, end in _blocks(text) for span in _sentences(text, start, end, language)
        ]


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _BLOCK_END.finditer(text):
        yield start, match.end()
        start = match.end()
    yield start, len(text)


def _sentences(text: str, start: int, end: int, language: str) -> list[Span]:
    """Split one block. sentencex knows English rules for languages that it does not know."""
    code = "en" if language == UNDETERMINED else language
    found: list[Span] = []
    for piece in sentencex.get_sentence_boundaries(code, text[start:end]):
        raw = piece["text"]
        visible = raw.strip()
        if not visible:
            continue
        first = start + piece["start_index"] + raw.index(visible)
        span = Span(first, first + len(visible))
        if found and _continues(text[found[-1].start : found[-1].end], visible, language):
            span = Span(found.pop().start, span.end)
        found.append(span)
    return found


def _continues(before: str, after: str, language: str) -> bool:
    """Tell whether the end between two pieces was only that of an abbreviation."""
    if not before.endswith((".", ")")):
        return False
    if after[0].islower() or _NUMBER_ALONE.fullmatch(before):
        return True
    abbreviation = _BEFORE_A_NAME.get(language)
    return abbreviation is not None and abbreviation.search(before) is not None
