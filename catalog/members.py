"""PostgresMembers: documents that lie inside others."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Final
from uuid import UUID

from catalog import ledger_queries
from catalog.accepting import Accept, Place
from catalog.connections import Connection, Connections
from catalog.deleting import LOCK_MEMBERS, delete
from catalog.jobs import Jobs
from contracts.errors import NotFound
from contracts.members import Nesting
from contracts.nouns import VersionRef
from contracts.record import Arrival, Receipt

_NESTING: Final = """
SELECT d.depth, count(v.document), coalesce(sum(v.stop - v.start), 0)::bigint
FROM catalog.document d
LEFT JOIN catalog.document m
    ON m.top = coalesce(d.top, d.id) AND m.deleted IS NULL AND m.parent <> d.id
LEFT JOIN catalog.version v ON v.document = m.id AND v.number = m.newest
WHERE d.id = %(document)s
GROUP BY d.id
"""
# First, for the snapshot of the next one: whoever cancels the version holds the same lock.
_LOCK: Final = "SELECT FROM catalog.document WHERE id = %(document)s FOR UPDATE"
# Whoever deletes the document or opens another version of it waits for the end of this one.
_OPEN: Final = """
UPDATE catalog.document SET opened = %(number)s
WHERE id = %(document)s AND deleted IS NULL AND opened <= %(number)s AND NOT EXISTS (
    SELECT FROM catalog.version
    WHERE document = %(document)s AND number = %(number)s AND state = 'cancelled')
RETURNING workspace, coalesce(top, id), depth
"""
# A member that came back from the trash stands by itself until then, with what lies in it.
_ADOPT: Final = """
WITH adopted AS (
    UPDATE catalog.document SET parent = %(parent)s, top = %(top)s, depth = %(depth)s
    WHERE id = ANY (%(documents)s::uuid[]) AND parent IS NULL AND deleted IS NULL
    RETURNING id
)
UPDATE catalog.document d SET top = %(top)s, depth = d.depth + %(depth)s
FROM adopted WHERE d.top = adopted.id
"""


class PostgresMembers:
    """The members port on PostgreSQL."""

    def __init__(self, connections: Connections, jobs: Jobs) -> None:
        self._connections = connections
        self._jobs = jobs
        self._accept = Accept(connections, jobs)

    async def nesting(self, document: UUID) -> Nesting:
        """Tell where a document stands."""
        async with self._connections.session() as connection:
            cursor = await connection.execute(_NESTING, {"document": document})
            row = await cursor.fetchone()
        if row is None:
            raise NotFound(f"There is no document {document}.", "List the documents to find it.")
        return Nesting(*row)

    async def enclose(self, parent: VersionRef, arrivals: Sequence[Arrival]) -> list[Receipt]:
        """Accept all that lies in a version as its members, and delete what no longer does."""

        async def attempt(connection: Connection) -> list[Receipt]:
            values = {"document": parent.document, "number": parent.number}
            await connection.execute(_LOCK, values)
            row = await (await connection.execute(_OPEN, values)).fetchone()
            if row is None:
                return []
            workspace, top, depth = row
            place = Place(parent.document, top, depth + 1)
            receipts = await self._accept.within(connection, workspace, arrivals, place)
            cursor = await connection.execute(LOCK_MEMBERS, {"parents": [parent.document]})
            kept = {receipt.ref.document for receipt in receipts}
            await connection.execute(_ADOPT, asdict(place) | {"documents": list(kept)})
            lost = [member[0] async for member in cursor if member[0] not in kept]
            await delete(connection, self._jobs, workspace, lost)
            return receipts

        return await self._accept.insist(attempt)

    async def unnamed(self, blobs: Collection[str]) -> list[str]:
        """Give those of the blobs that no version names."""
        if not blobs:
            return []
        async with self._connections.session() as connection:
            cursor = await connection.execute(ledger_queries.UNNAMED_BLOBS, (sorted(blobs),))
            return [row[0] async for row in cursor]
