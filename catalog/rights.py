"""Rights that one process at a time has, as advisory locks that end with their connection."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, LiteralString

from catalog import locks
from catalog.connections import Connections
from catalog.failures import translated

_TRY: Final = "SELECT pg_try_advisory_lock(%s, %s)"
_TRY_PLACE: Final = "SELECT pg_try_advisory_lock(%s, number) FROM catalog.place WHERE name = %s"


class PostgresRights:
    """Lends a right for as long as a block takes; a process that dies loses it."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def rebuilding(self) -> AbstractAsyncContextManager[bool]:
        """Lend the right to move rebuilds on; False where another process has it."""
        return self._lend(_TRY, (locks.CLASS, locks.REBUILDING))

    def gathering(self, place: str) -> AbstractAsyncContextManager[bool]:
        """Lend the right to look at a place; False where another process has it, or it is gone."""
        return self._lend(_TRY_PLACE, (locks.PLACES, place))

    @asynccontextmanager
    async def _lend(
        self, query: LiteralString, values: tuple[int, int | str]
    ) -> AsyncIterator[bool]:
        connection = await self._connections.connect()
        try:
            with translated():
                row = await (await connection.execute(query, values)).fetchone()
            yield bool(row and row[0])
        finally:
            await connection.close()
