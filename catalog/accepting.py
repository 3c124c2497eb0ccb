"""Accept: writes arrivals, their ledger rows and their jobs in a handful of statements."""

import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import LiteralString
from uuid import UUID

from psycopg.errors import DeadlockDetected

from catalog import documents_queries as queries
from catalog.connections import Connection, Connections
from catalog.failures import no_workspace
from catalog.jobs import LATER, SOON, Jobs
from catalog.plain_text import dump, plain, plain_or_none
from catalog.settings import no_generation, settled
from contracts.errors import CatalogUnavailable
from contracts.nouns import VersionRef
from contracts.record import Arrival, Receipt

_ATTEMPTS = 5


UPLOAD = 32
"""Documents that a person sends at once, at most; more are a corpus and let uploads pass."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where documents that are new belong: in which other one, in which topmost, how deep."""

    parent: UUID | None = None
    top: UUID | None = None
    depth: int = 0


OUTSIDE = Place()


class _RacedError(Exception):
    """Another transaction added one of the same sources first; everything is rolled back."""


@dataclass(slots=True)
class _Entry:
    """One document as this transaction sees it; ``known`` when it was there before."""

    id: UUID
    source: str
    newest: int
    sha256: str
    known: bool
    changed: bool = False


class Accept:
    """One transaction per call: all arrivals are accepted, or none."""

    def __init__(self, connections: Connections, jobs: Jobs) -> None:
        self._connections = connections
        self._jobs = jobs

    async def __call__(
        self,
        workspace: str,
        arrivals: Sequence[Arrival],
        *,
        bulk: bool = False,
    ) -> list[Receipt]:
        """Accept in order; see contracts.record.Documents.accept."""
        if not arrivals:
            return []
        return await self.insist(
            lambda connection: self.within(connection, workspace, arrivals, bulk=bulk)
        )

    async def insist(
        self, attempt: Callable[[Connection], Awaitable[list[Receipt]]]
    ) -> list[Receipt]:
        """Do it in a transaction, anew when another one added the same documents first."""
        for _ in range(_ATTEMPTS):
            try:
                async with settled(self._connections) as connection:
                    return await attempt(connection)
            except _RacedError:
                continue
        raise CatalogUnavailable(
            "Other processes are sending the same documents at this moment.", "Send them again."
        )

    async def within(
        self,
        connection: Connection,
        workspace: str,
        arrivals: Sequence[Arrival],
        place: Place = OUTSIDE,
        *,
        bulk: bool = False,
    ) -> list[Receipt]:
        """Accept in order in the transaction of ``insist``; documents that are new get a place."""
        if not arrivals:
            return []
        arrivals = [_plain(arrival) for arrival in arrivals]
        await _require_workspace(connection, workspace)
        keys = [hashlib.sha256(arrival.source.encode()).digest() for arrival in arrivals]
        try:
            entries = await _known(connection, queries.KNOWN, workspace, keys)
            receipts, fresh = _number(arrivals, keys, entries)
            if any(entry.known and entry.changed for entry in entries.values()):
                # Sending a corpus again where little changed must not write a lock on each row.
                entries = await _known(connection, queries.LOCK_KNOWN, workspace, keys)
                receipts, fresh = _number(arrivals, keys, entries)
            await _write_documents(connection, workspace, entries, place)
        except DeadlockDetected as error:
            raise _RacedError from error
        await _write_versions(connection, fresh)
        changed = [entry.id for entry in entries.values() if entry.changed]
        priority = LATER if bulk or len(changed) > UPLOAD else SOON
        await self._jobs.defer(connection, changed, workspace=workspace, priority=priority)
        return receipts


