"""PostgresPersonalCounts: what versions tell of people, in numbers."""

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from catalog.connections import Connections
from catalog.cursors import read_cursor, write_cursor
from catalog.plain_text import plain
from contracts.errors import NotFound
from contracts.nouns import VersionRef
from contracts.personal import (
    Occurrence,
    PersonalCount,
    PersonalDocument,
    PersonalKind,
    PersonalLevel,
    PersonalPage,
    PersonalTotals,
)

_SAVE: Final = """
INSERT INTO catalog.personal (document, number, level, found)
SELECT u.document, u.number, u.level, u.found::json
FROM unnest(%s::uuid[], %s::integer[], %s::text[], %s::text[]) AS u (document, number, level, found)
JOIN catalog.version v ON v.document = u.document AND v.number = u.number
ORDER BY u.document, u.number
FOR KEY SHARE OF v -- what is being dropped is waited for, and left out
ON CONFLICT (document, number) DO UPDATE SET level = excluded.level, found = excluded.found
"""
_GET: Final = """
SELECT position, source, document, number, found FROM catalog.personal_shown
WHERE workspace = %(workspace)s AND document = %(document)s
"""
_FIND: Final = """
SELECT position, source, document, number, found FROM catalog.personal_shown
WHERE workspace = %(workspace)s AND level = ANY (%(levels)s::text[]) AND position < %(before)s
ORDER BY position DESC LIMIT %(limit)s
"""
_MISSING: Final = """
SELECT document, number FROM catalog.personal_missing
WHERE workspace = %(workspace)s
  AND position > coalesce((SELECT position FROM catalog.document WHERE id = %(after)s), -1)
ORDER BY position LIMIT %(limit)s
"""
_TOTALS: Final = """
SELECT 'level', level, 0, count(*)
FROM catalog.personal_shown WHERE workspace = %(workspace)s GROUP BY level
UNION ALL
SELECT 'kind', key, sum((value->>0)::bigint)::bigint, count(*)
FROM catalog.personal_shown, json_each(found) WHERE workspace = %(workspace)s GROUP BY key
UNION ALL
SELECT 'missing', '', 0, count(*)
FROM catalog.personal_missing WHERE workspace = %(workspace)s
"""


class PostgresPersonalCounts:
    """Counts of personal data on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def save(self, counts: Sequence[PersonalCount]) -> None:
        """Keep counts, in the place of former ones."""
        if not counts:
            return
        columns = (
            [one.ref.document for one in counts],
            [one.ref.number for one in counts],
            [one.level for one in counts],
            [_json(one) for one in counts],
        )
        async with self._connections.session() as connection:
            await connection.execute(_SAVE, columns)

    async def get(self, workspace: str, document: UUID) -> PersonalDocument:
        """Give one document's."""
        values = {"workspace": plain(workspace), "document": document}
        async with self._connections.session() as connection:
            row = await (await connection.execute(_GET, values)).fetchone()
        if row is None:
            raise NotFound(
                f"Nothing was counted in a document {document} of this workspace.",
                "Wait until it is read; for one that was there before: diptych personal measure.",
            )
        return _document(row)

    async def find(
        self,
        workspace: str,
        *,
        limit: int,
        level: PersonalLevel | None = None,
        cursor: str | None = None,
    ) -> PersonalPage:
        """List documents that tell anything, or are of the level, newest first."""
        values = {
            "workspace": plain(workspace),
            "levels": [level] if level else [PersonalLevel.LOW, PersonalLevel.HIGH],
            "before": read_cursor(cursor),
            "limit": limit + 1,
        }
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_FIND, values)).fetchall()
        page = rows[:limit]
        following = write_cursor(page[-1][0]) if len(rows) > limit and page else None
        return PersonalPage(tuple(map(_document, page)), following)

    async def totals(self, workspace: str) -> PersonalTotals:
        """Sum up a workspace, in one statement."""
        async with self._connections.session() as connection:
            cursor = await connection.execute(_TOTALS, {"workspace": plain(workspace)})
            rows = await cursor.fetchall()
        return PersonalTotals(
            levels={PersonalLevel(key): many for what, key, _, many in rows if what == "level"},
            kinds={
                PersonalKind(key): (total, many)
                for what, key, total, many in rows
                if what == "kind"
            },
            unmeasured=next(many for what, _, _, many in rows if what == "missing"),
        )

    async def unmeasured(
        self, workspace: str, limit: int, after: UUID | None = None
    ) -> list[VersionRef]:
        """Give live versions that were never counted, by keyset."""
        values = {"workspace": plain(workspace), "limit": limit, "after": after}
        async with self._connections.session() as connection:
            return [VersionRef(*row) async for row in await connection.execute(_MISSING, values)]


def _json(one: PersonalCount) -> str:
    return json.dumps({kind: [seen.count, seen.pages] for kind, seen in one.found.items()})


def _document(row: Sequence[Any]) -> PersonalDocument:
    """Read a document's count as the table keeps it."""
    _, source, document, number, found = row
    kinds = {
        PersonalKind(kind): Occurrence(count, tuple(pages))
        for kind, (count, pages) in found.items()
    }
    return PersonalDocument(source, PersonalCount(VersionRef(document, number), kinds))
