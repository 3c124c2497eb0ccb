"""The port of the trash: deleted documents whose bytes are kept for a while.

A deleted document leaves the record and the panels at once, whatever is kept here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from contracts.record import Arrival


@dataclass(frozen=True, slots=True)
class Trashed:
    """A deleted document: what its newest version was accepted as, and until when it is kept.

    ``by`` deleted it. ``taken`` is the document that has its source since then, with other bytes.
    """

    document: UUID
    title: str
    arrival: Arrival
    deleted: datetime
    until: datetime
    taken: UUID | None = None
    by: str = ""
    merged: "Merged | None" = None


@dataclass(frozen=True, slots=True)
class Merged:
    """Where a document went that was merged into another, and what that one held before."""

    document: UUID
    before: Arrival


@dataclass(frozen=True, slots=True)
class TrashPage:
    """One page of the trash; ``cursor`` gives the next, None at the end."""

    items: tuple[Trashed, ...]
    cursor: str | None


class Trash(Protocol):
    """What ``Documents.delete`` kept; every verb raises CatalogUnavailable."""

    async def merging(self, workspace: str, document: UUID, other: UUID, days: int) -> None:
        """Keep what a document holds now, before the other's bytes become its newest version.

        For as long as the other is in the trash, or for days if it never gets there. Nothing is
        noted once the document holds the other's bytes. Raises NotFound unless both are there.
        """
        ...

    async def find(
        self, workspace: str, *, limit: int, cursor: str | None = None, merged: bool = False
    ) -> TrashPage:
        """List what can come back, the latest deleted first; ``merged`` only what was merged.

        Raises InvalidInput for a foreign cursor.
        """
        ...

    async def get(self, workspace: str, document: UUID) -> Trashed:
        """Give what can come back. Raises NotFound, also for what is past its time."""
        ...

    async def erase(
        self, workspace: str, documents: Sequence[UUID]
    ) -> tuple[list[UUID], list[str]]:
        """Forget documents for good; give those that were there, and blobs nothing names now.

        Also what they held before another one was merged into them.
        """
        ...

    async def expire(self) -> list[str]:
        """Forget what is past its time; give blobs that nothing names any more."""
        ...
