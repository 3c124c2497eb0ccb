"""PostgresLedger: per version, generation and panel, what must be true and what is."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, LiteralString
from uuid import UUID

from catalog import ledger_queries as queries
from catalog import locks
from catalog.connections import Connections
from catalog.documents import panel_states, part
from catalog.leases import Leases
from catalog.plain_text import dump, plain, plain_or_none
from catalog.settings import settled
from contracts.errors import CatalogUnavailable, Unreadable
from contracts.nouns import Card, PanelName, Part, Reading, VersionRef
from contracts.record import (
    Expectation,
    Held,
    KeptReading,
    Reached,
    Slice,
    Task,
    VersionState,
)

_ERROR_LENGTH = 1000
_STREAM_ROWS = 2000
_ROWS_PER_DOCUMENT = 4
"""Open rows of one document in one generation, nearly always at most: two panels, two versions."""


class PostgresLedger:
    """The ledger port on PostgreSQL; each verb is one or a few statements for all its versions."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._leases = Leases(connections)
        self._survivors: set[VersionRef] = set()

    @asynccontextmanager
    async def claim(self, documents: Sequence[UUID]) -> AsyncIterator[list[Task]]:
        """Lock documents against other workers and give what is not yet true of them."""
        async with self._leases.take(documents) as mine:
            tasks = await self._tasks(mine)
            try:
                yield tasks
            finally:
                # A worker that is stopped clears the counts all the same.
                await asyncio.shield(asyncio.ensure_future(self._survived(tasks)))

    async def _survived(self, tasks: Sequence[Task]) -> None:
        """Take back that these are in hand; while the catalog is away, with the next claim."""
        self._survivors |= {t.ref for t in tasks if t.state is VersionState.PROCESSING}
        with suppress(CatalogUnavailable):
            await self._clear_survivors()

    async def _clear_survivors(self) -> None:
        if refs := sorted(self._survivors):
            async with self._connections.session() as connection:
                await connection.execute(queries.SURVIVED, _columns(refs))
            self._survivors.difference_update(refs)

    async def suspects(self, documents: Sequence[UUID]) -> Mapping[UUID, int]:
        """Give those that were in hand when a worker process died, and how often by now."""
        if not documents:
            return {}
        await self._clear_survivors()
        named = list(dict.fromkeys(documents))
        values = {"documents": named, "locks": [locks.lease(document) for document in named]}
        async with self._connections.session() as connection:
            cursor = await connection.execute(queries.SUSPECTS, values)
            return dict([row async for row in cursor])

    async def _tasks(self, documents: list[UUID]) -> list[Task]:
        if not documents:
            return []
        async with self._connections.session() as connection:
            cursor = await connection.execute(queries.CLAIM, {"documents": documents})
            return [_task(row) async for row in cursor]

    async def save_readings(self, readings: Sequence[KeptReading]) -> None:
        """Keep what was read; saving again replaces it."""
        if not readings:
            return
        columns = _reading_columns(readings)
        async with self._connections.transaction() as connection:
            await connection.execute(queries.DROP_READINGS, columns)
            await connection.execute(queries.SAVE_READINGS, columns)
            await connection.execute(queries.SAVE_PARTS, _part_columns(readings))

    async def readings(self, refs: Sequence[VersionRef]) -> Mapping[VersionRef, KeptReading]:
        """Give back what was read; versions never read are left out."""
        if not refs:
            return {}
        parts: dict[VersionRef, list[Part]] = defaultdict(list)
        async with self._connections.transaction() as connection:
            rows = await (await connection.execute(queries.READINGS, _columns(refs))).fetchall()
            async for row in await connection.execute(queries.READ_PARTS, _columns(refs)):
                parts[VersionRef(*row[:2])].append(part(row[2:]))
        kept = (_kept(row, parts[VersionRef(*row[:2])]) for row in rows)
        return {reading.ref: reading for reading in kept}

    async def quarantine(self, ref: VersionRef, reason: Unreadable, detail: str) -> None:
        """End a version that cannot be read; a document being deleted is left to that."""
        values = {
            "document": ref.document,
            "number": ref.number,
            "reason": reason,
            "detail": plain(detail)[:_ERROR_LENGTH],
        }
        async with settled(self._connections) as connection:
            await connection.execute(queries.QUARANTINE, values)

    async def still_wanted(self, refs: Sequence[VersionRef]) -> set[VersionRef]:
        """Give those that were neither cancelled, nor deleted, nor replaced meanwhile."""
        return await self._chosen(queries.STILL_WANTED, refs)

    async def may_publish(self, refs: Sequence[VersionRef]) -> set[VersionRef]:
        """Give those that are still wanted, marked as too late to cancel."""
        return await self._chosen(queries.MAY_PUBLISH, refs)

    async def _chosen(self, query: LiteralString, refs: Sequence[VersionRef]) -> set[VersionRef]:
        if not refs:
            return set()
        async with self._connections.session() as connection:
            cursor = await connection.execute(query, _columns(refs))
            return {VersionRef(*row) async for row in cursor}

    async def progress(
        self, refs: Sequence[VersionRef], stage: str, done: int = 0, total: int = 0
    ) -> None:
        """Note how far versions are, and wake who watches."""
        if refs:
            values = _columns(refs) | {"stage": stage, "done": done, "total": total}
            async with self._connections.session() as connection:
                await connection.execute(queries.PROGRESS, values)

    async def reached(
        self,
        refs: Sequence[VersionRef],
        generation: int | None,
        panel: PanelName,
        reached: Reached,
        held: Mapping[VersionRef, Held] | None = None,
    ) -> None:
        """Write what is now true of versions in a panel, and clear its error."""
        if refs:
            known = [(held or {}).get(ref) for ref in refs]
            values = _places(refs, generation, panel) | {
                "reached": reached,
                "chunks": [one and one.chunks for one in known],
                "seals": [one and one.seal for one in known],
            }
            async with self._connections.session() as connection:
                await connection.execute(queries.REACHED, values)

    async def failed(
        self, refs: Sequence[VersionRef], generation: int | None, panel: PanelName, error: str
    ) -> None:
        """Count a failed attempt; the sweep may try again after 2, 4, 8 ... 60 seconds."""
        if refs:
            values = _places(refs, generation, panel) | {"error": plain(error)[:_ERROR_LENGTH]}
            async with self._connections.session() as connection:
                await connection.execute(queries.FAILED, values)

    async def redo(self, refs: Sequence[VersionRef], generation: int, panel: PanelName) -> None:
        """Note that a panel does not hold versions after all: they are due now."""
        if refs:
            async with self._connections.session() as connection:
                await connection.execute(queries.REDO, _places(refs, generation, panel))

    async def go_live(self, refs: Sequence[VersionRef]) -> None:
        """Make each the live version in the record, and turn its elders to wanted absent."""
        if refs:
            async with settled(self._connections) as connection:
                await connection.execute(queries.GO_LIVE, _columns(refs))

    async def gone(self, refs: Sequence[VersionRef]) -> list[str]:
        """Drop versions that are absent everywhere; give blobs that nothing names any more.

        Those that were cancelled are laid down instead: nothing is left to do about them.
        """
        if not refs:
            return []
        async with settled(self._connections) as connection:
            # One at a time: of two workers dropping the last two users of a blob, the second
            # must see that the first has gone.
            await connection.execute(locks.HOLD, (locks.CLASS, locks.GONE))
            if (await connection.execute(queries.LOCK_CANCELLED, _columns(refs))).rowcount:
                await connection.execute(queries.LAY_DOWN, _columns(refs))
            cursor = await connection.execute(queries.DROP_VERSIONS, _columns(refs))
            blobs = sorted({row[0] async for row in cursor})
            documents = sorted({ref.document for ref in refs})
            await connection.execute(queries.DROP_DOCUMENTS, {"documents": documents})
            cursor = await connection.execute(queries.UNNAMED_BLOBS, (blobs,))
            return [row[0] async for row in cursor]

    async def unfinished(self, limit: int, down: Collection[PanelName] = ()) -> list[UUID]:
        """Give documents with open rows that no job names and that are due, oldest first."""
        async with self._connections.session() as connection:
            values = {"limit": limit, "rows": limit * _ROWS_PER_DOCUMENT, "down": sorted(down)}
            cursor = await connection.execute(queries.UNFINISHED, values)
            return [row[0] async for row in cursor]

    async def backlog(self) -> Mapping[PanelName, int]:
        """Count ledger rows not yet true, per panel."""
        async with self._connections.session() as connection:
            cursor = await connection.execute(queries.BACKLOG)
            return {PanelName(panel): rows async for panel, rows in cursor}

    async def moving(self, documents: Sequence[UUID], generation: int | None = None) -> set[UUID]:
        """Give those of the documents that have an open ledger row."""
        if not documents:
            return set()
        values = {"documents": list(documents), "generation": generation}
        async with self._connections.session() as connection:
            cursor = await connection.execute(queries.MOVING, values)
            return {row[0] async for row in cursor}

    async def expectations(
        self, generation: int, documents: Sequence[UUID] | None = None
    ) -> AsyncIterator[Expectation]:
        """Stream the live versions by a cursor of the server, ordered."""
        chosen = None if documents is None else list(documents)
        async with self._connections.stream() as connection:
            async with connection.cursor("expectations") as cursor:
                values = {"generation": generation, "documents": chosen}
                await cursor.execute(queries.EXPECTATIONS, values, binary=True)
                while rows := await cursor.fetchmany(_STREAM_ROWS):
                    for row in rows:
                        yield _expectation(*row)

    async def sample(self, generation: int, count: int) -> list[UUID]:
        """Give live documents at random."""
        values = {"generation": generation, "count": count}
        async with self._connections.session() as connection:
            cursor = await connection.execute(queries.SAMPLE, values)
            return [row[0] async for row in cursor]

    async def close(self) -> None:
        """Give back the leases' connection."""
        await self._leases.close()


