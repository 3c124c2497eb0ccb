"""Connections to the catalog's PostgreSQL: one pool, bounded waits, translated errors."""

import asyncio
import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool

from catalog.failures import translated

Connection: TypeAlias = AsyncConnection[tuple[Any, ...]]
Pool: TypeAlias = AsyncConnectionPool[Connection]

CONNECT_SECONDS = 5
POOL_SECONDS = 10.0
STATEMENT_SECONDS = 30
PATIENCE_SECONDS = 45.0

_SERVER_SETTINGS = (
    "-c search_path=queue,catalog,public "  # the queue's functions call each other by bare name
    # Many statements have filters that may be left out: a plan for all of them finds one document
    # among 60,000 by looking at each (60 ms instead of 1, and longer the more there are).
    "-c plan_cache_mode=force_custom_plan "
    f"-c statement_timeout={STATEMENT_SECONDS}s "
    "-c idle_in_transaction_session_timeout=60s "
    # A worker whose machine vanished must lose its locks: the server asks after 10 idle seconds.
    "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
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
        application_name="diptych",
    )


class Connections:
    """A pool of connections in autocommit, and single connections beside it.

    No caller waits much longer than ``patience`` seconds, also for a server that is paused and
    says nothing (psycopg then takes up to ten more to give the connection up).
    """

    def __init__(self, url: str, size: int, patience: float) -> None:
        self.patience = patience
        self._conninfo = bounded(url)
        self._pool = self.new_pool(size)

    def new_pool(self, size: int) -> Pool:
        """Make another pool, not yet opened, of at most ``size`` connections."""
        return AsyncConnectionPool(
            self._conninfo,
            connection_class=AsyncConnection[tuple[Any, ...]],
            configure=_configure,
            min_size=1,
            max_size=size,
            open=False,
            timeout=min(POOL_SECONDS, self.patience),
            max_idle=60.0,
            # Short rounds of reconnecting: a new request starts the next round at once, where a
            # long round may sleep for minutes after the server is back.
            reconnect_timeout=CONNECT_SECONDS,
            check=check,
        )

    async def open(self) -> None:
        """Open the pool. Raises CatalogUnavailable."""
        with translated():
            await self._pool.open(wait=True, timeout=POOL_SECONDS)

    async def close(self) -> None:
        """Give back all connections of the pool."""
        await self._pool.close()

    async def connect(self) -> Connection:
        """Open one connection beside the pool; the caller closes it."""
        with translated():
            async with asyncio.timeout(self.patience):
                return await AsyncConnection.connect(self._conninfo, autocommit=True)

    @asynccontextmanager
    async def session(self, patience: float | None = None) -> AsyncIterator[Connection]:
        """Lend a connection for one verb: each statement commits by itself."""
        with translated():
            async with asyncio.timeout(patience or self.patience):
                async with self._pool.connection() as connection:
                    yield connection

    @asynccontextmanager
    async def transaction(self, patience: float | None = None) -> AsyncIterator[Connection]:
        """Lend a connection for one verb: all its statements commit together, or none."""
        async with self.session(patience) as connection:
            async with connection.transaction():
                yield connection

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[Connection]:
        """Lend a connection in a transaction for as long as the reader takes."""
        with translated():
            async with self._pool.connection() as connection:
                async with connection.transaction():
                    yield connection


async def _configure(connection: Connection) -> None:
    """Let each statement commit by itself; not a keyword, procrastinate passes its own."""
    await connection.set_autocommit(True)


async def check(connection: Connection) -> None:
    """Raise OperationalError for a connection that died while it was idle.

    Costs no round trip for one that did not: an idle connection has nothing to read, after a
    restart of the server it has the news of its end, and only then the server is asked.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        await AsyncConnectionPool.check_connection(connection)
