"""Delete: forgets documents and all that lies inside them, in the caller's transaction."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from catalog.connections import Connection
from catalog.jobs import SOON, Jobs

LOCK_MEMBERS: Final = """
SELECT id FROM catalog.document
WHERE parent = ANY (%(parents)s::uuid[]) AND deleted IS NULL
ORDER BY id FOR UPDATE
"""
# Its snapshot has the versions of an acceptance that the locks had to wait for.
_DELETE: Final = """
WITH deleted AS (
    UPDATE catalog.document SET deleted = now() WHERE id = ANY (%(documents)s::uuid[])
    RETURNING id
), unwanted AS (
    UPDATE catalog.ledger SET wanted = 'absent', due = 'infinity', misses = 0
    WHERE document = ANY (%(documents)s::uuid[])
)
SELECT catalog.wake(array_agg(id)) FROM deleted
"""


async def with_members(connection: Connection, locked: Sequence[UUID]) -> list[UUID]:
    """Give documents that the caller has locked, and all that lies in them, locked as well.

    Level by level, from above: whoever adds members holds the lock of their parent.
    """
    every = dict.fromkeys(locked)
    level = list(every)
    while level:
        cursor = await connection.execute(LOCK_MEMBERS, {"parents": level})
        level = [row[0] async for row in cursor if row[0] not in every]
        every |= dict.fromkeys(level)
    return list(every)


async def delete(
    connection: Connection, jobs: Jobs, workspace: str, locked: Sequence[UUID]
) -> list[UUID]:
    """Forget documents for readers of the record, and queue their removal; gives all that went.

    ``locked`` are not deleted and locked by the caller.
    """
    every = await with_members(connection, locked)
    if every:
        await connection.execute(_DELETE, {"documents": every})
        await jobs.defer(connection, every, workspace=workspace, priority=SOON)
    return every
