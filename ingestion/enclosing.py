"""Enclosing: files inside a file, stored one by one and accepted together."""

from contracts.blobs import Blobs, Stored
from contracts.content import Enclosed
from contracts.errors import TooLarge
from contracts.listing import listed
from contracts.members import INSIDE, Members, Nesting
from contracts.nouns import Json
from contracts.record import Arrival, Task
from ingestion.receiving import plain_name

LEVELS = 5
"""How deep documents may lie in others."""
FILES = 10_000
SIZE = 5 << 30
"""Files, and bytes of them, that one document may hold at all depths: an archive that holds
itself, or a hundred others that hold a hundred each, comes to an end."""

_DEEP = f"more than {LEVELS} files deep"
_MANY = f"more than {FILES:,} files or {SIZE >> 30} GiB in one"


class Inside:
    """What one reading of a version finds inside it; taken again, a path counts once."""

    def __init__(self, task: Task, members: Members, blobs: Blobs, limit: int) -> None:
        self._task = task
        self._members = members
        self._blobs = blobs
        self._limit = limit
        self._nesting: Nesting | None = None
        self._stored: dict[str, Stored] = {}
        self._left: dict[str, str] = {}
        self._size = 0

    async def take(self, file: Enclosed) -> None:
        """Store a file, or note why not."""
        if self._nesting is None:
            self._nesting = await self._members.nesting(self._task.ref.document)
        known = self._stored.pop(file.path, None)
        self._size -= known.size if known else 0
        try:
            if why := self._refusal(self._nesting):
                self._left[file.path] = why
            else:
                stored = await self._blobs.put(file.pieces, limit=self._limit)
                self._stored[file.path] = stored
                self._size += stored.size
        except TooLarge:
            self._left[file.path] = f"over {self._limit >> 20:,} MiB"

    def _refusal(self, nesting: Nesting) -> str | None:
        if nesting.depth >= LEVELS:
            return _DEEP
        files, size = nesting.files + len(self._stored), nesting.size + self._size
        return _MANY if files >= FILES or size >= SIZE else None

    def noted(self, metadata: Json) -> Json:
        """Add to what the reader noted what became of the files."""
        if not (self._stored or self._left):
            return metadata
        known = metadata.get("members_not_opened")
        left = [f"{path} ({why})" for path, why in self._left.items()]
        not_opened = [*(known if isinstance(known, list) else []), *listed(left)]
        noted = {**metadata, "members": len(self._stored)}
        return {**noted, "members_not_opened": not_opened} if not_opened else noted

    async def accept(self) -> None:
        """Make documents of the files; those of an earlier version that are gone are deleted."""
        if self._stored or self._task.ref.number > 1:
            arrivals = [self._arrival(path, stored) for path, stored in self._stored.items()]
            receipts = await self._members.enclose(self._task.ref, arrivals)
            if len(receipts) < len(arrivals):  # deleted meanwhile, or a later version came first
                await self.drop()

    async def drop(self) -> None:
        """Remove the stored bytes that no document names."""
        for blob in await self._members.unnamed({s.sha256 for s in self._stored.values()}):
            await self._blobs.delete(blob)

    def _arrival(self, path: str, stored: Stored) -> Arrival:
        return Arrival(
            source=f"{self._task.source}{INSIDE}{path}",
            filename=plain_name(path),
            sha256=stored.sha256,
            blob=stored.sha256,
            start=0,
            end=stored.size,
            metadata=self._task.metadata,
        )
