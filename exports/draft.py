"""A Draft: the export file while it is being written, under a name of its own."""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

from contracts.errors import SpaceMismatch
from contracts.nouns import (
    EmbeddedChunk,
    Generation,
    StagedVersion,
    VersionDigest,
    VersionRef,
)
from exports import layout
from exports.layout import Header
from exports.tally import Tally

_UNJOURNALED = "PRAGMA journal_mode = OFF"
"""A draft that fails is thrown away; nothing needs to be rolled back."""
_UNSYNCED = "PRAGMA synchronous = OFF"
_WANTED = "CREATE TEMP TABLE wanted (document BLOB PRIMARY KEY) WITHOUT ROWID"
_WANT = "INSERT OR IGNORE INTO wanted VALUES (?)"
_TAKE = """
DELETE FROM wanted WHERE document IN (SELECT document FROM wanted ORDER BY document LIMIT ?)
RETURNING document
"""
_DROP_CHUNKS = "DELETE FROM chunk WHERE version = ?"
_DROP_VERSION = "DELETE FROM version WHERE id = ?"


class Draft:
    """Takes versions batch by batch, becomes the file at the end. Belongs to one thread.

    The documents that are still wanted wait in a temporary table, so that memory stays flat.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary: Path | None = None
        self._open: dict[VersionRef, tuple[int, StagedVersion, VersionDigest, Tally]] = {}

    def prepare(self) -> None:
        """Create the file beside its place, for this user alone."""
        handle, name = tempfile.mkstemp(prefix=f".{self._path.name}.", dir=self._path.parent)
        os.close(handle)
        self._temporary = Path(name)
        self._database = sqlite3.connect(name)
        self._database.execute(_UNJOURNALED)
        self._database.execute(_UNSYNCED)
        self._database.executescript(layout.SCHEMA)
        self._database.execute(_WANTED)

    def begin(self, generation: Generation) -> None:
        """Let the versions that follow be of this generation."""
        self._generation = generation
        row = (generation.number, generation.model, generation.dimension, generation.chunker)
        with self._database:
            self._database.execute(layout.ADD_GENERATION, row)

    def want(self, documents: Iterable[UUID]) -> None:
        """Note documents to be copied."""
        with self._database:
            self._database.executemany(_WANT, ((one.bytes,) for one in documents))

    def take(self, most: int) -> list[UUID]:
        """Give wanted documents, which then are wanted no more; none at the end."""
        with self._database:
            rows = self._database.execute(_TAKE, (most,)).fetchall()
        return sorted(UUID(bytes=document) for (document,) in rows)

    def expect(self, versions: Sequence[tuple[StagedVersion, VersionDigest]]) -> None:
        """Open versions, whose chunks come next."""
        with self._database:
            for version, digest in versions:
                row = layout.version_row(version, digest)
                number = self._database.execute(layout.ADD_VERSION, row).lastrowid or 0
                tally = Tally(self._generation.model)
                self._open[version.ref] = (number, version, digest, tally)

    def add(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """Add chunks of open versions. Raises SpaceMismatch for another dimension."""
        rows = []
        for one in chunks:
            if one.embedding.shape != (self._generation.dimension,):
                raise SpaceMismatch(
                    f"Chunk {one.chunk.id} has a vector of {one.embedding.size} dimensions, "
                    f"generation {self._generation.number} has {self._generation.dimension}.",
                    "Export the generation under the model that it was embedded with.",
                )
            number, _, _, tally = self._open[one.chunk.id.ref]
            tally.add(one)
            rows.append(layout.chunk_row(number, one))
        with self._database:
            self._database.executemany(layout.ADD_CHUNK, rows)

    def settle(self) -> list[VersionRef]:
        """Close the open versions; drop and name those that are not what their digest says."""
        wrong = []
        with self._database:
            for ref, (number, version, digest, tally) in self._open.items():
                if not tally.confirms(digest, version.card):
                    self._database.execute(_DROP_CHUNKS, (number,))
                    self._database.execute(_DROP_VERSION, (number,))
                    wrong.append(ref)
        self._open.clear()
        return wrong

    def finish(self, created_by: str) -> Header:
        """Write the header, sync everything to disk and give the file its name."""
        database = self._database
        generations = tuple(Generation(*row) for row in database.execute(layout.GENERATIONS))
        versions, chunks = database.execute(layout.COUNTS).fetchone()
        about = Header(created_by, generations, versions, chunks, layout.content(database))
        with database:
            database.executemany(layout.ADD_HEADER, layout.header_rows(about))
        database.close()
        if self._temporary is not None:
            _sync(self._temporary)
            self._temporary.replace(self._path)
            _sync(self._path.parent)
            self._temporary = None
        return about

    def discard(self) -> None:
        """Leave nothing behind of a draft that was not finished."""
        if self._temporary is not None:
            self._database.close()
            self._temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Make a file or a folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
