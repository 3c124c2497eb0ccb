"""The judge: from what was sent and what was seen, says what is lost, doubled or half seen."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tests.soak.book import Edition, Entry, Truth, marks

_BLANK = re.compile(r"[#\s]+")


class Wrong(StrEnum):
    """The three ways to break the promise."""

    LOST = "lost"
    DOUBLED = "doubled"
    HALF_SEEN = "half_seen"


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken promise, with the evidence."""

    wrong: Wrong
    detail: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk in an answer: whose it is, and what it says."""

    document: UUID
    text: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in the listing."""

    id: UUID
    source: str
    state: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What one panel gives of one document once everything has settled."""

    panel: str
    chunks: Sequence[Passage]
    """Its chunks, in reading order."""
    found: Sequence[Passage]
    """What a search for its word within it finds."""


def judge_answer(where: str, passages: Sequence[Passage], *, whole: bool) -> list[Fault]:
    """Judge one answer at any moment: it shows one edition a document, and all of it if ``whole``.

    An answer without a document's chunks is no fault at such a moment, half of them always is.
    ``whole`` says that the answer had room for all chunks of each document in it.
    """
    faults = []
    seen: dict[UUID, Counter[tuple[int, int, int]]] = {}
    for passage in passages:
        counts = seen.setdefault(passage.document, Counter())
        counts.update((m.edition, m.piece, m.pieces) for m in marks(passage.text))
    for document, counts in seen.items():
        editions = sorted({edition for edition, _, _ in counts})
        name = f"{where}: document {document}"
        if len(editions) > 1:
            faults.append(Fault(Wrong.HALF_SEEN, f"{name} shows editions {editions} at once"))
        for edition in editions if whole else ():
            pieces = {(piece, of) for e, piece, of in counts if e == edition}
            of = max(of for _, of in pieces)
            if lacks := sorted(set(range(1, of + 1)) - {piece for piece, _ in pieces}):
                detail = f"{name} lacks pieces {lacks} of {of} of edition {edition}"
                faults.append(Fault(Wrong.HALF_SEEN, detail))
        if again := sorted(piece for piece, count in counts.items() if count > 1):
            detail = f"{name} shows (edition, piece, of) {again} more than once"
            faults.append(Fault(Wrong.DOUBLED, detail))
    return faults


def judge_listing(
    entries: Mapping[str, Entry], listed: Sequence[Listed], judged: Sequence[str]
) -> list[Fault]:
    """Judge what documents there are, of the judged sources, once everything has settled.

    A document that nobody sent is a fault whatever is judged.
    """
    faults = []
    by_source: dict[str, list[Listed]] = {}
    for one in listed:
        by_source.setdefault(one.source, []).append(one)
        if one.source not in entries:
            faults.append(Fault(Wrong.DOUBLED, f"{one.source} is there, and nobody sent it"))
    for source in judged:
        entry, found = entries[source], by_source.get(source, [])
        if len(found) > 1:
            ids = ", ".join(str(one.id) for one in found)
            faults.append(Fault(Wrong.DOUBLED, f"{source} is there as {ids}"))
        if found and entry.truths == {None}:
            faults.append(Fault(Wrong.DOUBLED, f"{source} was deleted and is there"))
        if not found and None not in entry.truths:
            faults.append(Fault(Wrong.LOST, f"{source} was acknowledged and is not there"))
        faults += [
            Fault(Wrong.DOUBLED, f"{source} came back as {one.id}, which was deleted")
            for one in found
            if one.id in entry.gone
        ]
        if entry.id and found and entry.id not in {one.id for one in found}:
            detail = f"{source} was acknowledged as {entry.id} and is {found[0].id}"
            faults.append(Fault(Wrong.LOST, detail))
    return faults


def judge_document(entry: Entry, listed: Listed, kept: Sequence[Kept]) -> list[Fault]:
    """Judge one document once everything has settled: one truth, the same in every panel."""
    shown = [truth_shown(entry, listed, panel.chunks) for panel in kept]
    faults = []
    for panel, truth in zip(kept, shown, strict=True):
        name = f"{entry.source} in the {panel.panel} panel"
        if truth is None:
            wanted = ", ".join(sorted(str(t.number) if t else "none" for t in entry.truths))
            detail = f"{name} is not edition {wanted} as it was sent: {_summary(panel.chunks)}"
            faults.append(Fault(Wrong.LOST, detail))
        faults += judge_answer(f"{name}, its chunks", panel.chunks, whole=True)
        faults += judge_answer(f"{name}, a search in it", panel.found, whole=True)
        if truth and truth.pieces and len(panel.found) < len(truth.pieces):
            detail = f"{name}: a search finds {len(panel.found)} of {len(truth.pieces)} chunks"
            faults.append(Fault(Wrong.LOST, detail))
    if len(set(shown)) > 1:
        faults.append(Fault(Wrong.LOST, f"{entry.source} is not the same in all panels"))
    return faults


def truth_shown(entry: Entry, listed: Listed, chunks: Sequence[Passage]) -> Truth:
    """Give the edition that chunks are, character by character; None when they are none of them."""
    text = _plain("".join(passage.text for passage in chunks))
    for edition in entry.truths:
        if edition is not None and _is(edition, listed.state, text):
            return edition
    return None


def _is(edition: Edition, state: str, text: str) -> bool:
    if edition.broken:
        return state == "quarantined" and not text
    return state == "live" and text == _plain(edition.data.decode())


def _plain(text: str) -> str:
    return _BLANK.sub("", text)


def _summary(chunks: Sequence[Passage]) -> str:
    held = Counter((m.edition, m.pieces) for c in chunks for m in marks(c.text))
    return (
        "; ".join(f"{n} of {of} pieces of edition {e}" for (e, of), n in held.items()) or "nothing"
    )
