"""ExportFile: versions kept whole in one file, read as a panel is read."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Self, TypeVar
from uuid import UUID

from contracts.errors import InvalidInput, SpaceMismatch
from contracts.nouns import EmbeddedChunk, Generation, StagedVersion, VersionDigest, VersionRef
from exports import layout
from exports.layout import Header, HeldVersion
from exports.tally import Tally

T = TypeVar("T")

_BLOCK = 200
"""Rows read in one visit to a thread: about 0.5 MB of chunks."""
_DAMAGE = (sqlite3.Error, ValueError, TypeError, KeyError)
"""What comes of bytes that are not what was written."""


class ExportFile:
    """Implements contracts.panels.Holder; ``open`` gives one that was checked.

    Any number of streams may be read at once; each has the file open for itself.
    """

    def __init__(self, path: Path, about: Header) -> None:
        self._path = path
        self._about = about

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Read the file once, checking every chunk and card against its digest.

        Raises InvalidInput when it is not an export file, damaged, or in a newer format.
        """
        return cls(path, await asyncio.to_thread(_checked, path))

    @property
    def about(self) -> Header:
        """What the file says of itself."""
        return self._about

    def require(self, generation: Generation) -> None:
        """Raise SpaceMismatch unless the file holds exactly this generation."""
        if generation in self._about.generations:
            return
        held = ", ".join(map(_described, self._about.generations)) or "none"
        raise SpaceMismatch(
            f"{self._path} holds {held}; it does not hold {_described(generation)}.",
            "Give a file exported from that generation, or rebuild from the originals.",
        )

    def digests(
        self, generation: int, documents: Sequence[UUID] | None = None
    ) -> AsyncIterator[VersionDigest]:
        """Stream what is held, ordered by (document, version). See Holder."""
        return _streamed(held.digest for held in self._versions(generation, documents))

    async def cards(
        self, refs: Sequence[VersionRef], generation: int
    ) -> dict[VersionRef, StagedVersion]:
        """Give the cards under which versions were staged. See Holder."""
        found = await asyncio.to_thread(lambda: list(self._named(refs, generation)))
        return {held.staged.ref: held.staged for held in found}

    def export(self, refs: Sequence[VersionRef], generation: int) -> AsyncIterator[EmbeddedChunk]:
        """Stream the versions' chunks, ordered by (document, version, ordinal). See Holder."""
        return _streamed(self._chunks(refs, generation))

    def _versions(self, generation: int, documents: Sequence[UUID] | None) -> Iterator[HeldVersion]:
        with _opened(self._path) as database:
            if documents is None:
                yield from map(layout.version, database.execute(layout.VERSIONS, (generation,)))
                return
            for document in sorted(set(documents)):
                where = (generation, document.bytes)
                yield from map(layout.version, database.execute(layout.VERSIONS_OF_DOCUMENT, where))

    def _named(self, refs: Sequence[VersionRef], generation: int) -> Iterator[HeldVersion]:
        with _opened(self._path) as database:
            for ref in sorted(set(refs)):
                where = (generation, ref.document.bytes, ref.number)
                yield from map(layout.version, database.execute(layout.VERSION, where))

    def _chunks(self, refs: Sequence[VersionRef], generation: int) -> Iterator[EmbeddedChunk]:
        with _opened(self._path) as database:
            for held in self._named(refs, generation):
                yield from _chunks_of(database, held)


def _described(generation: Generation) -> str:
    return (
        f"generation {generation.number} of {generation.model} ({generation.dimension} dimensions, "
        f"{generation.chunker})"
    )


def _chunks_of(database: sqlite3.Connection, held: HeldVersion) -> Iterator[EmbeddedChunk]:
    for row in layout.chunk_rows(database, held.id):
        yield layout.chunk(held.staged, row)


async def _streamed(source: Iterator[T]) -> AsyncIterator[T]:
    """Draw from ``source`` in threads, a block at a time."""
    while block := await asyncio.to_thread(lambda: list(islice(source, _BLOCK))):
        for one in block:
            yield one


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for reading, saying what is wrong with it. Raises InvalidInput.

    ``immutable`` spares the locks: the file was renamed into its place whole.
    """
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        # A stream's next block may be drawn by another thread, never by two at once.
        with closing(sqlite3.connect(address, uri=True, check_same_thread=False)) as database:
            yield database
    except _DAMAGE as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> InvalidInput:
    return InvalidInput(
        f"{path} is damaged: what it holds is not what was written.",
        "Copy it again from where it was made, or export anew.",
    )


def _checked(path: Path) -> Header:
    """Give the header of a sound file. Raises InvalidInput."""
    _recognise(path)
    with _opened(path) as database:
        about = layout.header(database)
        counts = database.execute(layout.COUNTS).fetchone()
        if (about.versions, about.chunks) != counts or about.content != layout.content(database):
            raise _damaged(path)
        for generation in about.generations:
            for row in database.execute(layout.VERSIONS, (generation.number,)):
                held, tally = layout.version(row), Tally(generation.model)
                for one in _chunks_of(database, held):
                    tally.add(one)
                if not tally.confirms(held.digest, held.staged.card):
                    raise _damaged(path)
    return about


def _recognise(path: Path) -> None:
    """Tell whether this program can read the file, by the fixed head of every SQLite file."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be opened: {error.strerror}.", "Check the path and its permissions."
        ) from error
    written = int.from_bytes(head[60:64], "big")
    if not head.startswith(b"SQLite format 3\0") or (
        int.from_bytes(head[68:72], "big") != layout.APPLICATION
    ):
        raise InvalidInput(
            f"{path} is not an export file.", "Give a file that was written by an export."
        )
    if written > layout.FORMAT:
        raise InvalidInput(
            f"{path} has format {written}; this program reads up to {layout.FORMAT}.",
            "Update the program to at least the version that made the file.",
        )