def _columns(refs: Sequence[VersionRef]) -> dict[str, Any]:
    return {
        "documents": [ref.document for ref in refs],
        "numbers": [ref.number for ref in refs],
    }


def _places(refs: Sequence[VersionRef], generation: int | None, panel: PanelName) -> dict[str, Any]:
    return _columns(refs) | {"generation": generation, "panel": panel}


def _task(row: Sequence[Any]) -> Task:
    """Build a task from a row of CLAIM."""
    return Task(
        ref=VersionRef(row[0], row[1]),
        workspace=row[2],
        filename=row[3],
        source=row[4],
        media_type=row[5],
        metadata=row[6],
        slice=Slice(*row[7:10]),
        generation=row[10],
        state=VersionState(row[11]),
        read=row[12],
        states={state.panel: state for state in panel_states(row[13])},
        serving=row[14],
        deleted=row[15],
    )


def _expectation(
    document: UUID,
    number: int,
    workspace: str,
    is_true: bool,  # noqa: FBT001 - a column
    panels: Sequence[str],
    seals: Sequence[str | None],
) -> Expectation:
    """Build an expectation from a row of EXPECTATIONS."""
    pairs = zip(panels, seals, strict=True) if is_true else ()
    known = {PanelName(panel): seal for panel, seal in pairs if seal}
    return Expectation(VersionRef(document, number), workspace, known)


