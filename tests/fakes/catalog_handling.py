"""What people order about documents on their way, in memory."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from contracts.handling import RETRIABLE
from contracts.record import FINAL, Reached, VersionState, Wanted
from tests.fakes.catalog_tables import Document, Tables, Version


class InMemoryHandling:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def retry(
        self,
        workspace: str,
        documents: Sequence[UUID] | None = None,
        *,
        states: Collection[VersionState] = RETRIABLE,
        reason: str | None = None,
    ) -> list[UUID]:
        again = []
        for document in self._of(workspace, documents):
            version = document.versions[document.newest]
            is_meant = version.state in RETRIABLE & set(states)
            if is_meant and reason in {None, version.reason}:
                _read_again(version)
                again.append(document.id)
        return self._ordered(again)

    async def cancel(self, workspace: str, documents: Sequence[UUID]) -> list[UUID]:
        stopped = []
        every = self._of(workspace, documents)
        for document in every:  # grows while what lies in its documents is found
            every += self._tables.members(document.id)
        for document in {one.id: one for one in every}.values():
            under_way = [
                version
                for version in document.versions.values()
                if version.state not in FINAL and not version.shown
            ]
            for version in under_way:
                _stop(version)
            if under_way:
                stopped.append(document.id)
        return self._ordered(sorted(stopped))

    async def under_way(self, limit: int) -> int:
        self._tables.check()
        return min(limit, sum(v.state not in FINAL for v in self._tables.versions()))

    def _of(self, workspace: str, documents: Sequence[UUID] | None) -> list[Document]:
        self._tables.check()
        return [
            document
            for _, document in sorted(self._tables.documents.items())
            if document.workspace == workspace and not document.deleted
            if documents is None or document.id in documents
        ]

    def _ordered(self, documents: list[UUID]) -> list[UUID]:
        self._tables.enqueue(documents)
        for document in documents:
            self._tables.notify(document)
        return documents


def _read_again(version: Version) -> None:
    version.state, version.reason, version.detail = VersionState.ACCEPTED, None, None
    version.crashes = 0
    version.settled.clear()
    version.kept, version.stale = None, False
    version.stage, version.done, version.total = "", 0, 0
    version.updated = datetime.now(UTC)
    for row in version.rows.values():
        row.wanted, row.open, row.attempts, row.error = Wanted.LIVE, True, 0, None
        if row.reached is Reached.ABSENT:
            row.reached = Reached.NOTHING


def _stop(version: Version) -> None:
    version.state, version.stage, version.done, version.total = VersionState.CANCELLED, "", 0, 0
    version.updated = datetime.now(UTC)
    for row in version.rows.values():
        row.wanted, row.open, row.attempts, row.error = Wanted.ABSENT, True, 0, None
