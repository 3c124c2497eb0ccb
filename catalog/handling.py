"""PostgresHandling: what people order about documents on their way."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from catalog import deleting
from catalog.connections import Connections
from catalog.documents_queries import LOCK_CHOSEN
from catalog.jobs import LATER, SOON, Jobs
from catalog.settings import settled
from contracts.handling import RETRIABLE
from contracts.record import VersionState

TOGETHER = 1000
"""Documents per transaction."""
ASKED = 32
"""Documents that a person looks at one by one, at most; more let uploads pass."""

_CHOSEN: Final = """
SELECT d.id FROM catalog.document d
JOIN catalog.version v ON v.document = d.id AND v.number = d.newest
WHERE d.workspace = %(workspace)s AND d.deleted IS NULL AND v.state = ANY (%(states)s::text[])
  AND (%(reason)s::text IS NULL OR v.reason = %(reason)s)
  AND (%(documents)s::uuid[] IS NULL OR d.id = ANY (%(documents)s))
ORDER BY d.id
"""
_UNDER_WAY: Final = """
SELECT count(*) FROM (
    SELECT FROM catalog.version WHERE state IN ('accepted', 'processing') LIMIT %s
) AS counted
"""
# The documents are locked: what is cancelled, retried, deleted or sent anew happens one by one.
_RETRY: Final = """
WITH again AS (
    UPDATE catalog.version v
    SET state = 'accepted', reason = NULL, detail = NULL, stage = '', done = 0, total = 0,
        crashes = 0, updated = now()
    FROM catalog.document d
    WHERE d.id = ANY (%(documents)s::uuid[]) AND v.document = d.id AND v.number = d.newest
      AND v.state = ANY (%(states)s::text[])
      AND (%(reason)s::text IS NULL OR v.reason = %(reason)s)
    RETURNING v.document, v.number
), unread AS (
    DELETE FROM catalog.reading r USING again
    WHERE r.document = again.document AND r.number = again.number
), unsettled AS (
    DELETE FROM catalog.settled s USING again
    WHERE s.document = again.document AND s.number = again.number
), due AS (
    UPDATE catalog.ledger l
    SET wanted = 'live', due = 'infinity', attempts = 0, error = NULL, misses = 0,
        reached = CASE l.reached WHEN 'absent' THEN 'nothing' ELSE l.reached END
    FROM again WHERE l.document = again.document AND l.number = again.number
), woken AS (SELECT catalog.wake(array_agg(document)) FROM again)
SELECT document FROM again, woken ORDER BY document
"""
_CANCEL: Final = """
WITH stopped AS (
    UPDATE catalog.version
    SET state = 'cancelled', stage = '', done = 0, total = 0, crashes = 0, updated = now()
    WHERE document = ANY (%(documents)s::uuid[]) AND state IN ('accepted', 'processing')
      AND NOT shown
    RETURNING document, number
), unwanted AS (
    UPDATE catalog.ledger l
    SET wanted = 'absent', due = 'infinity', misses = 0, attempts = 0, error = NULL
    FROM stopped WHERE l.document = stopped.document AND l.number = stopped.number
), woken AS (SELECT catalog.wake(array_agg(document)) FROM stopped)
SELECT DISTINCT document FROM stopped, woken ORDER BY document
"""


class PostgresHandling:
    """The handling port on PostgreSQL."""

    def __init__(self, connections: Connections, jobs: Jobs) -> None:
        self._connections = connections
        self._jobs = jobs

    async def retry(
        self,
        workspace: str,
        documents: Sequence[UUID] | None = None,
        *,
        states: Collection[VersionState] = RETRIABLE,
        reason: str | None = None,
    ) -> list[UUID]:
        """Turn ended newest versions back to accepted, in transactions of a thousand."""
        wanted = {"states": sorted(RETRIABLE & set(states)), "reason": reason}
        named = None if documents is None else list(documents)
        values = wanted | {"workspace": workspace, "documents": named}
        async with self._connections.session() as connection:
            cursor = await connection.execute(_CHOSEN, values)
            chosen = [row[0] async for row in cursor]
        again: list[UUID] = []
        for start in range(0, len(chosen), TOGETHER):
            some = chosen[start : start + TOGETHER]
            again += await self._order(_RETRY, workspace, some, wanted)
        return again

    async def cancel(self, workspace: str, documents: Sequence[UUID]) -> list[UUID]:
        """End what is waiting or in work, and queue its removal."""
        stopped: list[UUID] = []
        for start in range(0, len(documents), TOGETHER):
            some = documents[start : start + TOGETHER]
            stopped += await self._order(_CANCEL, workspace, some, {}, with_members=True)
        return stopped

    async def under_way(self, limit: int) -> int:
        """Count by the index of states; 200,000 rows take some 20 ms."""
        async with self._connections.session() as connection:
            row = await (await connection.execute(_UNDER_WAY, (limit,))).fetchone()
        return row[0] if row else 0

    async def _order(
        self,
        order: LiteralString,
        workspace: str,
        documents: Sequence[UUID],
        values: Mapping[str, Any],
        *,
        with_members: bool = False,
    ) -> list[UUID]:
        """Give an order about documents of the workspace, with its jobs, in one transaction."""
        chosen = {"workspace": workspace, "documents": list(documents)}
        async with settled(self._connections) as connection:
            cursor = await connection.execute(LOCK_CHOSEN, chosen)
            locked = [row[0] async for row in cursor]
            if with_members:
                locked = await deleting.with_members(connection, locked)
            cursor = await connection.execute(order, {**values, "documents": locked})
            obeyed = [row[0] async for row in cursor]
            priority = SOON if len(obeyed) <= ASKED else LATER
            await self._jobs.defer(connection, obeyed, workspace=workspace, priority=priority)
        return obeyed
