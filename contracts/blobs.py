"""The port of original bytes, kept once and named by their content."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that are durable in the blob store."""

    sha256: str
    size: int


class Blobs(Protocol):
    """Original bytes, named by their SHA-256."""

    async def put(self, pieces: AsyncIterator[bytes], *, limit: int) -> Stored:
        """Store a stream durably (synced to disk) and give its name; the same bytes once.

        Raises TooLarge past ``limit`` bytes, SetupFailed when the disk is full; nothing stays
        behind then.
        """
        ...

    async def path(self, sha256: str) -> Path:
        """Give a local file holding the bytes. Raises NotFound."""
        ...

    async def free(self) -> int:
        """Give how many bytes there is room for."""
        ...

    async def delete(self, sha256: str) -> None:
        """Remove the bytes; not being there is fine."""
        ...
