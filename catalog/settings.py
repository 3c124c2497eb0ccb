"""Settings at run time: one change at a time, each with its audit row, in one transaction."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from catalog import locks
from catalog.connections import Connection, Connections
from catalog.plain_text import plain
from contracts.errors import SetupFailed
from contracts.nouns import Json
from contracts.policy import Change

_LONG_SECONDS = 600.0
"""A change may write rows for every version: 200,000 rows take six seconds."""
_TAKE_YOUR_TIME: Final = "SET LOCAL statement_timeout = '10min'"
_NOTE: Final = """
INSERT INTO catalog.audit (actor, action, subject, before, after, forced, reasons)
VALUES (%s, %s, %s, %s::json, %s::json, %s, %s::text[])
"""
LOCK_LEDGER: Final = "LOCK TABLE catalog.ledger IN SHARE ROW EXCLUSIVE MODE"
"""Before rows are changed in bulk: in whatever order others write them, nobody gets stuck."""


@asynccontextmanager
async def changing(connections: Connections) -> AsyncIterator[Connection]:
    """Lend a transaction in which the rows that every version has may change."""
    async with connections.transaction(_LONG_SECONDS) as connection:
        await connection.execute(_TAKE_YOUR_TIME)
        await connection.execute(locks.HOLD, (locks.CLASS, locks.SETTINGS))
        yield connection


@asynccontextmanager
async def settled(connections: Connections) -> AsyncIterator[Connection]:
    """Lend a transaction that writes versions: what rows each has does not change meanwhile."""
    async with connections.transaction() as connection:
        await connection.execute(locks.SHARE, (locks.CLASS, locks.SETTINGS))
        yield connection


async def note(
    connection: Connection, change: Change, action: str, subject: str, before: Json, after: Json
) -> None:
    """Add the audit row of a change to its transaction."""
    values = (plain(change.actor), action, subject, json.dumps(before), json.dumps(after))
    reasons = [plain(reason) for reason in change.reasons]
    await connection.execute(_NOTE, (*values, change.forced, reasons))


def no_generation() -> SetupFailed:
    """Give the error for a record that no process has opened for work yet."""
    return SetupFailed(
        "The record has no embedding model yet.", "Start the service once: it notes its model."
    )
