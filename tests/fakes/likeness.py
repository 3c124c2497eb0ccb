"""Likeness in memory: links over the tables of the in-memory catalog."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from uuid import UUID

from contracts.errors import InvalidInput, NotFound
from contracts.likeness import (
    Candidate,
    Decision,
    Fingerprint,
    Likeness,
    Link,
    Side,
    Twins,
    TwinsPage,
)
from contracts.nouns import VersionRef
from contracts.policy import Change
from tests.fakes.catalog_tables import Document, Tables

ELDEST, NEWEST = 5, 20


class InMemoryLikeness:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._prints: dict[UUID, tuple[int, int, Fingerprint]] = {}
        self._links: dict[tuple[UUID, UUID], tuple[int, Link]] = {}
        self._apart: set[tuple[UUID, UUID]] = set()
        self._places = count(1)

    def forget(self) -> None:
        """Know nothing of any document, as before there were fingerprints."""
        self._prints.clear()
        self._links.clear()

    async def keep(self, prints: Mapping[VersionRef, Fingerprint], scheme: int) -> None:
        self._tables.check()
        for ref, one in prints.items():
            if self._tables.version(ref) and self._number(ref.document) <= ref.number:
                self._prints[ref.document] = (ref.number, scheme, one)

    def _number(self, document: UUID) -> int:
        return self._prints[document][0] if document in self._prints else 0

    async def prints(self, documents: Collection[UUID], scheme: int) -> Mapping[UUID, Fingerprint]:
        self._tables.check()
        known = {d: self._prints[d] for d in documents if d in self._known()}
        return {d: one for d, (_, made, one) in known.items() if made == scheme}

    def _known(self) -> dict[UUID, Document]:
        """Documents with a fingerprint whose version is there."""
        return {
            d: found
            for d, (number, _, _) in self._prints.items()
            if (found := self._tables.documents.get(d)) and number in found.versions
        }

    async def candidates(self, documents: Sequence[UUID]) -> list[Candidate]:
        self._tables.check()
        return [one for document in documents for one in self._of(document)]

    def _of(self, document: UUID) -> Iterator[Candidate]:
        known = self._known()
        mine = known.get(document)
        if mine is None:
            return
        _, scheme, me = self._prints[document]
        near = [
            d
            for d in sorted(known.values(), key=lambda d: d.order)
            if d.id != document and d.workspace == mine.workspace and not d.deleted
            if self._prints[d.id][1] == scheme
        ]
        files = [d.id for d in near if _bytes(d) == _bytes(mine)][:ELDEST]
        texts = [d.id for d in near if self._prints[d.id][2].text == me.text][:ELDEST]
        shared: defaultdict[UUID, float] = defaultdict(float)
        for band in me.bands:
            found = [d.id for d in reversed(near) if band in self._prints[d.id][2].bands]
            for other in found[:NEWEST]:
                shared[other] += 1 / len(found[:NEWEST])
        banded = sorted(shared, key=lambda d: -shared[d])[:NEWEST]
        for other in dict.fromkeys([*files, *texts, *banded]):
            yield Candidate(document, other, other in files)

    async def link(self, documents: Sequence[UUID], links: Sequence[Link]) -> None:
        self._tables.check()
        old = [pair for pair in self._links if set(pair) & set(documents)]
        for pair in old:
            del self._links[pair]
        for link in links:
            self._links[self._pair(link.document, link.other)] = (next(self._places), link)

    def _pair(self, one: UUID, two: UUID) -> tuple[UUID, UUID]:
        """The elder first."""
        first, second = sorted((one, two), key=lambda d: self._tables.documents[d].order)
        return first, second

    async def unmeasured(self, limit: int, scheme: int) -> list[VersionRef]:
        self._tables.check()
        found = [
            VersionRef(d.id, d.newest)
            for d in self._tables.documents.values()
            if not d.deleted and d.versions[d.newest].kept
            if self._prints.get(d.id, (0, 0))[:2] != (d.newest, scheme)
        ]
        return found[:limit]

    async def find(
        self,
        workspace: str,
        *,
        limit: int,
        cursor: str | None = None,
        verdict: Likeness | None = None,
        document: UUID | None = None,
        apart: bool = False,
    ) -> TwinsPage:
        self._tables.check()
        known, before = self._known(), _read(cursor)
        found = [
            (place, pair, link)
            for pair, (place, link) in sorted(self._links.items(), key=lambda item: -item[1][0])
            if all(d in known and not known[d].deleted for d in pair)
            if known[pair[0]].workspace == workspace and place < before
            if (pair in self._apart) is apart and verdict in {None, link.verdict}
            if document is None or document in pair
        ]
        page = found[:limit]
        items = tuple(
            Twins(self._side(pair[0]), self._side(pair[1]), link.verdict, link.score)
            for _, pair, link in page
        )
        more = len(found) > limit and page
        return TwinsPage(items, _write(page[-1][0]) if more else None)

    async def originals(self, workspace: str, documents: Sequence[UUID]) -> Mapping[UUID, UUID]:
        self._tables.check()
        there = [
            d
            for d in sorted(self._tables.documents.values(), key=lambda d: d.order)
            if d.workspace == workspace and not d.deleted
        ]
        found = {}
        for mine in (d for d in there if d.id in set(documents)):
            elders = [d for d in there if d.order < mine.order and _bytes(d) == _bytes(mine)]
            kept = [d.id for d in elders if (d.id, mine.id) not in self._apart]
            if kept:
                found[mine.id] = kept[0]
        return found

    def _side(self, document: UUID) -> Side:
        record = self._tables.record(self._tables.documents[document])
        return Side(record.id, record.title, record.source, record.filename, record.created)

    async def decide(
        self, workspace: str, document: UUID, other: UUID, decision: Decision, change: Change
    ) -> None:
        self._tables.check()
        if document == other:
            raise InvalidInput("The same document.", "Name two.")
        for one in (document, other):
            found = self._tables.documents.get(one)
            if found is None or found.deleted or found.workspace != workspace:
                raise NotFound(f"There is no document {one}.", "List the duplicates.")
        if decision is Decision.APART:
            self._apart.add(self._pair(document, other))
        if decision is Decision.OPEN:
            self._apart.discard(self._pair(document, other))
        after = {"other": str(other), "decision": decision.value, "workspace": workspace}
        self._tables.note(change, "duplicates.decide", str(document), {}, after)


def _bytes(document: Document) -> str:
    return document.versions[document.newest].arrival.sha256


def _write(place: int) -> str:
    return urlsafe_b64encode(str(place).encode()).decode()


def _read(cursor: str | None) -> int:
    try:
        return 2**62 if cursor is None else int(urlsafe_b64decode(cursor))
    except ValueError as error:
        raise InvalidInput("The cursor is not one of this list.", "Start again.") from error
