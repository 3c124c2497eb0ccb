"""The ledger in memory."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from contracts.errors import Unreadable
from contracts.nouns import PanelName, VersionRef
from contracts.policy import GenerationState
from contracts.record import (
    FINAL,
    Expectation,
    Held,
    KeptReading,
    Reached,
    Slice,
    Task,
    VersionState,
    Wanted,
)
from tests.fakes.catalog_tables import Document, Row, Tables, Version


class InMemoryLedger:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._random = Random(0)  # noqa: S311 - samples, no secrets

    @asynccontextmanager
    async def claim(self, documents: Sequence[UUID]) -> AsyncIterator[list[Task]]:
        self._tables.check()
        mine = set(documents) - self._tables.held
        self._tables.held |= mine
        try:
            tasks = list(self._tasks(mine))
            begun = {t.ref for t in tasks if t.state is VersionState.PROCESSING}
            self._count(begun, 1)
            try:
                yield tasks
            except (Exception, asyncio.CancelledError):  # anything else is the process's death
                self._count(begun, -1)
                raise
            self._count(begun, -1)
        finally:
            self._tables.held -= mine

    def _count(self, refs: Collection[VersionRef], one: int) -> None:
        for version in self._versions(sorted(refs)):
            if version.state is VersionState.PROCESSING:
                version.crashes = max(0, version.crashes + one)

    async def suspects(self, documents: Sequence[UUID]) -> Mapping[UUID, int]:
        self._tables.check()
        known = (self._tables.documents.get(d) for d in sorted(set(documents) - self._tables.held))
        counts = {
            document.id: max(
                (v.crashes for v in document.versions.values() if v.state not in FINAL), default=0
            )
            for document in known
            if document
        }
        return {document: crashes for document, crashes in counts.items() if crashes}

    def _tasks(self, documents: set[UUID]) -> Iterator[Task]:
        for document in (d for _, d in sorted(self._tables.documents.items())):
            if document.id in documents:
                for version in sorted(document.versions.values(), key=_number):
                    for generation in self._workable(version):
                        if version.state is VersionState.ACCEPTED:
                            version.state = VersionState.PROCESSING
                        if version.state is VersionState.PROCESSING:
                            version.stage, version.done, version.total = "", 0, 0
                        yield self._task(document, version, generation)

    def _workable(self, version: Version) -> list[int]:
        """Give the generations in which there is something to do, the one that serves first."""
        rows = [row for row in version.rows.values() if row.open and self._tables.is_workable(row)]
        return sorted({row.generation for row in rows}, key=lambda n: (not self._serves(n), n))

    def _serves(self, generation: int) -> bool:
        return self._tables.spaces[generation].state is GenerationState.LIVE

    def _task(self, document: Document, version: Version, generation: int) -> Task:
        arrival = version.arrival
        rows = [row for row in version.rows.values() if row.generation == generation]
        return Task(
            ref=version.ref,
            workspace=document.workspace,
            filename=arrival.filename,
            source=document.source,
            media_type=arrival.media_type,
            metadata=arrival.metadata,
            slice=slice_of(version),
            generation=generation,
            state=version.state,
            read=version.kept is not None and not version.stale,
            states={row.panel: row.shown() for row in rows if self._tables.is_workable(row)},
            serving=self._serves(generation),
            deleted=document.deleted,
        )

    async def save_readings(self, readings: Sequence[KeptReading]) -> None:
        self._tables.check()
        for kept in readings:
            if version := self._tables.version(kept.ref):
                version.kept, version.stale = kept, False

    async def readings(self, refs: Sequence[VersionRef]) -> Mapping[VersionRef, KeptReading]:
        self._tables.check()
        return {v.ref: v.kept for v in self._versions(refs) if v.kept}

    async def quarantine(self, ref: VersionRef, reason: Unreadable, detail: str) -> None:
        self._tables.check()
        version = self._tables.version(ref)
        if version is None or any(r.wanted is Wanted.ABSENT for r in version.rows.values()):
            return
        version.state, version.reason, version.detail = VersionState.QUARANTINED, reason, detail
        for row in version.rows.values():
            row.open = False
        self._touch(version)

    async def still_wanted(self, refs: Sequence[VersionRef]) -> set[VersionRef]:
        self._tables.check()
        return {
            version.ref
            for version in self._versions(refs)
            if any(row.wanted is Wanted.LIVE for row in version.rows.values())
        }

    async def may_publish(self, refs: Sequence[VersionRef]) -> set[VersionRef]:
        wanted = await self.still_wanted(refs)
        for version in self._versions(sorted(wanted)):
            version.shown = True
        return wanted

    async def progress(
        self, refs: Sequence[VersionRef], stage: str, done: int = 0, total: int = 0
    ) -> None:
        self._tables.check()
        for version in self._versions(refs):
            is_further = (version.stage, version.total) == (stage, total) and version.done <= done
            version.stage, version.done, version.total = stage, done, total
            self._touch(version)
            if not is_further:
                version.paced_from, version.paced_at = version.updated, done

    async def reached(
        self,
        refs: Sequence[VersionRef],
        generation: int | None,
        panel: PanelName,
        reached: Reached,
        held: Mapping[VersionRef, Held] | None = None,
    ) -> None:
        self._tables.check()
        for version in self._versions(refs):
            for row in _rows(version, generation, panel):
                row.reached, row.attempts, row.error = reached, 0, None
                if reached in {Reached.NOTHING, Reached.ABSENT}:
                    row.seal = None
                if kept := (held or {}).get(version.ref):
                    row.chunks, row.seal = kept.chunks, kept.seal
                if version.state is VersionState.LIVE and row.open is _is_true(row):
                    row.open, row.queued = not row.open, False

    async def failed(
        self, refs: Sequence[VersionRef], generation: int | None, panel: PanelName, error: str
    ) -> None:
        self._tables.check()
        for version in self._versions(refs):
            for row in _rows(version, generation, panel):
                row.attempts, row.error = row.attempts + 1, error
                self._touch(version)

    async def redo(self, refs: Sequence[VersionRef], generation: int, panel: PanelName) -> None:
        self._tables.check()
        for version in self._versions(refs):
            if version.state is not VersionState.QUARANTINED:
                for row in _rows(version, generation, panel):
                    row.again()

    async def go_live(self, refs: Sequence[VersionRef]) -> None:
        self._tables.check()
        for version in sorted(self._versions(refs), key=_number):
            document = self._tables.documents[version.ref.document]
            if document.deleted or version.ref.number < (document.live or 0):
                continue
            if not any(_is_true(r) and self._serves(r.generation) for r in version.rows.values()):
                continue
            document.live, version.state = version.ref.number, VersionState.LIVE
            version.crashes = 0
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
                if version.state is VersionState.CANCELLED and not document.deleted:
                    for row in rows:
                        row.open = False
                    continue
                del document.versions[version.ref.number]
                blobs.add(version.arrival.blob)
                if document.deleted and not document.versions:
                    del self._tables.documents[document.id]
        named = self._tables.named_blobs()
        for place in [place for place in self._tables.recognised if place[0] not in named]:
            del self._tables.recognised[place]
        return sorted(blobs - named)

    async def unfinished(self, limit: int, down: Collection[PanelName] = ()) -> list[UUID]:
        self._tables.check()
        found = [
            document
            for document in self._tables.documents
            if any(
                row.open
                and not row.queued
                and row.panel not in down
                and self._tables.is_workable(row)
                for row in self._tables.rows(document)
            )
        ]
        return found[:limit]

    async def backlog(self) -> Mapping[PanelName, int]:
        self._tables.check()
        rows = [r for d in self._tables.documents for r in self._tables.rows(d)]
        return Counter(r.panel for r in rows if r.open and r.wanted.value != r.reached.value)

    async def moving(self, documents: Sequence[UUID], generation: int | None = None) -> set[UUID]:
        self._tables.check()
        return {
            document
            for document in documents
            if any(
                row.open and generation in {None, row.generation}
                for row in self._tables.rows(document)
            )
        }

    async def expectations(
        self, generation: int, documents: Sequence[UUID] | None = None
    ) -> AsyncIterator[Expectation]:
        self._tables.check()
        for document, version in self._live(generation):
            if documents is None or document.id in documents:
                rows = [r for r in version.rows.values() if r.generation == generation]
                seals = {row.panel: row.seal for row in rows if row.seal}
                is_true = all(map(_is_true, rows))
                yield Expectation(version.ref, document.workspace, seals if is_true else {})

    async def sample(self, generation: int, count: int) -> list[UUID]:
        self._tables.check()
        found = [document.id for document, _ in self._live(generation)]
        return self._random.sample(found, min(count, len(found)))

    def _live(self, generation: int) -> list[tuple[Document, Version]]:
        """Give what readers of a generation must see, by document."""
        found = []
        for _, document in sorted(self._tables.documents.items()):
            if document.live is not None and not document.deleted:
                version = document.versions[document.live]
                if any(row.generation == generation for row in version.rows.values()):
                    found.append((document, version))
        return found

    def _versions(self, refs: Sequence[VersionRef]) -> list[Version]:
        return [v for ref in refs if (v := self._tables.version(ref))]

    def _touch(self, version: Version) -> None:
        version.updated = datetime.now(UTC)
        self._tables.notify(version.ref.document)


def slice_of(version: Version) -> Slice:
    return Slice(version.arrival.blob, version.arrival.start, version.arrival.end)


def _rows(version: Version, generation: int | None, panel: PanelName) -> list[Row]:
    rows = version.rows.values()
    return [r for r in rows if r.panel is panel and generation in {None, r.generation}]


def _number(version: Version) -> int:
    return version.ref.number


def _is_true(row: Row) -> bool:
    return (row.wanted, row.reached) == (Wanted.LIVE, Reached.LIVE)
