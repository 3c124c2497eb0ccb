"""PostgresDocuments: accepting, listing and deleting documents."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from catalog import documents_queries as queries
from catalog import trash
from catalog.accepting import Accept
from catalog.connections import Connections
from catalog.cursors import read_cursor, write_cursor
from catalog.deleting import delete
from catalog.jobs import Jobs
from catalog.settings import settled
from contracts.errors import NotFound
from contracts.nouns import Heading, PanelName, Part, VersionRef
from contracts.record import (
    Arrival,
    DocumentPage,
    DocumentRecord,
    PanelState,
    Reached,
    Receipt,
    Slice,
    VersionState,
    Wanted,
)

_POSITION, _SLICE = 24, slice(25, 28)
"""Where a row holds what is not part of the record: its place in the list and its bytes."""


class PostgresDocuments:
    """The documents port on PostgreSQL."""

    def __init__(self, connections: Connections, jobs: Jobs) -> None:
        self._connections = connections
        self._jobs = jobs
        self._accept = Accept(connections, jobs)

    async def accept(
        self,
        workspace: str,
        arrivals: Sequence[Arrival],
        *,
        bulk: bool = False,
    ) -> list[Receipt]:
        """Write documents, versions, ledger rows and their jobs in one transaction."""
        return await self._accept(workspace, arrivals, bulk=bulk)

    async def get(self, workspace: str, document: UUID) -> DocumentRecord:
        """Give one document."""
        return _record(await self._row(workspace, document))

    async def find(
        self,
        workspace: str,
        *,
        limit: int,
        cursor: str | None = None,
        state: VersionState | None = None,
        ids: Sequence[UUID] | None = None,
        parents: Sequence[UUID] | None = None,
        members: bool = True,
    ) -> DocumentPage:
        """List documents, newest first, by keyset: page 1000 costs what page 1 does."""
        values = {
            "workspace": workspace,
            "before": read_cursor(cursor),
            "state": state,
            "ids": None if ids is None else list(ids),
            "parents": None if parents is None else list(parents),
            "limit": limit + 1,
        }
        everywhere = queries.FIND if members else queries.FIND_OUTSIDE
        query = everywhere if parents is None else queries.FIND_INSIDE
        async with self._connections.session() as connection:
            rows = await (await connection.execute(query, values)).fetchall()
        page = rows[:limit]
        following = write_cursor(page[-1][_POSITION]) if len(rows) > limit and page else None
        return DocumentPage(tuple(map(_record, page)), following)

    async def versions(self, workspace: str, document: UUID) -> list[DocumentRecord]:
        """Give every version that is still recorded, newest first."""
        values = {"workspace": workspace, "document": document}
        async with self._connections.session() as connection:
            rows = await (await connection.execute(queries.VERSIONS, values)).fetchall()
        if not rows:
            raise _not_found(document)
        return [_record(row) for row in rows]

    async def delete(
        self, workspace: str, documents: Sequence[UUID], *, keep_days: int = 0, by: str = ""
    ) -> list[UUID]:
        """Forget documents and what lies in them, and queue their removal."""
        if not documents:
            return []
        values = {"workspace": workspace, "documents": list(documents)}
        async with settled(self._connections) as connection:
            cursor = await connection.execute(queries.LOCK_CHOSEN, values)
            locked = [row[0] async for row in cursor]
            if keep_days:
                await trash.keep(connection, locked, keep_days, by)
            return await delete(connection, self._jobs, workspace, locked)

    async def original(self, workspace: str, document: UUID) -> tuple[DocumentRecord, Slice]:
        """Give where the newest version's bytes lie."""
        row = await self._row(workspace, document)
        return _record(row), Slice(*row[_SLICE])

    async def parts(self, workspace: str, ref: VersionRef) -> list[Part]:
        """Give the text that was read, part by part."""
        values = {"workspace": workspace, "document": ref.document, "number": ref.number}
        async with self._connections.session() as connection:
            rows = await (await connection.execute(queries.PARTS, values)).fetchall()
        if not rows:
            raise NotFound(
                f"There is no text of version {ref.number} of document {ref.document}.",
                "Wait until the version has been read, or ask for another one.",
            )
        return [part(row) for row in rows]

    async def counts(self, workspace: str | None = None) -> Mapping[VersionState, int]:
        """Count documents by the state of their newest version."""
        async with self._connections.session() as connection:
            cursor = await connection.execute(queries.COUNTS, {"workspace": workspace})
            return {VersionState(state): count async for state, count in cursor}

    async def _row(self, workspace: str, document: UUID) -> tuple[Any, ...]:
        values = {"workspace": workspace, "document": document}
        async with self._connections.session() as connection:
            row = await (await connection.execute(queries.GET, values)).fetchone()
        if row is None:
            raise _not_found(document)
        return row


def part(row: Sequence[Any]) -> Part:
    """Build a part from its row."""
    ordinal, label, text, page, headings, language, confidence, doubtful = row
    titles = tuple(Heading(*h) for h in headings)
    words = None if doubtful is None else tuple(doubtful)
    return Part(ordinal, label, text, page, titles, language, confidence, words)


def panel_states(rows: Sequence[Sequence[Any]] | None) -> tuple[PanelState, ...]:
    """Build ledger rows from the JSON that the queries aggregate."""
    return tuple(
        PanelState(PanelName(panel), Wanted(wanted), Reached(reached), *rest)
        for panel, wanted, reached, *rest in rows or ()
    )


def _record(row: Sequence[Any]) -> DocumentRecord:
    """Build a record from the columns of ``documents_queries._FIELDS``, in their order."""
    fields = [*row[:20], panel_states(row[20]), *row[21:24]]
    fields[11] = VersionState(row[11])
    return DocumentRecord(*fields)


def _not_found(document: UUID) -> NotFound:
    return NotFound(
        f"There is no document {document} in this workspace.", "List the documents to find it."
    )
