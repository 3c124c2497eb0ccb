"""PostgresTrash: what was deleted and is kept for a while."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from catalog import ledger_queries, locks
from catalog.connections import Connection, Connections
from catalog.cursors import moment, read_keys, write_keys
from catalog.plain_text import plain
from contracts.errors import NotFound
from contracts.record import Arrival
from contracts.trash import Merged, Trashed, TrashPage

# Only the documents that were named: what lies in them is found again when they are read.
_KEEP: Final = """
INSERT INTO catalog.trash (document, workspace, source, title, filename, sha256, blob, start, stop,
                           media_type, metadata, until, deleted_by)
SELECT d.id, d.workspace, d.source, coalesce(r.title, v.filename), v.filename, v.sha256, v.blob,
       v.start, v.stop, v.media_type, v.metadata, now() + make_interval(days => %(days)s),
       %(by)s
FROM catalog.document d
JOIN catalog.version v ON v.document = d.id AND v.number = d.newest
LEFT JOIN catalog.reading r ON r.document = v.document AND r.number = v.number
WHERE d.id = ANY (%(documents)s::uuid[])
ON CONFLICT DO NOTHING
"""
# A day longer than the other is in the trash. Once the document holds the other's bytes, what it
# held before stays as it was noted: whoever was killed after that comes here again.
_MERGING: Final = """
INSERT INTO catalog.merged AS m (other, document, workspace, source, filename, sha256, blob, start,
                                 stop, media_type, metadata, until)
SELECT o.id, d.id, d.workspace, d.source, v.filename, v.sha256, v.blob, v.start, v.stop,
       v.media_type, v.metadata, now() + make_interval(days => %(days)s + 1)
FROM catalog.document d
JOIN catalog.version v ON v.document = d.id AND v.number = d.newest
JOIN catalog.document o ON o.id = %(other)s AND o.workspace = d.workspace AND o.deleted IS NULL
WHERE d.id = %(document)s AND d.workspace = %(workspace)s AND d.deleted IS NULL
ON CONFLICT (other) DO UPDATE
SET (document, source, filename, sha256, blob, start, stop, media_type, metadata, until)
    = (excluded.document, excluded.source, excluded.filename, excluded.sha256, excluded.blob,
       excluded.start, excluded.stop, excluded.media_type, excluded.metadata, excluded.until)
WHERE excluded.document <> m.document
   OR excluded.sha256 <> (SELECT sha256 FROM catalog.document WHERE id = m.other)
"""
_THERE: Final = """
SELECT count(*) FROM catalog.document
WHERE id = ANY (%(documents)s::uuid[]) AND workspace = %(workspace)s AND deleted IS NULL
"""
_TRASHED: Final = """
SELECT t.document, t.title, t.deleted, t.until, taken.id, t.deleted_by, t.source, t.filename,
       t.sha256, t.blob, t.start, t.stop, t.media_type, t.metadata,
       m.document, m.source, m.filename, m.sha256, m.blob, m.start, m.stop, m.media_type,
       m.metadata
FROM catalog.trash t
LEFT JOIN catalog.merged m ON m.other = t.document
LEFT JOIN catalog.document taken
    ON taken.workspace = t.workspace AND taken.source_key = sha256(convert_to(t.source, 'UTF8'))
   AND taken.deleted IS NULL AND taken.sha256 <> t.sha256
WHERE t.workspace = %(workspace)s AND t.until > now()
"""
_FIND: Final = (
    _TRASHED
    + """
  AND (t.deleted, t.document) < (%(deleted)s, %(document)s)
  AND (NOT %(merged)s OR m.other IS NOT NULL)
ORDER BY t.deleted DESC, t.document DESC LIMIT %(limit)s
"""
)
_LATEST: Final = datetime.max.replace(tzinfo=UTC), UUID(int=0)
_GET: Final = _TRASHED + "AND t.document = %(document)s"
_ERASE: Final = """
WITH gone AS (
    DELETE FROM catalog.trash
    WHERE workspace = %(workspace)s AND document = ANY (%(documents)s::uuid[])
    RETURNING document, blob
), before AS (
    DELETE FROM catalog.merged
    WHERE workspace = %(workspace)s
      AND (other = ANY (%(documents)s::uuid[]) OR document = ANY (%(documents)s::uuid[]))
    RETURNING blob
)
SELECT document, blob FROM gone UNION ALL SELECT NULL, blob FROM before
"""
_EXPIRE: Final = """
WITH gone AS (
    DELETE FROM catalog.trash WHERE document IN (
        SELECT document FROM catalog.trash WHERE until <= now() ORDER BY until LIMIT 1000)
    RETURNING document, blob
), before AS (
    DELETE FROM catalog.merged
    WHERE until <= now() OR other IN (SELECT document FROM gone)
    RETURNING blob
)
SELECT document, blob FROM gone UNION ALL SELECT NULL, blob FROM before
"""


async def keep(connection: Connection, documents: Sequence[UUID], days: int, by: str) -> None:
    """Keep documents that are being deleted, in the caller's transaction."""
    values = {"documents": list(documents), "days": days, "by": plain(by)}
    await connection.execute(_KEEP, values)


class PostgresTrash:
    """The trash port on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def merging(self, workspace: str, document: UUID, other: UUID, days: int) -> None:
        """Keep what a document holds now; of two that decide at once the later one counts."""
        values = {"workspace": workspace, "document": document, "other": other, "days": days}
        async with self._connections.transaction() as connection:
            await connection.execute(_MERGING, values)
            there = {"workspace": workspace, "documents": [document, other]}
            if await (await connection.execute(_THERE, there)).fetchone() != (2,):
                raise NotFound(
                    "One of the two documents is not in this workspace.",
                    "List the documents to see which there are.",
                )

    async def find(
        self, workspace: str, *, limit: int, cursor: str | None = None, merged: bool = False
    ) -> TrashPage:
        """List what can come back, the latest deleted first, by keyset."""
        deleted, document = _LATEST if cursor is None else read_keys(cursor, moment, UUID)
        values = {
            "workspace": workspace,
            "deleted": deleted,
            "document": document,
            "merged": merged,
            "limit": limit + 1,
        }
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_FIND, values)).fetchall()
        page = tuple(map(_trashed, rows[:limit]))
        more = len(rows) > limit and page
        after = write_keys(page[-1].deleted.isoformat(), page[-1].document) if more else None
        return TrashPage(page, after)

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
    return [document for document, _ in rows if document], [row[0] async for row in cursor]


def _trashed(row: Sequence[Any]) -> Trashed:
    document, title, deleted, until, taken, by = row[:6]
    merged = None if row[14] is None else Merged(row[14], Arrival(*row[15:]))
    return Trashed(document, title, Arrival(*row[6:14]), deleted, until, taken, by, merged)
