"""Ports of how documents are handled: jobs, what people order about them, and watching.

Every verb raises CatalogUnavailable when the catalog cannot be reached.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from typing import Protocol
from uuid import UUID

from contracts.record import FINAL, DocumentRecord, VersionState

RETRIABLE = frozenset({VersionState.QUARANTINED, VersionState.CANCELLED})
"""States from which a version can be read again."""
UNDER_WAY = frozenset(VersionState) - FINAL
"""States in which a version can be stopped."""


class Handling(Protocol):
    """What people order about documents on their way; every verb acts in one workspace."""

    async def retry(
        self,
        workspace: str,
        documents: Sequence[UUID] | None = None,
        *,
        states: Collection[VersionState] = RETRIABLE,
        reason: str | None = None,
    ) -> list[UUID]:
        """Have newest versions read again that ended in one of the states, for that reason.

        Of the documents that are named, or of all; a transaction turns each back to accepted,
        with its job, and forgets what was settled about it (``Review.settle``). Gives the
        documents that are read again, all others stay as they are.
        """
        ...

    async def cancel(self, workspace: str, documents: Sequence[UUID]) -> list[UUID]:
        """End every version that is waiting or in work as cancelled, of the documents and in them.

        An earlier live version stays live; the panels follow by the ledger. What a worker began
        to publish (``Ledger.may_publish``) goes live: of the two, whoever is first wins. Gives
        the documents of which a version was cancelled.
        """
        ...

    async def under_way(self, limit: int) -> int:
        """Count versions that are waiting or in work, in all workspaces, up to a limit."""
        ...


class Watch(Protocol):
    """Follows progress without polling the database per follower."""

    def follow(self, workspace: str, document: UUID) -> AsyncIterator[DocumentRecord]:
        """Yield the record now and at each change, ending with a final state."""
        ...


class Queue(Protocol):
    """Durable jobs: each names documents to reconcile."""

    async def nudge(self, documents: Sequence[UUID]) -> None:
        """Queue documents for reconciliation, in batches.

        Uploads overtake them, but not for ever: whatever else is queued, they are done in the end.
        """
        ...

    async def work(
        self,
        handle: Callable[[Sequence[UUID]], Awaitable[None]],
        sweep: Callable[[], Awaitable[None]],
        *,
        concurrency: int,
    ) -> None:
        """Run jobs until cancelled, then finish the ones in hand.

        Jobs of a worker that died are taken over within 30 s; ``sweep`` runs about every 10 s
        in one worker at a time. A handler's Unavailable is retried with growing waits, for ever.
        Small documents that wait may be handled together, whatever calls brought them.
        """
        ...

    async def workers(self) -> int:
        """Count workers with a fresh heartbeat."""
        ...

    async def waiting(self) -> int:
        """Count jobs that are queued or running."""
        ...
