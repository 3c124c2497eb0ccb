"""Discard: delete documents, keep for a while what brings them back, and bring them back."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from contracts.blobs import Blobs
from contracts.errors import Conflict
from contracts.record import Arrival, Documents, Receipt
from contracts.trash import Merged, Trash, TrashPage


class Discard:
    """Use case: deleted documents leave the record and the panels at once.

    For ``days`` their newest bytes stay in the trash, and what comes back is accepted as new work;
    0 keeps nothing. What was merged into another document is split from it again.
    """

    def __init__(self, documents: Documents, trash: Trash, blobs: Blobs, *, days: int) -> None:
        self._documents = documents
        self._trash = trash
        self._blobs = blobs
        self.days = days

    async def __call__(
        self, workspace: str, documents: Sequence[UUID], actor: str, *, forever: bool = False
    ) -> list[UUID]:
        """Delete documents, ``forever`` also what is in the trash; give those that existed."""
        days = 0 if forever else self.days
        gone = await self._documents.delete(workspace, documents, keep_days=days, by=actor)
        if not forever:
            return gone
        return [*gone, *await self._erase(workspace, documents)]

    async def merging(self, workspace: str, document: UUID, other: UUID) -> None:
        """Keep what a document holds, before the other's bytes take its place. Raises NotFound."""
        if self.days:
            await self._trash.merging(workspace, document, other, self.days)

    async def trashed(
        self, workspace: str, limit: int, cursor: str | None = None, *, merged: bool = False
    ) -> TrashPage:
        """List what can come back, the latest deleted first; ``merged`` only what was merged.

        Raises InvalidInput for a foreign cursor.
        """
        return await self._trash.find(workspace, limit=limit, cursor=cursor, merged=merged)

    async def restore(self, workspace: str, document: UUID) -> Receipt:
        """Accept the newest version of a deleted document again, under its source.

        The document that it was merged into gets back what it held, unless it changed since.
        Accepted before it leaves the trash: killed in between, the same call goes on. Raises
        NotFound, and Conflict when the source was sent again since.
        """
        kept = await self._trash.get(workspace, document)
        if kept.taken is not None:
            raise Conflict(
                f"The source of the deleted document was sent again: it is {kept.taken} now.",
                "Delete that one first, or leave the deleted one where it is.",
            )
        if kept.merged is not None:
            await self._split(workspace, kept.arrival, kept.merged)
        (receipt,) = await self._documents.accept(workspace, [kept.arrival])
        await self._erase(workspace, [document])
        return receipt

    async def step(self) -> None:
        """Forget what is past its time: a duty of the sweep."""
        await self._remove(await self._trash.expire())

    async def _split(self, workspace: str, given: Arrival, merged: Merged) -> None:
        """Give a document back what it held, if it still holds what was merged into it."""
        page = await self._documents.find(workspace, limit=1, ids=[merged.document])
        if [record.sha256 for record in page.items] == [given.sha256]:
            source = page.items[0].source
            await self._documents.accept(workspace, [replace(merged.before, source=source)])

    async def _erase(self, workspace: str, documents: Sequence[UUID]) -> list[UUID]:
        erased, blobs = await self._trash.erase(workspace, documents)
        await self._remove(blobs)
        return erased

    async def _remove(self, blobs: Sequence[str]) -> None:
        for blob in blobs:
            await self._blobs.delete(blob)
