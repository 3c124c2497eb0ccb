"""Receive: make bytes durable, then accept them with their intent in one transaction."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath

from contracts.blobs import Blobs, Stored
from contracts.nouns import Json
from contracts.record import Arrival, Documents, Receipt
from ingestion.corpus import records

ACCEPT_BATCH = 1000
"""Arrivals per transaction: a corpus of a million records must not be one transaction."""
FILENAME_LIMIT = 255
CORPUS_SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in.

    ``source`` says which document this is; without one, the same bytes under the same name are
    the same document, and changed bytes are a new one: two people's ``scan.pdf`` never replace
    each other. ``metadata`` is a JSON object that goes to every document of the file.
    ``bulk`` tells that nobody waits for this one: it lets uploads of people pass.
    """

    filename: str
    pieces: AsyncIterator[bytes]
    source: str | None = None
    metadata: Json = field(default_factory=dict)
    bulk: bool = False


async def _always() -> None:
    """Let every document in."""


class Receive:
    """Use case: after it returns, the documents will be read, whatever is killed.

    ``admit`` raises Overloaded while there is no room; it may be asked before bytes are sent.
    """

    def __init__(
        self,
        documents: Documents,
        blobs: Blobs,
        *,
        limit: int,
        admit: Callable[[], Awaitable[None]] = _always,
    ) -> None:
        self._documents = documents
        self._blobs = blobs
        self._limit = limit
        self.admit = admit

    async def __call__(self, workspace: str, upload: Upload) -> list[Receipt]:
        """Take one file; a corpus (``.jsonl``) becomes one document per record.

        Raises Overloaded while there is no room, TooLarge past the limit, NotFound for an
        unknown workspace, CatalogUnavailable when nothing could be accepted; what was accepted
        before that stays accepted.
        """
        await self.admit()
        name = plain_name(upload.filename)
        stored = await self._blobs.put(upload.pieces, limit=self._limit)
        source = upload.source or f"upload:{stored.sha256[:16]}/{name}"
        path = await self._blobs.path(stored.sha256)
        arrivals = arrivals_of(path, name, source, stored, upload.metadata)
        receipts: list[Receipt] = []
        # Splitting a corpus reads and hashes the whole file: off the loop, batch by batch.
        while batch := await asyncio.to_thread(lambda: list(islice(arrivals, ACCEPT_BATCH))):
            receipts += await self._documents.accept(workspace, batch, bulk=upload.bulk)
        return receipts


def arrivals_of(
    path: Path, name: str, source: str, stored: Stored, metadata: Json
) -> Iterator[Arrival]:
    """Give the file as one arrival, or a corpus as one arrival per record; reads and hashes it."""
    if name.lower().endswith(CORPUS_SUFFIX):
        found = False
        for record in records(path):
            found = True
            yield Arrival(
                source=f"{source}#{record.key}",
                filename=f"{name}#{record.key}",
                sha256=record.sha256,
                blob=stored.sha256,
                start=record.start,
                end=record.end,
                media_type=record.media_type,
                metadata=metadata,
            )
        if found:
            return
    yield Arrival(
        source=source,
        filename=name,
        sha256=stored.sha256,
        blob=stored.sha256,
        start=0,
        end=stored.size,
        metadata=metadata,
    )


def plain_name(filename: str) -> str:
    """Give the last path component without control characters; never empty, never a path."""
    last = PurePosixPath(filename.replace("\\", "/")).name
    kept = "".join(c for c in last if unicodedata.category(c) not in {"Cc", "Cs", "Co", "Cn"})
    return kept.strip().strip(".")[-FILENAME_LIMIT:] or "unnamed"
