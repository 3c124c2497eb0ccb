"""Leases: which worker has a document in hand, as advisory locks that end with its connection."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg

from catalog import ledger_queries as queries
from catalog import locks
from catalog.connections import Connection, Connections, check
from catalog.failures import translated


class Leases:
    """Session locks of all claims of this process on one connection.

    A lock that a session holds is granted to it again, so the documents in hand are also
    remembered here: two claims of one process exclude each other too.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()
        self._held: set[UUID] = set()

    @asynccontextmanager
    async def take(self, documents: Sequence[UUID]) -> AsyncIterator[list[UUID]]:
        """Lend those of the documents that nobody has, until the block ends."""
        wanted = sorted(set(documents) - self._held)
        self._held.update(wanted)
        try:
            connection, granted = await self._lock(wanted)
        except BaseException:
            self._held.difference_update(wanted)
            raise
        self._held.difference_update(set(wanted) - set(granted))
        try:
            yield granted
        finally:
            # A cancelled worker gives its leases back all the same.
            await asyncio.shield(asyncio.ensure_future(self._unlock(connection, granted)))

    async def close(self) -> None:
        """Give back the connection, and with it every lock."""
        if self._connection:
            await self._connection.close()

    async def _lock(self, documents: list[UUID]) -> tuple[Connection | None, list[UUID]]:
        if not documents:
            return None, []
        values = (documents, [locks.lease(document) for document in documents])
        with translated():
            async with self._turn, asyncio.timeout(self._connections.patience):
                connection = await self._connected()
                try:
                    cursor = await connection.execute(queries.TRY_LOCKS, values)
                    return connection, [row[0] for row in await cursor.fetchall()]
                except BaseException:
                    # Which locks were granted is not known: ending the session frees them all.
                    await connection.close()
                    raise

    async def _connected(self) -> Connection:
        """Give the connection, or a new one when the server closed it."""
        if self._connection and not self._connection.closed:
            try:
                await check(self._connection)
            except psycopg.OperationalError:
                await self._connection.close()
        if self._connection is None or self._connection.closed:
            self._connection = await self._connections.connect()
        return self._connection

    async def _unlock(self, connection: Connection | None, documents: list[UUID]) -> None:
        try:
            if connection and documents and not connection.closed:
                async with self._turn, asyncio.timeout(self._connections.patience):
                    await connection.execute(
                        queries.UNLOCK, ([locks.lease(document) for document in documents],)
                    )
        except (psycopg.Error, TimeoutError):
            await connection.close() if connection else None  # frees the locks as well
        finally:
            self._held.difference_update(documents)
