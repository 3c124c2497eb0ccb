"""PostgresWatch: progress pushed by LISTEN/NOTIFY over one connection for all followers."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

import psycopg

from catalog.connections import Connections
from catalog.documents import PostgresDocuments
from contracts.errors import CatalogUnavailable, NotFound
from contracts.record import FINAL, DocumentRecord

_LISTEN: Final = "LISTEN diptych_progress"
_RECONNECT_SECONDS = 1.0
_PROBE_SECONDS = 15.0
"""A silent connection is asked this often whether it still lives."""

logger = logging.getLogger(__name__)


class PostgresWatch:
    """The watch port on PostgreSQL; it listens while anybody follows."""

    def __init__(self, connections: Connections, documents: PostgresDocuments) -> None:
        self._connections = connections
        self._documents = documents
        self._followers: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None

    async def follow(self, workspace: str, document: UUID) -> AsyncIterator[DocumentRecord]:
        """Yield the record now and at each change, ending with a final state or a deletion.

        While the catalog is out of reach the follower waits; changes missed meanwhile are seen
        at the reconnection.
        """
        changed = asyncio.Event()
        self._followers[document].add(changed)
        try:
            self._listen()
            record = await self._documents.get(workspace, document)
            yield record
            while record.state not in FINAL:
                await changed.wait()
                changed.clear()
                try:
                    now = await self._documents.get(workspace, document)
                except NotFound:
                    return
                except CatalogUnavailable:
                    continue
                if now != record:
                    record = now
                    yield record
        finally:
            self._followers[document].discard(changed)
            if not self._followers[document]:
                del self._followers[document]

    async def close(self) -> None:
        """Stop listening."""
        if self._listener:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    def _listen(self) -> None:
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._keep_listening(), name="watch")

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._relay()
            except (psycopg.Error, CatalogUnavailable) as error:
                logger.info("The progress channel was lost and will be opened again: %s", error)
                await asyncio.sleep(_RECONNECT_SECONDS)

    async def _relay(self) -> None:
        """Wake followers for as long as the connection lives."""
        async with await self._connections.connect() as connection:
            await connection.execute(_LISTEN)
            self._wake(list(self._followers))
            while True:
                async for message in connection.notifies(timeout=_PROBE_SECONDS):
                    self._wake([UUID(one) for one in message.payload.split(",")])
                await connection.execute("SELECT 1")

    def _wake(self, documents: list[UUID]) -> None:
        for document in documents:
            for changed in self._followers.get(document, ()):
                changed.set()
