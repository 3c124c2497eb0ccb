"""The catalog in memory: the ports of contracts.record and contracts.policy, for use cases."""

import json
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID, uuid4

from contracts.errors import InvalidInput, NotFound
from contracts.nouns import Part, VersionRef
from contracts.record import (
    Arrival,
    DocumentPage,
    DocumentRecord,
    Receipt,
    Slice,
    VersionState,
    Wanted,
)
from tests.fakes.catalog_handling import InMemoryHandling
from tests.fakes.catalog_ledger import InMemoryLedger, slice_of
from tests.fakes.catalog_members import InMemoryMembers
from tests.fakes.catalog_policy import InMemoryEvidence, InMemoryParityLog, InMemoryPolicies
from tests.fakes.catalog_services import (
    InMemoryBlobs,
    InMemoryPeople,
    InMemoryQueue,
    InMemoryWatch,
)
from tests.fakes.catalog_spaces import InMemoryGenerations, InMemoryPanelRegister
from tests.fakes.catalog_tables import Document, Row, Tables, Version
from tests.fakes.configurations import InMemoryConfigurations
from tests.fakes.judgements import InMemoryJudgements
from tests.fakes.likeness import InMemoryLikeness
from tests.fakes.personal import InMemoryPersonalCounts
from tests.fakes.places import InMemoryPlaces
from tests.fakes.quality import InMemoryAssessments
from tests.fakes.recognised import InMemoryRecognisedPages
from tests.fakes.review import InMemoryReview
from tests.fakes.runs import InMemoryRuns
from tests.fakes.suites import InMemorySuites
from tests.fakes.traces import InMemoryTraces
from tests.fakes.trash import InMemoryTrash, keep
from tests.fakes.variants import InMemoryVariants


class InMemoryCatalog:
    """All ports over one set of tables. ``tables.down = True`` makes every verb unavailable.

    ``folder`` holds the blobs' files. At first both panels serve, reads are fused, and there is
    no generation: nothing can be accepted before ``generations.ensure``.
    ``await queue.drain(handle)`` does the waiting jobs now, without a worker.
    """

    def __init__(self, folder: Path) -> None:
        self.tables = Tables()
        self.documents = InMemoryDocuments(self.tables)
        self.members = InMemoryMembers(self.tables, self.documents)
        self.ledger = InMemoryLedger(self.tables)
        self.handling = InMemoryHandling(self.tables)
        self.queue = InMemoryQueue(self.tables)
        self.watch = InMemoryWatch(self.tables)
        self.people = InMemoryPeople(self.tables)
        self.personal = InMemoryPersonalCounts(self.tables)
        self.generations = InMemoryGenerations(self.tables)
        self.register = InMemoryPanelRegister(self.tables)
        self.policies = InMemoryPolicies(self.tables)
        self.evidence = InMemoryEvidence(self.tables)
        self.parity_log = InMemoryParityLog(self.tables)
        self.recognised = InMemoryRecognisedPages(self.tables)
        self.places = InMemoryPlaces(self.tables)
        self.runs = InMemoryRuns(self.tables)
        self.assessments = InMemoryAssessments(self.tables)
        self.configurations = InMemoryConfigurations(self.tables, self.policies, self.runs)
        self.judgements = InMemoryJudgements(self.tables, self.runs)
        self.likeness = InMemoryLikeness(self.tables)
        self.review = InMemoryReview(self.tables, self.assessments, self.likeness)
        self.suites = InMemorySuites(self.tables)
        self.traces = InMemoryTraces(self.tables)
        self.trash = InMemoryTrash(self.tables)
        self.variants = InMemoryVariants(self.tables, self.runs)
        self.blobs = InMemoryBlobs(folder)


