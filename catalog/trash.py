"""PostgresTrash: what was deleted and is kept for a while."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from catalog import ledger_queries, locks
from catalog.connections import Connection, Connections
from contracts.errors import NotFound
from contracts.record import Arrival
from contracts.trash import Trashed

# Only the documents that were named: what lies in them is found again when they are read.
_KEEP: Final = """
INSERT INTO catalog.trash (document, workspace, source, title, filename, sha256, blob, start, stop,
                           media_type, metadata, until)
SELECT d.id, d.workspace, d.source, coalesce(r.title, v.filename), v.filename, v.sha256, v.blob,
       v.start, v.stop, v.media_type, v.metadata, now() + make_interval(days => %(days)s)
FROM catalog.document d
JOIN catalog.version v ON v.document = d.id AND v.number = d.newest
LEFT JOIN catalog.reading r ON r.document = v.document AND r.number = v.number
WHERE d.id = ANY (%(documents)s::uuid[])
ON CONFLICT DO NOTHING
"""
_TRASHED: Final = """
SELECT t.document, t.title, t.deleted, t.until, taken.id, t.source, t.filename, t.sha256, t.blob,
       t.start, t.stop, t.media_type, t.metadata
FROM catalog.trash t
LEFT JOIN catalog.document taken
    ON taken.workspace = t.workspace AND taken.source_key = sha256(convert_to(t.source, 'UTF8'))
   AND taken.deleted IS NULL AND taken.sha256 <> t.sha256
WHERE t.workspace = %(workspace)s AND t.until > now()
"""
_FIND: Final = _TRASHED + "ORDER BY t.deleted DESC, t.document LIMIT %(limit)s"
_GET: Final = _TRASHED + "AND t.document = %(document)s"
_ERASE: Final = """
DELETE FROM catalog.trash WHERE workspace = %(workspace)s AND document = ANY (%(documents)s::uuid[])
RETURNING document, blob
"""
_EXPIRE: Final = """
DELETE FROM catalog.trash WHERE document IN (
    SELECT document FROM catalog.trash WHERE until <= now() ORDER BY until LIMIT 1000)
RETURNING document, blob
"""


async def keep(connection: Connection, documents: Sequence[UUID], days: int) -> None:
    """Keep documents that are being deleted, in the caller's transaction."""
    await connection.execute(_KEEP, {"documents": list(documents), "days": days})


class PostgresTrash:
    """The trash port on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def find(self, workspace: str, *, limit: int) -> list[Trashed]:
        """List what can come back, the latest deleted first."""
        async with self._connections.session() as connection:
            values = {"workspace": workspace, "limit": limit}
            rows = await (await connection.execute(_FIND, values)).fetchall()
        return [_trashed(row) for row in rows]

    async def get(self, workspace: str, document: UUID) -> Trashed:
        """Give what can come back."""
        async with self._connections.session() as connection:
            values = {"workspace": workspace, "document": document}
            row = await (await connection.execute(_GET, values)).fetchone()
        if row is None:
            raise NotFound(
                f"The document {document} is not in the trash of this workspace.",
                "List what is there; what was erased or is past its time cannot come back.",
            )
        return _trashed(row)

    async def erase(
        self, workspace: str, documents: Sequence[UUID]
    ) -> tuple[list[UUID], list[str]]:
        """Forget documents for good."""
        if not documents:
            return [], []
        values = {"workspace": workspace, "documents": list(documents)}
        async with self._connections.transaction() as connection:
            return await _forget(connection, _ERASE, values)

    async def expire(self) -> list[str]:
        """Forget what is past its time, some at a time."""
        async with self._connections.transaction() as connection:
            return (await _forget(connection, _EXPIRE, {}))[1]


async def _forget(
    connection: Connection, query: Any, values: dict[str, Any]
) -> tuple[list[UUID], list[str]]:
    """Drop rows; of two who drop the last two users of a blob, the second sees that."""
    await connection.execute(locks.HOLD, (locks.CLASS, locks.GONE))
    rows = await (await connection.execute(query, values)).fetchall()
    blobs = sorted({blob for _, blob in rows})
    cursor = await connection.execute(ledger_queries.UNNAMED_BLOBS, (blobs,))
    return [document for document, _ in rows], [row[0] async for row in cursor]


def _trashed(row: Sequence[Any]) -> Trashed:
    document, title, deleted, until, taken, *arrived = row
    return Trashed(document, title, Arrival(*arrived), deleted, until, taken)
