"""A lane: the way of blocks into one panel, in order and at that panel's own pace."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from contracts.nouns import EmbeddedChunk

DEPTH = 2
"""Blocks that wait in a lane at most: the embedder goes on while a store catches its breath."""

Block = Sequence[EmbeddedChunk]


class Lane:
    """Feeds ``stage`` block by block; what it raises is raised to whoever puts or finishes."""

    def __init__(self, stage: Callable[[Block], Awaitable[None]]) -> None:
        self._stage = stage
        self._blocks: asyncio.Queue[Block | None] = asyncio.Queue(DEPTH)
        self._feeding = asyncio.create_task(self._feed())

    async def _feed(self) -> None:
        while (block := await self._blocks.get()) is not None:
            await self._stage(block)

    async def put(self, block: Block | None) -> None:
        """Hand over a block, waiting while the lane is full; None is the last."""
        putting = asyncio.create_task(self._blocks.put(block))
        await asyncio.wait({putting, self._feeding}, return_when=asyncio.FIRST_COMPLETED)
        if self._feeding.done():
            putting.cancel()
            self._feeding.result()

    async def finish(self) -> None:
        """Wait until every block is staged."""
        await self.put(None)
        await self._feeding

    async def abandon(self) -> None:
        """Stop feeding; a block in hand is given up."""
        self._feeding.cancel()
        with suppress(asyncio.CancelledError, Exception):  # whoever abandons has an error already
            await self._feeding