class InMemoryDocuments:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def accept(
        self,
        workspace: str,
        arrivals: Sequence[Arrival],
        *,
        bulk: bool = False,  # noqa: ARG002 - there is one queue, in order
    ) -> list[Receipt]:
        self._tables.check()
        return self.take(workspace, arrivals) if arrivals else []

    def take(
        self, workspace: str, arrivals: Sequence[Arrival], parent: UUID | None = None
    ) -> list[Receipt]:
        if workspace not in self._tables.workspaces:
            raise NotFound(f"There is no workspace {workspace}.", "Create it first.")
        self._tables.live_space()
        places = [(n, p) for n in self._tables.kept_up() for p in self._tables.switched_on()]
        work: dict[UUID, None] = {}
        receipts = []
        for arrival in arrivals:
            document = self._of(workspace, arrival.source, parent)
            newest = document.versions.get(document.newest)
            unchanged = newest is not None and newest.arrival.sha256 == arrival.sha256
            if not unchanged:
                document.newest += 1
                ref = VersionRef(document.id, document.newest)
                rows = {place: Row(place[1], place[0]) for place in places}
                document.versions[ref.number] = Version(ref, arrival, rows)
                work[document.id] = None
            ref = VersionRef(document.id, document.newest)
            receipts.append(Receipt(ref, arrival.source, arrival.filename, unchanged))
        self._tables.enqueue(list(work))
        return receipts

    def _of(self, workspace: str, source: str, parent: UUID | None) -> Document:
        for document in self._tables.documents.values():
            if (document.workspace, document.source, document.deleted) == (
                workspace,
                source,
                False,
            ):
                return document
        order = next(self._tables.order)
        document = Document(uuid4(), workspace, source, order, parent=parent)
        self._tables.documents[document.id] = document
        return document

    async def get(self, workspace: str, document: UUID) -> DocumentRecord:
        self._tables.check()
        return self._tables.record(self._tables.document(workspace, document))

    async def find(
        self,
        workspace: str,
        *,
        limit: int,
        cursor: str | None = None,
        state: VersionState | None = None,
        ids: Sequence[UUID] | None = None,
        parents: Sequence[UUID] | None = None,
        members: bool = True,
    ) -> DocumentPage:
        self._tables.check()
        before = sys.maxsize if cursor is None else _read_cursor(cursor)
        found = [
            d
            for d in sorted(self._tables.documents.values(), key=lambda d: -d.order)
            if d.workspace == workspace and not d.deleted and d.order < before
            if state is None or d.versions[d.newest].state is state
            if ids is None or d.id in set(ids)
            if parents is None or d.parent in set(parents)
            if members or d.parent is None
        ]
        page, more = found[:limit], len(found) > limit
        following = _write_cursor(page[-1].order) if more and page else None
        return DocumentPage(tuple(map(self._tables.record, page)), following)

    async def versions(self, workspace: str, document: UUID) -> list[DocumentRecord]:
        self._tables.check()
        found = self._tables.document(workspace, document)
        numbers = sorted(found.versions, reverse=True)
        return [self._tables.record(found, number) for number in numbers]

    async def delete(
        self, workspace: str, documents: Sequence[UUID], *, keep_days: int = 0, by: str = ""
    ) -> list[UUID]:
        self._tables.check()
        known = (self._tables.documents.get(one) for one in dict.fromkeys(documents))
        gone = [d.id for d in known if d and not d.deleted and d.workspace == workspace]
        for one in gone if keep_days else ():
            keep(self._tables, one, keep_days, by)
        self.forget(gone)
        return gone

    def forget(self, gone: list[UUID]) -> None:
        """Delete documents and what lies in them; ``gone`` grows by these."""
        for one in gone:
            document = self._tables.documents[one]
            document.deleted = True
            gone += [d.id for d in self._tables.members(one) if d.id not in gone]
            for row in self._tables.rows(one):
                row.wanted, row.open = Wanted.ABSENT, True
            self._tables.notify(one)
        self._tables.enqueue(gone)

    async def original(self, workspace: str, document: UUID) -> tuple[DocumentRecord, Slice]:
        record = await self.get(workspace, document)
        version = self._tables.version(VersionRef(document, record.version))
        assert version is not None
        return record, slice_of(version)

    async def parts(self, workspace: str, ref: VersionRef) -> list[Part]:
        self._tables.check()
        self._tables.document(workspace, ref.document)
        version = self._tables.version(ref)
        if version is None or version.kept is None:
            raise NotFound(f"The text of {ref} is not there.", "Wait until it has been read.")
        return list(version.kept.reading.parts)

    async def counts(self, workspace: str | None = None) -> Mapping[VersionState, int]:
        self._tables.check()
        return Counter(
            d.versions[d.newest].state
            for d in self._tables.documents.values()
            if not d.deleted and workspace in {None, d.workspace}
        )


def _write_cursor(order: int) -> str:
    return urlsafe_b64encode(json.dumps(order).encode()).decode()


def _read_cursor(cursor: str) -> int:
    foreign = InvalidInput("The cursor is not one of this list.", "Start again without a cursor.")
    try:
        order = int(json.loads(urlsafe_b64decode(cursor)))
    except (ValueError, TypeError) as error:
        raise foreign from error
    if not 0 < order < sys.maxsize:
        raise foreign
    return order
