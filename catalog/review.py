"""PostgresReview: everything that waits for a person, as one list."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from catalog import review_queries as queries
from catalog.connections import Connections
from catalog.cursors import read_cursor, write_cursor
from catalog.plain_text import plain
from catalog.quality import reasons
from catalog.settings import note
from contracts.errors import InvalidInput, NotFound
from contracts.likeness import Side
from contracts.policy import Change
from contracts.review import Matter, ReviewEntry, ReviewPage, ReviewSource

_ORDER = list(ReviewSource)


class PostgresReview:
    """The Review port on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def find(
        self,
        workspace: str,
        *,
        limit: int,
        cursor: str | None = None,
        source: ReviewSource | None = None,
    ) -> ReviewPage:
        """List documents about which anything waits, by keyset."""
        values: dict[str, Any] = {
            "workspace": plain(workspace),
            "source": source,
            "before": read_cursor(cursor),
            "limit": limit + 1,
        }
        async with self._connections.session() as connection:
            found = await (await connection.execute(queries.PAGE, values)).fetchall()
            page = found[:limit]
            values["documents"] = [document for _, document in page]
            rows = await (await connection.execute(queries.OF, values)).fetchall() if page else []
        following = write_cursor(page[-1][0]) if len(found) > limit and page else None
        return ReviewPage(tuple(_entries(rows)), following)

    async def counts(self, workspace: str) -> Mapping[ReviewSource, int]:
        """Count documents by source."""
        values = {"workspace": plain(workspace), "source": None}
        async with self._connections.session() as connection:
            cursor = await connection.execute(queries.COUNTS, values)
            found = {ReviewSource(source): count async for source, count in cursor}
        return {source: found.get(source, 0) for source in ReviewSource}

    async def settle(
        self, workspace: str, document: UUID, source: ReviewSource, change: Change
    ) -> None:
        """Take a matter off the list, with its audit row."""
        if source is ReviewSource.LIKENESS:
            raise InvalidInput(
                "Documents that are alike are not settled one by one.",
                "Decide on the two: merge or apart.",
            )
        values = {
            "workspace": plain(workspace),
            "source": source,
            "document": document,
            "actor": plain(change.actor),
        }
        async with self._connections.transaction() as connection:
            row = await (await connection.execute(queries.SETTLE, values)).fetchone()
            if row is None:
                raise NotFound(
                    f"Nothing waits about a document {document} of this workspace, as {source}.",
                    "List the review to see what does.",
                )
            after = {"source": source.value, "version": row[0], "workspace": workspace}
            await note(connection, change, "review.settle", str(document), {}, after)


def _entries(rows: Sequence[Sequence[Any]]) -> list[ReviewEntry]:
    """Give each document with its matters, in the order of the rows."""
    entries = []
    for _, found in groupby(rows, key=lambda row: row[0]):
        mine = list(found)
        matters = sorted(map(_matter, mine), key=lambda matter: _ORDER.index(matter.source))
        entries.append(ReviewEntry(Side(*mine[0][:5]), mine[0][5], tuple(matters)))
    return entries


def _matter(row: Sequence[Any]) -> Matter:
    source, code, detail, told = row[6:10]
    other = Side(*row[10:]) if row[10] is not None else None
    return Matter(ReviewSource(source), code, detail, reasons(told or ()), other)