def _number(
    arrivals: Sequence[Arrival], keys: Sequence[bytes], entries: dict[bytes, _Entry]
) -> tuple[list[Receipt], list[tuple[VersionRef, Arrival]]]:
    """Give each arrival its document and version; ``entries`` grows by the new documents."""
    receipts: list[Receipt] = []
    fresh: list[tuple[VersionRef, Arrival]] = []
    for arrival, key in zip(arrivals, keys, strict=True):
        entry = entries.get(key)
        if entry is None:
            entry = entries[key] = _Entry(_new_id(), arrival.source, 0, "", known=False)
        unchanged = entry.newest > 0 and entry.sha256 == arrival.sha256
        if not unchanged:
            entry.newest += 1
            entry.sha256 = arrival.sha256
            entry.changed = True
            fresh.append((VersionRef(entry.id, entry.newest), arrival))
        ref = VersionRef(entry.id, entry.newest)
        receipts.append(Receipt(ref, arrival.source, arrival.filename, unchanged))
    return receipts, fresh


async def _require_workspace(connection: Connection, workspace: str) -> None:
    row = await (await connection.execute(queries.WORKSPACE, (workspace,))).fetchone()
    if row is None:
        raise no_workspace(workspace)
    if not row[0]:
        raise no_generation()


async def _known(
    connection: Connection, query: LiteralString, workspace: str, keys: Sequence[bytes]
) -> dict[bytes, _Entry]:
    """Give the documents that are there; locked, their next version number is ours to give."""
    cursor = await connection.execute(query, (workspace, list(keys)), binary=True)
    return {
        key: _Entry(document, "", newest, sha256, known=True)
        async for key, document, newest, sha256 in cursor
    }


async def _write_documents(
    connection: Connection, workspace: str, entries: dict[bytes, _Entry], place: Place
) -> None:
    """Add the new documents and move the changed ones on."""
    moved = [e for e in entries.values() if e.known and e.changed]
    if moved:
        await connection.execute(queries.MOVE_DOCUMENTS, _columns(moved))
    added = [(key, entry) for key, entry in entries.items() if not entry.known]
    if added:
        values = _columns([entry for _, entry in added]) | {
            "workspace": workspace,
            "sources": [entry.source for _, entry in added],
            "keys": [key for key, _ in added],
            "parent": place.parent,
            "top": place.top,
            "depth": place.depth,
        }
        cursor = await connection.execute(queries.ADD_DOCUMENTS, values)
        if await cursor.fetchone() != (len(added),):
            raise _RacedError


def _columns(entries: Sequence[_Entry]) -> dict[str, object]:
    return {
        "ids": [entry.id for entry in entries],
        "newest": [entry.newest for entry in entries],
        "digests": [entry.sha256 for entry in entries],
    }


async def _write_versions(
    connection: Connection, fresh: Sequence[tuple[VersionRef, Arrival]]
) -> None:
    """Add versions with one ledger row per generation that is kept up and panel that is on."""
    if not fresh:
        return
    values = {
        "documents": [ref.document for ref, _ in fresh],
        "numbers": [ref.number for ref, _ in fresh],
        "filenames": [arrival.filename for _, arrival in fresh],
        "digests": [arrival.sha256 for _, arrival in fresh],
        "blobs": [arrival.blob for _, arrival in fresh],
        "starts": [arrival.start for _, arrival in fresh],
        "stops": [arrival.end for _, arrival in fresh],
        "types": [arrival.media_type for _, arrival in fresh],
        "metadata": [dump(arrival.metadata) for _, arrival in fresh],
    }
    await connection.execute(queries.ADD_VERSIONS, values)


def _plain(arrival: Arrival) -> Arrival:
    """Make the texts fit for the database; nearly always the same object."""
    source, filename = plain(arrival.source), plain(arrival.filename)
    media_type = plain_or_none(arrival.media_type)
    if (source, filename, media_type) == (arrival.source, arrival.filename, arrival.media_type):
        return arrival
    return replace(arrival, source=source, filename=filename, media_type=media_type)


def _new_id() -> UUID:
    """Give a UUID of version 7 (RFC 9562): ids made together lie together in every index."""
    milliseconds = time.time_ns() // 1_000_000
    noise = secrets.randbits(74)
    high = milliseconds << 16 | 7 << 12 | noise >> 62
    low = 2 << 62 | noise & (1 << 62) - 1
    return UUID(int=high << 64 | low)