def _reading_columns(readings: Sequence[KeptReading]) -> dict[str, Any]:
    pairs = [(kept.reading, kept.card) for kept in readings]
    return _columns([kept.ref for kept in readings]) | {
        "titles": [plain(card.title) for _, card in pairs],
        "external_ids": [plain_or_none(card.external_id) for _, card in pairs],
        "media_types": [card.media_type for _, card in pairs],
        "metadata": [dump(card.metadata) for _, card in pairs],
        "read_titles": [plain_or_none(reading.title) for reading, _ in pairs],
        "read_external_ids": [plain_or_none(reading.external_id) for reading, _ in pairs],
        "read_media_types": [reading.media_type for reading, _ in pairs],
        "read_metadata": [
            None if reading.metadata == card.metadata else dump(reading.metadata)
            for reading, card in pairs
        ],
    }


def _part_columns(readings: Sequence[KeptReading]) -> dict[str, Any]:
    pairs = [(kept.ref, part) for kept in readings for part in kept.reading.parts]
    headings = ([[h.start, h.level, plain(h.text)] for h in one.headings] for _, one in pairs)
    return _columns([ref for ref, _ in pairs]) | {
        "ordinals": [one.ordinal for _, one in pairs],
        "labels": [plain(one.label) for _, one in pairs],
        "pages": [one.page for _, one in pairs],
        "languages": [one.language for _, one in pairs],
        "confidences": [one.confidence for _, one in pairs],
        "doubtful": [None if d is None else json.dumps(d) for d in (o.doubtful for _, o in pairs)],
        "headings": [json.dumps(rows) for rows in headings],
        "texts": [one.text for _, one in pairs],
    }


def _kept(row: Sequence[Any], parts: Sequence[Part]) -> KeptReading:
    """Build a reading from a row of READINGS and its parts."""
    ref = VersionRef(row[0], row[1])
    card = Card(
        workspace=row[2],
        source=row[3],
        title=row[4],
        external_id=row[5],
        media_type=row[6],
        metadata=row[7],
    )
    reading = Reading(
        title=row[8],
        external_id=row[9],
        media_type=row[10],
        metadata=card.metadata if row[11] is None else row[11],
        parts=tuple(parts),
    )
    return KeptReading(ref, reading, card)
