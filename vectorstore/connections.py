"""Connections to the panel's PostgreSQL: one pool, bounded waits, translated errors."""

import asyncio
import os
import select
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias

from psycopg import AsyncConnection, BaseConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from vectorstore.failures import translated

Connection: TypeAlias = AsyncConnection[tuple[Any, ...]]

CONNECT_SECONDS = 3
POOL_SECONDS = 10.0
"""Longest wait for a connection while others are in use."""
IDLE_POOL_SECONDS = 0.5
"""Longest wait while none is in use: then nothing but the server can be in the way."""
READ_SECONDS = 5.0
WRITE_SECONDS = 120.0

_SERVER_SETTINGS = (
    "-c search_path=panel,public -c jit=off "  # compiling a query of milliseconds costs more
    f"-c statement_timeout={WRITE_SECONDS:.0f}s "
    "-c idle_in_transaction_session_timeout=60s -c client_connection_check_interval=5s"
)


def bounded(url: str) -> str:
    """Give the connection string with limits on every kind of waiting."""
    own = conninfo_to_dict(url).get("options")
    return make_conninfo(
        url,
        options=f"{_SERVER_SETTINGS} {own or ''}".strip(),
        connect_timeout=CONNECT_SECONDS,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=20_000,
        application_name="diptych-panel",
    )


class Connections:
    """A pool of connections, opened by its first use; each is lent for one verb."""

    def __init__(self, url: str, size: int) -> None:
        self._conninfo = bounded(url)
        self._in_use = 0
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            self._conninfo,
            connection_class=AsyncConnection[tuple[Any, ...]],
            kwargs={"autocommit": True},
            min_size=1,
            max_size=size,
            open=False,
            max_idle=60.0,
            # Short rounds of reconnecting: a new request starts the next round at once, where a
            # long round may sleep for minutes after the server is back.
            reconnect_timeout=CONNECT_SECONDS,
            check=_check,
        )

    async def close(self) -> None:
        """Give back all connections."""
        await self._pool.close()

    @asynccontextmanager
    async def lend(self, seconds: float) -> AsyncIterator[Connection]:
        """Lend a connection in autocommit, for at most ``seconds``; then its socket is shut.

        Shutting it is what ends a wait for a server that is paused and will never answer.
        """
        with translated():
            connection = await self._get()
            self._in_use += 1
            deadline = asyncio.get_running_loop().call_later(seconds, hang_up, connection)
            try:
                yield connection
            finally:
                deadline.cancel()
                self._in_use -= 1
                await self._pool.putconn(connection)

    async def _get(self) -> Connection:
        await self._pool.open()
        if self._in_use:
            return await self._pool.getconn(POOL_SECONDS)
        try:
            return await self._pool.getconn(IDLE_POOL_SECONDS)
        except PoolTimeout:
            # The pool does not tell why; an attempt of one's own fails at once with the reason.
            await (await AsyncConnection.connect(self._conninfo)).close()
            return await self._pool.getconn(POOL_SECONDS)

    @asynccontextmanager
    async def transaction(self, seconds: float) -> AsyncIterator[Connection]:
        """Lend a connection whose statements commit together, or not at all."""
        async with self.lend(seconds) as connection:
            async with connection.transaction():
                yield connection


def hang_up(connection: BaseConnection[Any]) -> None:
    """End whatever waits on a connection: the wait fails as if the server had gone."""
    with suppress(OSError):  # closed by itself in the meantime
        with socket.socket(fileno=os.dup(connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)


async def _check(connection: Connection) -> None:
    """Find connections that died in the pool, without a round trip for those that did not.

    An idle connection has nothing to read; after a restart of the server it has the news of
    its end, and only then the server is asked.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        await AsyncConnectionPool.check_connection(connection)
