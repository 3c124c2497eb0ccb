"""Rights that one process at a time has, as advisory locks that end with their connection."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from catalog import locks
from catalog.connections import Connections
from catalog.failures import translated

_TRY: Final = "SELECT pg_try_advisory_lock(%s, %s)"


class PostgresRights:
    """Lends a right for as long as a block takes; a process that dies loses it."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @asynccontextmanager
    async def rebuilding(self) -> AsyncIterator[bool]:
        """Lend the right to move rebuilds on; False where another process has it."""
        connection = await self._connections.connect()
        try:
            with translated():
                cursor = await connection.execute(_TRY, (locks.CLASS, locks.REBUILDING))
                row = await cursor.fetchone()
            yield bool(row and row[0])
        finally:
            await connection.close()
