"""The catalog in memory: every port of contracts.record, for tests of use cases."""

import json
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from contracts.errors import InvalidInput, NotFound, Unreadable
from contracts.nouns import PanelName, Part, VersionRef
from contracts.record import (
    Arrival,
    DocumentPage,
    DocumentRecord,
    KeptReading,
    Reached,
    Receipt,
    Slice,
    Task,
    VersionState,
    Wanted,
)
from tests.fakes.catalog_services import (
    InMemoryBlobs,
    InMemoryGenerations,
    InMemoryPeople,
    InMemoryQueue,
    InMemoryWatch,
)
from tests.fakes.catalog_tables import Document, Row, Tables, Version


class InMemoryCatalog:
    """All ports over one set of tables. ``tables.down = True`` makes every verb unavailable.

    ``folder`` holds the blobs' files.
    ``await queue.drain(handle)`` does the waiting jobs now, without a worker.
    """

    def __init__(self, folder: Path) -> None:
        self.tables = Tables()
        self.documents = InMemoryDocuments(self.tables)
        self.ledger = InMemoryLedger(self.tables)
        self.queue = InMemoryQueue(self.tables)
        self.watch = InMemoryWatch(self.tables)
        self.people = InMemoryPeople(self.tables)
        self.generations = InMemoryGenerations(self.tables)
        self.blobs = InMemoryBlobs(folder)


class InMemoryDocuments:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def accept(
        self,
        workspace: str,
        arrivals: Sequence[Arrival],
        panels: Sequence[PanelName],
        generation: int,
    ) -> list[Receipt]:
        self._tables.check()
        if not arrivals:
            return []
        if workspace not in self._tables.workspaces:
            raise NotFound(f"There is no workspace {workspace}.", "Create it first.")
        work: dict[UUID, None] = {}
        receipts = []
        for arrival in arrivals:
            document = self._of(workspace, arrival.source)
            newest = document.versions.get(document.newest)
            unchanged = newest is not None and newest.arrival.sha256 == arrival.sha256
            if not unchanged:
                document.newest += 1
                ref = VersionRef(document.id, document.newest)
                rows = {panel: Row(panel, generation) for panel in panels}
                document.versions[ref.number] = Version(ref, arrival, rows)
                work[document.id] = None
            ref = VersionRef(document.id, document.newest)
            receipts.append(Receipt(ref, arrival.source, arrival.filename, unchanged))
        self._tables.enqueue(list(work))
        return receipts

    def _of(self, workspace: str, source: str) -> Document:
        for document in self._tables.documents.values():
            if (document.workspace, document.source, document.deleted) == (
                workspace,
                source,
                False,
            ):
                return document
        document = Document(uuid4(), workspace, source, next(self._tables.order))
        self._tables.documents[document.id] = document
        return document

    async def get(self, workspace: str, document: UUID) -> DocumentRecord:
        self._tables.check()
        return self._tables.document(workspace, document).record()

    async def find(
        self,
        workspace: str,
        *,
        limit: int,
        cursor: str | None = None,
        state: VersionState | None = None,
        ids: Sequence[UUID] | None = None,
    ) -> DocumentPage:
        self._tables.check()
        before = sys.maxsize if cursor is None else _read_cursor(cursor)
        found = [
            d
            for d in sorted(self._tables.documents.values(), key=lambda d: -d.order)
            if d.workspace == workspace and not d.deleted and d.order < before
            if state is None or d.versions[d.newest].state is state
            if ids is None or d.id in set(ids)
        ]
        page, more = found[:limit], len(found) > limit
        following = _write_cursor(page[-1].order) if more and page else None
        return DocumentPage(tuple(d.record() for d in page), following)

    async def versions(self, workspace: str, document: UUID) -> list[DocumentRecord]:
        self._tables.check()
        found = self._tables.document(workspace, document)
        return [found.record(number) for number in sorted(found.versions, reverse=True)]

    async def delete(self, workspace: str, documents: Sequence[UUID]) -> list[UUID]:
        self._tables.check()
        gone = []
        for one in dict.fromkeys(documents):
            document = self._tables.documents.get(one)
            if document is None or document.deleted or document.workspace != workspace:
                continue
            document.deleted = True
            for row in self._tables.rows(one):
                row.wanted, row.open = Wanted.ABSENT, True
            gone.append(one)
            self._tables.notify(one)
        self._tables.enqueue(gone)
        return gone

    async def original(self, workspace: str, document: UUID) -> tuple[DocumentRecord, Slice]:
        record = await self.get(workspace, document)
        version = self._tables.version(VersionRef(document, record.version))
        assert version is not None
        return record, _slice(version)

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


