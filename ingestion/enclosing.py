"""Enclosing: files inside a file, stored one by one and accepted together."""

import asyncio
from dataclasses import dataclass
from itertools import islice

from contracts.blobs import Blobs, Stored
from contracts.content import Enclosed
from contracts.errors import TooLarge
from contracts.listing import listed
from contracts.members import INSIDE, Members, Nesting
from contracts.nouns import Json
from contracts.record import Arrival, Task
from ingestion.receiving import arrivals_of, plain_name

LEVELS = 5
"""How deep documents may lie in others."""
FILES = 10_000
SIZE = 5 << 30
"""Files, and bytes of them, that one document may hold at all depths: an archive that holds
itself, or a hundred others that hold a hundred each, comes to an end."""

_DEEP = f"more than {LEVELS} files deep"
_MANY = f"more than {FILES:,} files or {SIZE >> 30} GiB in one"


@dataclass(frozen=True, slots=True)
class _Taken:
    """A file that is stored, and the documents that it becomes: of a corpus, one per record."""

    stored: Stored
    documents: list[Arrival]


class Inside:
    """What one reading of a version finds inside it; taken again, a path counts once."""

    def __init__(self, task: Task, members: Members, blobs: Blobs, limit: int) -> None:
        self._task = task
        self._members = members
        self._blobs = blobs
        self._limit = limit
        self._nesting: Nesting | None = None
        self._taken: dict[str, _Taken] = {}
        self._left: dict[str, str] = {}
        self._size = 0
        self._files = 0

    async def take(self, file: Enclosed) -> None:
        """Store a file, or note why not."""
        if self._nesting is None:
            self._nesting = await self._members.nesting(self._task.ref.document)
        if known := self._taken.pop(file.path, None):
            self._count(known, -1)
        try:
            if why := self._refusal(self._nesting):
                self._left[file.path] = why
            else:
                stored = await self._blobs.put(file.pieces, limit=self._limit)
                await self._keep(file.path, stored, FILES - self._nesting.files - self._files)
        except TooLarge:
            self._left[file.path] = f"over {self._limit >> 20:,} MiB"

    def _refusal(self, nesting: Nesting) -> str | None:
        if nesting.depth >= LEVELS:
            return _DEEP
        files, size = nesting.files + self._files, nesting.size + self._size
        return _MANY if files >= FILES or size >= SIZE else None

    async def _keep(self, path: str, stored: Stored, most: int) -> None:
        """Note the documents that a file becomes; a corpus of more than are left becomes none."""
        blob = await self._blobs.path(stored.sha256)
        source = f"{self._task.source}{INSIDE}{path}"
        found = arrivals_of(blob, plain_name(path), source, stored, self._task.metadata)
        documents = await asyncio.to_thread(lambda: list(islice(found, most + 1)))
        if len(documents) > most:
            self._left[path], documents = _MANY, []
        self._taken[path] = _Taken(stored, documents)
        self._count(self._taken[path], 1)

    def _count(self, taken: _Taken, times: int) -> None:
        self._files += times * len(taken.documents)
        self._size += times * taken.stored.size

    def noted(self, metadata: Json) -> Json:
        """Add to what the reader noted what became of the files."""
        if not (self._taken or self._left):
            return metadata
        known = metadata.get("members_not_opened")
        left = [f"{path} ({why})" for path, why in self._left.items()]
        not_opened = [*(known if isinstance(known, list) else []), *listed(left)]
        noted = {**metadata, "members": self._files}
        return {**noted, "members_not_opened": not_opened} if not_opened else noted

    async def accept(self) -> None:
        """Make documents of the files; those of an earlier version that are gone are deleted."""
        if self._taken or self._task.ref.number > 1:
            for taken in self._taken.values():
                # Another document of these bytes may have gone while the rest was unpacked, for
                # minutes: nothing is accepted whose bytes are not there. Raises NotFound.
                await self._blobs.path(taken.stored.sha256)
            arrivals = [one for taken in self._taken.values() for one in taken.documents]
            receipts = await self._members.enclose(self._task.ref, arrivals)
            # Deleted meanwhile, or a later version came first; or a corpus was too long.
            if len(receipts) < len(arrivals) or not all(t.documents for t in self._taken.values()):
                await self.drop()

    async def drop(self) -> None:
        """Remove the stored bytes that no document names."""
        blobs = {taken.stored.sha256 for taken in self._taken.values()}
        for blob in await self._members.unnamed(blobs):
            await self._blobs.delete(blob)
