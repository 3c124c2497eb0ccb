"""Discard: delete documents, keep for a while what brings them back, and bring them back."""

from collections.abc import Sequence
from uuid import UUID

from contracts.blobs import Blobs
from contracts.errors import Conflict
from contracts.record import Documents, Receipt
from contracts.trash import Trash, Trashed


class Discard:
    """Use case: deleted documents leave the record and the panels at once.

    For ``days`` their newest bytes stay in the trash, and what comes back is accepted as new work;
    0 keeps nothing.
    """

    def __init__(self, documents: Documents, trash: Trash, blobs: Blobs, *, days: int) -> None:
        self._documents = documents
        self._trash = trash
        self._blobs = blobs
        self._days = days

    async def __call__(
        self, workspace: str, documents: Sequence[UUID], *, forever: bool = False
    ) -> list[UUID]:
        """Delete documents, ``forever`` also what is in the trash; give those that existed."""
        days = 0 if forever else self._days
        gone = await self._documents.delete(workspace, documents, keep_days=days)
        if not forever:
            return gone
        trashed, blobs = await self._trash.erase(workspace, documents)
        await self._remove(blobs)
        return [*gone, *trashed]

    async def trashed(self, workspace: str, limit: int) -> list[Trashed]:
        """List what can come back, the latest deleted first."""
        return await self._trash.find(workspace, limit=limit)

    async def restore(self, workspace: str, document: UUID) -> Receipt:
        """Accept the newest version of a deleted document again, under its source.

        Accepted before it leaves the trash: killed in between, the same call goes on. Raises
        NotFound, and Conflict when the source was sent again since.
        """
        kept = await self._trash.get(workspace, document)
        if kept.taken is not None:
            raise Conflict(
                f"The source of the deleted document was sent again: it is {kept.taken} now.",
                "Delete that one first, or leave the deleted one where it is.",
            )
        (receipt,) = await self._documents.accept(workspace, [kept.arrival])
        await self._trash.erase(workspace, [document])
        return receipt

    async def step(self) -> None:
        """Forget what is past its time: a duty of the sweep."""
        await self._remove(await self._trash.expire())

    async def _remove(self, blobs: Sequence[str]) -> None:
        for blob in blobs:
            await self._blobs.delete(blob)