class InMemoryLedger:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @asynccontextmanager
    async def claim(self, documents: Sequence[UUID]) -> AsyncIterator[list[Task]]:
        self._tables.check()
        mine = set(documents) - self._tables.held
        self._tables.held |= mine
        try:
            yield self._tasks(mine)
        finally:
            self._tables.held -= mine

    def _tasks(self, documents: set[UUID]) -> list[Task]:
        tasks = []
        for one in sorted(documents):
            document = self._tables.documents.get(one)
            for version in sorted(document.versions.values(), key=_number) if document else ():
                if document and any(row.open for row in version.rows.values()):
                    if version.state is VersionState.ACCEPTED:
                        version.state = VersionState.PROCESSING
                    tasks.append(_task(document, version))
        return tasks

    async def save_readings(self, readings: Sequence[KeptReading]) -> None:
        self._tables.check()
        for kept in readings:
            if version := self._tables.version(kept.ref):
                version.kept = kept

    async def readings(self, refs: Sequence[VersionRef]) -> Mapping[VersionRef, KeptReading]:
        self._tables.check()
        found = [self._tables.version(ref) for ref in refs]
        return {v.ref: v.kept for v in found if v and v.kept}

    async def quarantine(self, ref: VersionRef, reason: Unreadable, detail: str) -> None:
        self._tables.check()
        version = self._tables.version(ref)
        if version is None or _wanted(version) is Wanted.ABSENT:
            return
        version.state, version.reason, version.detail = VersionState.QUARANTINED, reason, detail
        for row in version.rows.values():
            row.open = False
        self._touch(version)

    async def progress(
        self, refs: Sequence[VersionRef], stage: str, done: int = 0, total: int = 0
    ) -> None:
        self._tables.check()
        for version in self._versions(refs):
            version.stage, version.done, version.total = stage, done, total
            self._touch(version)

    async def reached(
        self,
        refs: Sequence[VersionRef],
        panel: PanelName,
        reached: Reached,
        chunks: Mapping[VersionRef, int] | None = None,
    ) -> None:
        self._tables.check()
        for version in self._versions(refs):
            if row := version.rows.get(panel):
                row.reached, row.attempts, row.error = reached, 0, None
                row.chunks = (chunks or {}).get(version.ref, row.chunks)
                if version.state is VersionState.LIVE and row.open is _is_true(row):
                    row.open, row.queued = not row.open, False

    async def failed(self, refs: Sequence[VersionRef], panel: PanelName, error: str) -> None:
        self._tables.check()
        for version in self._versions(refs):
            if row := version.rows.get(panel):
                row.attempts, row.error = row.attempts + 1, error
                self._touch(version)

    async def go_live(self, refs: Sequence[VersionRef]) -> None:
        self._tables.check()
        for version in sorted(self._versions(refs), key=_number):
            document = self._tables.documents[version.ref.document]
            if document.deleted or version.ref.number < (document.live or 0):
                continue
            document.live, version.state = version.ref.number, VersionState.LIVE
            version.stage, version.done, version.total = "", 0, 0
            for row in version.rows.values():
                row.open = not _is_true(row)
            for elder in document.versions.values():
                if elder.ref.number < version.ref.number:
                    elder.state = VersionState.RETIRED
                    for row in elder.rows.values():
                        row.wanted, row.open, row.queued = Wanted.ABSENT, True, False
            self._touch(version)

    async def gone(self, refs: Sequence[VersionRef]) -> list[str]:
        self._tables.check()
        blobs = set()
        for version in self._versions(refs):
            rows = version.rows.values()
            if all((r.wanted, r.reached) == (Wanted.ABSENT, Reached.ABSENT) for r in rows):
                document = self._tables.documents[version.ref.document]
                del document.versions[version.ref.number]
                blobs.add(version.arrival.blob)
                if document.deleted and not document.versions:
                    del self._tables.documents[document.id]
        documents = self._tables.documents.values()
        named = {v.arrival.blob for d in documents for v in d.versions.values()}
        return sorted(blobs - named)

    async def unfinished(self, limit: int) -> list[UUID]:
        self._tables.check()
        found = [
            document
            for document in self._tables.documents
            if any(row.open and not row.queued for row in self._tables.rows(document))
        ]
        return found[:limit]

    async def backlog(self) -> Mapping[PanelName, int]:
        self._tables.check()
        rows = [r for d in self._tables.documents for r in self._tables.rows(d)]
        return Counter(r.panel for r in rows if r.open and r.wanted.value != r.reached.value)

    async def moving(self, documents: Sequence[UUID]) -> set[UUID]:
        self._tables.check()
        return {d for d in documents if any(row.open for row in self._tables.rows(d))}

    async def live_versions(self, generation: int) -> AsyncIterator[VersionRef]:
        self._tables.check()
        for _, document in sorted(self._tables.documents.items()):
            if document.live is not None and not document.deleted:
                rows = document.versions[document.live].rows.values()
                if any(row.generation == generation for row in rows):
                    yield VersionRef(document.id, document.live)

    def _versions(self, refs: Sequence[VersionRef]) -> list[Version]:
        return [v for ref in refs if (v := self._tables.version(ref))]

    def _touch(self, version: Version) -> None:
        version.updated = datetime.now(UTC)
        self._tables.notify(version.ref.document)


def _task(document: Document, version: Version) -> Task:
    arrival = version.arrival
    return Task(
        ref=version.ref,
        workspace=document.workspace,
        filename=arrival.filename,
        source=document.source,
        media_type=arrival.media_type,
        metadata=arrival.metadata,
        slice=_slice(version),
        generation=next(iter(version.rows.values())).generation,
        state=version.state,
        read=version.kept is not None,
        states={panel: replace(row.shown()) for panel, row in version.rows.items()},
    )


def _slice(version: Version) -> Slice:
    return Slice(version.arrival.blob, version.arrival.start, version.arrival.end)


def _number(version: Version) -> int:
    return version.ref.number


def _wanted(version: Version) -> Wanted:
    return next((row.wanted for row in version.rows.values()), Wanted.LIVE)


def _is_true(row: Row) -> bool:
    return (row.wanted, row.reached) == (Wanted.LIVE, Reached.LIVE)


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
