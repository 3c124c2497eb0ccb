"""Admit: refuses new documents while there is room to do so in words, before a disk is full."""

import asyncio
import time
from collections.abc import Callable

from contracts.blobs import Blobs
from contracts.errors import Overloaded
from contracts.handling import Handling

KEPT_S = 1.0
"""Uploads that come together are answered by one look."""


class Admit:
    """Use case: called before a document is taken; raises Overloaded, which passes by waiting.

    ``min_free`` are the bytes that the disk of the originals keeps free; ``max_waiting`` is how
    many versions may wait or be in work. One upload may go beyond, the next one is refused.
    """

    def __init__(
        self,
        handling: Handling,
        blobs: Blobs,
        *,
        min_free: int,
        max_waiting: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._handling = handling
        self._blobs = blobs
        self._min_free = min_free
        self._max_waiting = max_waiting
        self._clock = clock
        self._looking = asyncio.Lock()
        self._looked: float | None = None
        self._refusal: tuple[str, str] | None = None

    async def __call__(self) -> None:
        """Let a document in. Raises Overloaded, or CatalogUnavailable."""
        async with self._looking:
            if self._looked is None or self._clock() - self._looked >= KEPT_S:
                self._refusal = await self._look()
                self._looked = self._clock()
        if self._refusal:
            raise Overloaded(*self._refusal)

    async def _look(self) -> tuple[str, str] | None:
        """Give what speaks against another document, and what to do."""
        free = await self._blobs.free()
        if free < self._min_free:
            left, kept = (f"{size // 2**20:,} MB" for size in (free, self._min_free))
            sentence = f"Only {left} of the disk are free, and the service keeps {kept}."
            return sentence, "Free disk space, then send it again."
        if await self._handling.under_way(self._max_waiting) >= self._max_waiting:
            return (
                f"{self._max_waiting:,} documents are waiting already.",
                "Wait until some are done, or start more workers, then send it again.",
            )
        return None
