"""The trash in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from contracts.errors import NotFound
from contracts.trash import Trashed
from tests.fakes.catalog_tables import Tables


def keep(tables: Tables, document: UUID, days: int) -> None:
    """Keep a document that is being deleted."""
    now, found = datetime.now(UTC), tables.documents[document]
    newest, title = found.versions[found.newest], tables.record(found).title
    until = now + timedelta(days=days)
    tables.trash[document] = Trashed(document, title, newest.arrival, now, until)
    tables.trash_of[document] = found.workspace


class InMemoryTrash:
    """``tables.trash`` may be edited to make time pass."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def find(self, workspace: str, *, limit: int) -> list[Trashed]:
        self._tables.check()
        found = [
            self._shown(one) for one in self._tables.trash.values() if self._is(one, workspace)
        ]
        return sorted(found, key=lambda one: one.deleted, reverse=True)[:limit]

    async def get(self, workspace: str, document: UUID) -> Trashed:
        self._tables.check()
        found = self._tables.trash.get(document)
        if found is None or not self._is(found, workspace):
            raise NotFound(f"The document {document} is not there.", "List what is.")
        return self._shown(found)

    def _is(self, one: Trashed, workspace: str) -> bool:
        mine = self._tables.trash_of[one.document] == workspace
        return mine and one.until > datetime.now(UTC)

    def _shown(self, one: Trashed) -> Trashed:
        workspace = self._tables.trash_of[one.document]
        for other in self._tables.documents.values():
            same = (other.workspace, other.source) == (workspace, one.arrival.source)
            if same and not other.deleted:
                other_bytes = other.versions[other.newest].arrival.sha256 != one.arrival.sha256
                return replace(one, taken=other.id if other_bytes else None)
        return one

    async def erase(
        self, workspace: str, documents: Sequence[UUID]
    ) -> tuple[list[UUID], list[str]]:
        self._tables.check()
        gone = [d for d in documents if self._tables.trash_of.get(d) == workspace]
        return gone, self._forget(gone)

    async def expire(self) -> list[str]:
        self._tables.check()
        now = datetime.now(UTC)
        return self._forget([d for d, one in self._tables.trash.items() if one.until <= now])

    def _forget(self, documents: Sequence[UUID]) -> list[str]:
        blobs = {self._tables.trash.pop(d).arrival.blob for d in documents}
        for document in documents:
            del self._tables.trash_of[document]
        return sorted(blobs - self._tables.named_blobs())
