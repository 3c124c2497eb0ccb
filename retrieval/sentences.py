"""Cuts a passage into the smallest pieces that can be quoted: sentences, table rows, lines."""

import re

from contracts.content import SentenceSplitter
from contracts.nouns import Span

LONGEST = 400
"""Characters; a longer piece is cut at a clause, else between words."""
WRAPPED = 45
"""Characters from which a line without a full stop counts as wrapped text, not as a row."""

_ROW = re.compile(r"[\t|]|\s{3,}\S")
_ITEM = re.compile(r"\s*(?:[-*•–—‣▪◦·]|\d{1,3}[.)])\s")
_LAST_BREAK = (re.compile(r".*[;:.!?](?=\s)", re.DOTALL), re.compile(r".*,(?=\s)", re.DOTALL))


def pieces(text: str, language: str, splitter: SentenceSplitter) -> list[Span]:
    """Give spans of quotable pieces in order, none empty, none over LONGEST characters."""
    return [
        short
        for sentence in splitter.split(text, language)
        for line in _lines(text, sentence)
        for short in _cut(text, line)
    ]


def _lines(text: str, sentence: Span) -> list[Span]:
    """Break at the line ends that end a row, a list item or a title; keep wrapped text whole."""
    spans: list[Span] = []
    for match in re.finditer(r"[^\r\n]+", text[sentence.start : sentence.end]):
        line = match.group()
        start = sentence.start + match.start() + len(line) - len(line.lstrip())
        end = sentence.start + match.start() + len(line.rstrip())
        if start >= end:
            continue
        if spans and _continues(text, spans[-1], Span(start, end)):
            spans[-1] = Span(spans[-1].start, end)
        else:
            spans.append(Span(start, end))
    return spans


def _continues(text: str, before: Span, after: Span) -> bool:
    """Tell whether a line goes on with the sentence of the line before it."""
    last = text[before.start : before.end].rsplit("\n", 1)[-1]
    line = text[after.start : after.end]
    if text[before.end : after.start].count("\n") > 1:
        return False
    if _ROW.search(last) or _ROW.search(line) or _ITEM.match(line):
        return False
    return line[0].islower() or (len(last) >= WRAPPED and last[-1] not in ".:;!?")


def _cut(text: str, span: Span) -> list[Span]:
    """Cut what is too long to be read as one quotation, at clauses where there are any."""
    cuts: list[Span] = []
    start = span.start
    while span.end - start > LONGEST:
        window = text[start : start + LONGEST]
        found = next((m for pattern in _LAST_BREAK if (m := pattern.match(window))), None)
        length = found.end() if found else window.rfind(" ")
        end = start + (length if length > 0 else LONGEST)
        cuts.append(Span(start, end))
        start = end + len(text[end : span.end]) - len(text[end : span.end].lstrip())
    if start < span.end:
        cuts.append(Span(start, span.end))
    return cuts
