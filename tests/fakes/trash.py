"""The trash in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from contracts.errors import InvalidInput, NotFound
from contracts.trash import Merged, Trashed, TrashPage
from tests.fakes.catalog_tables import Tables


def keep(tables: Tables, document: UUID, days: int, by: str) -> None:
    """Keep a document that is being deleted."""
    now, found = datetime.now(UTC), tables.documents[document]
    newest, title = found.versions[found.newest], tables.record(found).title
    until = now + timedelta(days=days)
    tables.trash[document] = Trashed(document, title, newest.arrival, now, until, by=by)
    tables.trash_of[document] = found.workspace


def _key(one: Trashed) -> tuple[str, str]:
    return one.deleted.isoformat(), str(one.document)


def _read(cursor: str) -> tuple[str, str]:
    when, _, document = cursor.partition(" ")
    if not document:
        raise InvalidInput("The cursor is not one of this list.", "Start again.")
    return when, document


class InMemoryTrash:
    """``tables.trash`` may be edited to make time pass."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def merging(
        self,
        workspace: str,
        document: UUID,
        other: UUID,
        days: int,  # noqa: ARG002 - it goes with the other
    ) -> None:
        self._tables.check()
        held = [self._tables.document(workspace, one) for one in (document, other)]
        mine, theirs = (one.versions[one.newest].arrival for one in held)
        noted = self._tables.merged.get(other)
        if noted is None or noted[1].document != document or mine.sha256 != theirs.sha256:
            self._tables.merged[other] = (workspace, Merged(document, mine))

    async def find(
        self, workspace: str, *, limit: int, cursor: str | None = None, merged: bool = False
    ) -> TrashPage:
        self._tables.check()
        found = [
            self._shown(one) for one in self._tables.trash.values() if self._is(one, workspace)
        ]
        found = sorted((one for one in found if one.merged or not merged), key=_key, reverse=True)
        rest = [one for one in found if cursor is None or _key(one) < _read(cursor)]
        more = len(rest) > limit
        return TrashPage(tuple(rest[:limit]), " ".join(_key(rest[limit - 1])) if more else None)

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
        _, merged = self._tables.merged.get(one.document, (workspace, None))
        one = replace(one, merged=merged)
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
        before = [
            other
            for other, (where, merged) in self._tables.merged.items()
            if where == workspace and {other, merged.document} & set(documents)
        ]
        return gone, self._forget(gone, before)

    async def expire(self) -> list[str]:
        self._tables.check()
        now = datetime.now(UTC)
        return self._forget([d for d, one in self._tables.trash.items() if one.until <= now])

    def _forget(self, documents: Sequence[UUID], before: Sequence[UUID] = ()) -> list[str]:
        blobs = {self._tables.trash.pop(d).arrival.blob for d in documents}
        for other in {*documents, *before} & self._tables.merged.keys():
            blobs.add(self._tables.merged.pop(other)[1].before.blob)
        for document in documents:
            del self._tables.trash_of[document]
        return sorted(blobs - self._tables.named_blobs())
