"""The documents that a suite is about: their fingerprint, and where its labels stand in them."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import PurePath
from typing import Protocol

from contracts.errors import Conflict
from contracts.measuring import Label, Question
from contracts.nouns import Part, Span, VersionRef
from contracts.paging import pages
from contracts.record import DocumentPage, DocumentRecord, KeptReading, VersionState
from eval.answers import Place

PAGE = 500
READ_AT_ONCE = 50
_MOVING = {VersionState.ACCEPTED, VersionState.PROCESSING}


class Listing(Protocol):
    """The part of the record's documents that this needs."""

    async def find(self, workspace: str, *, limit: int, cursor: str | None = None) -> DocumentPage:
        """List documents."""
        ...


class Readings(Protocol):
    """The part of the ledger that this needs."""

    async def readings(self, refs: Sequence[VersionRef]) -> Mapping[VersionRef, KeptReading]:
        """Give what was read of versions."""
        ...


class Fault(StrEnum):
    """What can be wrong with a label."""

    MISSING = "no such document"
    AMBIGUOUS = "several documents have this name"
    LOST = "the quote does not stand in the document"
    OUTSIDE = "the span is outside the text"
    MOVED = "the quote stands elsewhere than the span says"
    REPEATED = "the quote stands there more than once"


HARMLESS = {Fault.MOVED, Fault.REPEATED}
"""A place was found all the same; a person should look at it."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A label that a person should look at."""

    question: str
    label: Label
    fault: Fault


@dataclass(frozen=True, slots=True)
class Corpus:
    """The live documents of a workspace.

    ``fingerprint`` is the same for the same names and bytes, on any machine. ``names`` maps
    external ids, sources and file names to documents; ``ambiguous`` are those of several.
    """

    workspace: str
    fingerprint: str
    documents: int
    names: Mapping[str, VersionRef]
    ambiguous: frozenset[str]


@dataclass(frozen=True, slots=True)
class Anchored:
    """Where each question's labels stand, with their grades, and which are in doubt."""

    places: Mapping[str, tuple[tuple[Place, int], ...]]
    doubts: tuple[Doubt, ...]

    @property
    def broken(self) -> tuple[Doubt, ...]:
        """The labels that no answer can meet."""
        return tuple(one for one in self.doubts if one.fault not in HARMLESS)


async def look(documents: Listing, workspace: str) -> Corpus:
    """Take stock of a workspace. Raises Conflict while documents are on their way."""
    total, count, moving = 0, 0, 0
    names: dict[str, VersionRef] = {}
    ambiguous: set[str] = set()
    async for page in pages(partial(documents.find, workspace, limit=PAGE)):
        for record in page.items:
            moving += record.state in _MOVING
            if record.live is None:
                continue
            count += 1
            total += _mark(record)
            ref = VersionRef(record.id, record.live)
            for name in _names(record):
                if names.setdefault(name, ref) != ref:
                    ambiguous.add(name)
    if moving:
        raise Conflict(
            f"{moving} documents of '{workspace}' are still on their way.",
            "Wait until they are live (diptych status), then try again.",
        )
    fingerprint = hashlib.sha256(f"{count} {total:x}".encode()).hexdigest()
    return Corpus(workspace, fingerprint, count, names, frozenset(ambiguous))


def _names(record: DocumentRecord) -> set[str]:
    """Give every name by which a label may mean a document."""
    last = PurePath(record.source.replace("\\", "/")).name
    return {name for name in (record.external_id, record.source, record.filename, last) if name}


def _mark(record: DocumentRecord) -> int:
    """Give a number of the name and bytes of a document; sums do not depend on the order."""
    name = record.external_id or record.filename
    return int.from_bytes(hashlib.sha256(f"{record.sha256} {name}".encode()).digest(), "big")


async def anchor(questions: Sequence[Question], corpus: Corpus, ledger: Readings) -> Anchored:
    """Find each label in its document; documents are read in batches, once each.

    A label that does not match keeps a place that nothing can meet, so that it counts as not found.
    """
    wanted: dict[VersionRef, list[tuple[str, Label]]] = {}
    places: dict[str, list[tuple[Place, int]]] = {one.id: [] for one in questions}
    doubts: list[Doubt] = []
    for question in questions:
        for label in question.labels:
            ref = corpus.names.get(label.document)
            if ref is None or label.document in corpus.ambiguous:
                fault = Fault.MISSING if ref is None else Fault.AMBIGUOUS
                doubts.append(Doubt(question.id, label, fault))
                places[question.id].append((Place(f"?{label.document}"), label.grade))
            elif not label.quote and label.span is None:
                places[question.id].append((Place(str(ref.document)), label.grade))
            else:
                wanted.setdefault(ref, []).append((question.id, label))
    refs = list(wanted)
    for begin in range(0, len(refs), READ_AT_ONCE):
        batch = refs[begin : begin + READ_AT_ONCE]
        readings = await ledger.readings(batch)
        for ref in batch:
            parts = readings[ref].reading.parts if ref in readings else ()
            for question_id, label in wanted[ref]:
                place, found = _locate(label, str(ref.document), parts)
                places[question_id].append((place, label.grade))
                doubts += [Doubt(question_id, label, found)] if found else []
    return Anchored({key: tuple(value) for key, value in places.items()}, tuple(doubts))


def _locate(label: Label, document: str, parts: Sequence[Part]) -> tuple[Place, Fault | None]:
    """Give the place of a label in the parts, and what is doubtful about it."""
    own = [one for one in parts if label.part is None or one.ordinal == label.part]
    if label.span is not None:
        for part in own:
            words = part.text[label.span.start : label.span.end]
            fits = len(words) == label.span.end - label.span.start
            if fits and (not label.quote or _folded(words) == _folded(label.quote)):
                return Place(document, part.ordinal, label.span), None
    if not label.quote:
        return Place(document, -1, label.span), Fault.OUTSIDE
    pattern = re.compile(r"\s+".join(map(re.escape, label.quote.split())), re.IGNORECASE)
    found = [
        Place(document, part.ordinal, Span(*match.span()))
        for part in parts
        for match in pattern.finditer(part.text)
    ]
    if not found:
        return Place(document, -1, Span(0, 1)), Fault.LOST
    if label.span is not None:
        start = label.span.start
        nearest = min(found, key=lambda one: abs(one.span.start - start) if one.span else 0)
        return nearest, Fault.MOVED
    return found[0], Fault.REPEATED if len(found) > 1 else None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
