"""The connection to Neo4j: deadlines, bounded retries, and errors in the project's words."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import LiteralString, TypeVar

from neo4j import AsyncGraphDatabase, AsyncTransaction, NotificationMinimumSeverity, Record
from neo4j.exceptions import (
    AuthError,
    ClientError,
    DatabaseError,
    DriverError,
    Forbidden,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from contracts.errors import PanelUnavailable

T = TypeVar("T")
Params = Mapping[str, object]

ATTEMPTS = 6
FIRST_PAUSE = 0.05
COLLISIONS = frozenset(
    {
        # Two writers met: the other one deleted what this one read, or created it first. All our
        # work is idempotent, so it is simply done again.
        "Neo.ClientError.Statement.EntityNotFound",
        "Neo.ClientError.Schema.ConstraintValidationFailed",
    }
)
OUTAGES = (
    "Neo.ClientError.Transaction.",
    "Neo.ClientError.Security.",
    "Neo.ClientError.Database.",
    "Neo.ClientError.Cluster.",
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase",
    "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase",
)
"""Codes by which a server that was reached says that it cannot do the work now."""
NO_INDEX = ("Neo.ClientError.Schema.IndexNotFound", "no such fulltext schema index")
"""What a search says when its index is not there: a code, and words under a code for anything."""


class Neo4jClient:
    """Runs transactions on one database; every one ends within its deadline.

    ``read_timeout`` and ``write_timeout`` are seconds for a whole transaction with its retries.
    The server is given the same limit, so that nothing abandoned goes on working there.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        *,
        database: str,
        connections: int,
        connect_timeout: float,
        read_timeout: float,
        write_timeout: float,
    ) -> None:
        self.database = database
        self._url = url
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._driver = AsyncGraphDatabase.driver(
            url,
            auth=(user, password),
            max_connection_pool_size=connections,
            connection_timeout=connect_timeout,
            connection_acquisition_timeout=max(read_timeout, connect_timeout),
            notifications_min_severity=NotificationMinimumSeverity.OFF,
            telemetry_disabled=True,
        )
        # On a cluster a read waits for the writes that this process has made before.
        self._bookmarks = AsyncGraphDatabase.bookmark_manager()

    async def read(
        self, query: LiteralString, params: Params | None = None, *, within: float | None = None
    ) -> list[Record]:
        """Run one reading statement and give its rows."""
        return await self._transact(
            "READ", lambda tx: rows(tx, query, params), within or self._read_timeout
        )

    async def scan(self, query: LiteralString, params: Params | None = None) -> list[Record]:
        """Run one reading statement of maintenance, which may take as long as a write."""
        return await self.read(query, params, within=self._write_timeout)

    async def write(self, query: LiteralString, params: Params | None = None) -> list[Record]:
        """Run one writing statement in a transaction of its own and give its rows."""
        return await self.transact(lambda tx: rows(tx, query, params))

    async def define(self, query: LiteralString, params: Params | None, *, within: float) -> None:
        """Run one statement about indexes or constraints, which may have to wait for them."""
        await self._transact("WRITE", lambda tx: rows(tx, query, params), within)

    async def transact(self, work: Callable[[AsyncTransaction], Awaitable[T]]) -> T:
        """Run idempotent work in one writing transaction."""
        return await self._transact("WRITE", work, self._write_timeout)

    async def close(self) -> None:
        """Give back the connections, without waiting long for a server that hangs."""
        try:
            async with asyncio.timeout(self._read_timeout):
                await self._driver.close()
        except (TimeoutError, DriverError, Neo4jError):
            return  # what could not be closed in order is dropped with the process's sockets

    async def _transact(
        self, access: str, work: Callable[[AsyncTransaction], Awaitable[T]], within: float
    ) -> T:
        try:
            async with asyncio.timeout(within):
                return await self._retried(access, work, within)
        except TimeoutError as error:
            raise PanelUnavailable(
                f"Neo4j at {self._url} did not answer within {within:g} s.",
                "Check that the server is not overloaded or paused; the call can be repeated.",
            ) from error
        except ValueError as error:
            if "resolve" not in str(error):
                raise
            raise self._unreachable() from error  # the driver's way of telling an unknown host
        except (DriverError, Neo4jError) as error:
            translated = self._translated(error)
            if translated is None:
                raise
            raise translated from error

    async def _retried(
        self, access: str, work: Callable[[AsyncTransaction], Awaitable[T]], within: float
    ) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._once(access, work, within)
            except (DriverError, Neo4jError) as error:
                if attempt >= _attempts_for(error):
                    raise
            pause = FIRST_PAUSE * 2 ** (attempt - 1)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, no secret
        raise AssertionError("the last attempt returns or raises")

    async def _once(
        self, access: str, work: Callable[[AsyncTransaction], Awaitable[T]], within: float
    ) -> T:
        async with self._driver.session(
            database=self.database, default_access_mode=access, bookmark_manager=self._bookmarks
        ) as session:
            async with await session.begin_transaction(timeout=within) as tx:
                result = await work(tx)
                await tx.commit()
                return result

    def _unreachable(self) -> PanelUnavailable:
        return PanelUnavailable(
            f"Neo4j at {self._url} cannot be reached.",
            "Check that the server is running and that the address is right.",
        )

    def _translated(self, error: DriverError | Neo4jError) -> PanelUnavailable | None:
        """Say in words what is wrong with the server; None for a fault of the program."""
        if isinstance(error, AuthError | Forbidden):
            return PanelUnavailable(
                f"Neo4j at {self._url} refuses the user, the password or the right to do this.",
                "Check the user and password that the service was given.",
            )
        if isinstance(error, DriverError):
            return self._unreachable()
        if any(sign in str(error) for sign in NO_INDEX):
            return PanelUnavailable(
                "The graph panel's search indexes of this generation are not there.",
                "A load or a removal is under way, else they were dropped by hand; a start of the "
                "service builds them again.",
            )
        if isinstance(error, TransientError | DatabaseError) or _is_outage(error):
            return PanelUnavailable(
                f"Neo4j at {self._url} cannot do this now: {error.message}",
                "Look at the server's log and its disk and memory; the call can be repeated.",
            )
        return None


async def rows(
    tx: AsyncTransaction, query: LiteralString, params: Params | None = None
) -> list[Record]:
    """Run a statement inside a transaction and give all its rows."""
    result = await tx.run(query, dict(params or {}))
    return [row async for row in result]


def _attempts_for(error: DriverError | Neo4jError) -> int:
    if isinstance(error, ServiceUnavailable | SessionExpired):
        return 2  # a pooled connection of a restarted server fails once; a dead server at once
    if isinstance(error, TransientError) or _code(error) in COLLISIONS:
        return ATTEMPTS
    return 1


def _is_outage(error: Neo4jError) -> bool:
    return isinstance(error, ClientError) and _code(error).startswith(OUTAGES)


def _code(error: DriverError | Neo4jError) -> str:
    return (error.code or "") if isinstance(error, Neo4jError) else ""
