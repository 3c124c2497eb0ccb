"""Open: read an original; what lies inside becomes documents of its own."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from functools import partial

from contracts.blobs import Blobs
from contracts.content import Reader, Source
from contracts.errors import Unreadable, UnreadableDocument
from contracts.members import Members
from contracts.nouns import METADATA_LIMIT, Card, Json, Reading, VersionRef
from contracts.recognition import Place, RecognisedPage, RecognisedPages
from contracts.record import KeptReading, Ledger, Task, VersionState
from ingestion.enclosing import Inside

TITLE_LIMIT = 500


class Open:
    """Gives what a version says, once all that lies in it is accepted.

    ``limit`` bounds the bytes of one file inside. May be repeated: what was accepted stays.
    """

    def __init__(
        self,
        ledger: Ledger,
        members: Members,
        pages: RecognisedPages,
        blobs: Blobs,
        reader: Reader,
        *,
        limit: int,
    ) -> None:
        self._ledger = ledger
        self._members = members
        self._pages = pages
        self._blobs = blobs
        self._reader = reader
        self._limit = limit

    async def recognised(
        self, tasks: Sequence[Task]
    ) -> Mapping[VersionRef, Sequence[RecognisedPage]]:
        """Give the pages of versions that were recognised before, for reading these."""
        kept = await self._pages.kept([_place(task) for task in tasks])
        return {task.ref: kept[_place(task)] for task in tasks if _place(task) in kept}

    async def __call__(self, task: Task, pages: Sequence[RecognisedPage] = ()) -> KeptReading:
        """Read one version; pages that are recognised are kept as they come.

        What lies in a version that is live was accepted before, and may have been deleted since.
        Raises UnreadableDocument; nothing inside it is accepted then.
        """
        inside = Inside(task, self._members, self._blobs, self._limit)

        async def progress(done: int, total: int) -> None:
            await self._ledger.progress([task.ref], "read", done, total)

        path = await self._blobs.path(task.slice.blob)
        where = task.slice
        source = Source(path, task.filename, where.start, where.end, task.media_type, pages)
        try:
            keep = partial(self._pages.keep, _place(task))
            reading = await self._reader.read(source, inside.take, progress, keep)
            card = _card(task, reading, inside.noted(reading.metadata))
            await (inside.drop() if task.state is VersionState.LIVE else inside.accept())
        except (UnreadableDocument, asyncio.CancelledError):
            await inside.drop()
            raise
        return KeptReading(task.ref, reading, card)


def _place(task: Task) -> Place:
    return task.slice.blob, task.slice.start


def _card(task: Task, reading: Reading, noted: Json) -> Card:
    metadata = {**noted, **task.metadata}
    if len(json.dumps(metadata, ensure_ascii=False).encode()) > METADATA_LIMIT:
        raise UnreadableDocument(
            Unreadable.TOO_LARGE,
            f"The document's metadata is over {METADATA_LIMIT // 1024} KB.",
            "Move long texts from the metadata into the document, then send it again.",
        )
    return Card(
        workspace=task.workspace,
        title=(reading.title or task.filename).strip()[:TITLE_LIMIT],
        source=task.source,
        media_type=reading.media_type,
        external_id=reading.external_id,
        metadata=metadata,
    )
