"""PatientConnector: procrastinate's connector, which waits for a database that is restarting.

As shipped, a lost connection ends a worker's heartbeat and its listener for good while the
worker goes on, and a job whose end could not be written stays *doing* under a living worker,
where nobody rescues it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, LiteralString, TypeVar

import psycopg
from procrastinate import PsycopgConnector, sql
from procrastinate.connector import Notify
from procrastinate.exceptions import ConnectorException

from catalog.joining import END, GIVE_BACK

_Result = TypeVar("_Result")

_PATIENCE: Final = 20.0
_LONGER: Final = {
    # For ever: a worker without heartbeat would be taken for dead while it works.
    sql.queries["update_heartbeat"]: float("inf"),
    # Longer than the rest: when the end of a job cannot be written, the worker has ended too.
    sql.queries["finish_job"]: 60.0,
    sql.queries["retry_job"]: 60.0,
    END: 60.0,
    GIVE_BACK: 60.0,
}
_FIRST_WAIT, _LAST_WAIT = 0.1, 2.0


class PatientConnector(PsycopgConnector):
    """Repeats a query that found no database; each of procrastinate's may be repeated."""

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Run a query without result."""
        run = super().execute_query_async
        await _patiently(query, lambda: run(query, **arguments))

    async def execute_query_one_async(
        self, query: LiteralString, **arguments: Any
    ) -> dict[str, Any]:
        """Run a query for its one row."""
        run = super().execute_query_one_async
        return await _patiently(query, lambda: run(query, **arguments))

    async def execute_query_all_async(
        self, query: LiteralString, **arguments: Any
    ) -> list[dict[str, Any]]:
        """Run a query for all rows."""
        run = super().execute_query_all_async
        return await _patiently(query, lambda: run(query, **arguments))

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Listen for new jobs, again and again."""
        while True:
            try:
                await super().listen_notify(on_notification, channels)
            except ConnectorException:
                await asyncio.sleep(_LAST_WAIT)


async def _patiently(query: str, run: Callable[[], Awaitable[_Result]]) -> _Result:
    deadline = time.monotonic() + _LONGER.get(query, _PATIENCE)
    wait = _FIRST_WAIT
    while True:
        try:
            return await run()
        except ConnectorException as error:
            lost = isinstance(error.__cause__, psycopg.OperationalError)
            if not lost or time.monotonic() + wait > deadline:
                raise
        await asyncio.sleep(wait)
        wait = min(2 * wait, _LAST_WAIT)
