"""Finds where words stand: exactly, else but for white space and the way letters are composed."""

import asyncio
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from contracts.measuring import Label, Question
from contracts.nouns import Part, Span, VersionRef
from contracts.paging import pages
from contracts.record import DocumentRecord
from eval.corpus import PAGE, READ_AT_ONCE, Listing, Readings
from eval.ragas_testset import SOMEWHERE

_GROUP = re.compile(r"\s+|\S[\u0300-\u036f\u0483-\u0489\u3099\u309a]*")
"""White space, or a letter with the marks that combine with it."""


def find(words: str, text: str) -> Span | None:
    """Give where words first stand in a text, or None."""
    start = text.find(words)
    if start >= 0:
        return Span(start, start + len(words)) if words else None
    wanted = _normal(words)
    if not wanted or wanted not in _normal(text):
        return None
    groups = list(_GROUP.finditer(text.strip()))
    owner = [group for group in groups for _ in _normal_group(group[0])]
    start = "".join(_normal_group(group[0]) for group in groups).find(wanted)
    if start < 0:
        return None
    skipped = len(text) - len(text.lstrip())
    last = owner[start + len(wanted) - 1]
    return Span(owner[start].start() + skipped, last.end() + skipped)


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _normal_group(group: str) -> str:
    return " " if group.isspace() else unicodedata.normalize("NFC", group)


async def place(
    questions: Sequence[Question], documents: Listing, ledger: Readings, workspace: str
) -> tuple[Question, ...]:
    """Give the questions with the labels that named no document put where their words stand.

    The first document that holds the words has the label. One that is nowhere stays as it is:
    the audit lists it as missing. Documents are read in batches, once each.
    """
    lost = {one.quote for q in questions for one in q.labels if one.document == SOMEWHERE}
    found: dict[str, Label] = {}
    async for page in pages(partial(documents.find, workspace, limit=PAGE)):
        named = {VersionRef(x.id, x.live): name_of(x) for x in page.items if x.live is not None}
        for refs in _batches(list(named)):
            readings = await ledger.readings(refs)
            texts = {named[ref]: readings[ref].reading.parts for ref in refs if ref in readings}
            found |= await asyncio.to_thread(_places, lost, texts)
            lost -= set(found)
        if not lost:
            break
    return tuple(replace(one, labels=_known(one.labels, found)) for one in questions)


def name_of(record: DocumentRecord) -> str:
    """Give the name by which a label means a document."""
    return record.external_id or record.source


def _batches(refs: Sequence[VersionRef]) -> Iterator[Sequence[VersionRef]]:
    for begin in range(0, len(refs), READ_AT_ONCE):
        yield refs[begin : begin + READ_AT_ONCE]


def _places(words: Iterable[str], texts: Mapping[str, Sequence[Part]]) -> dict[str, Label]:
    """Give a label for each of the words that stand in these documents."""
    found: dict[str, Label] = {}
    for one in words:
        places = (
            Label(name, part.text[span.start : span.end], part.ordinal, span)
            for name, parts in texts.items()
            for part in parts
            if (span := find(one, part.text))
        )
        if label := next(places, None):
            found[one] = label
    return found


def _known(labels: Iterable[Label], found: Mapping[str, Label]) -> tuple[Label, ...]:
    """Give the labels with the places that were found, each once."""
    placed = (found.get(x.quote, x) if x.document == SOMEWHERE else x for x in labels)
    return tuple(dict.fromkeys(placed))
