"""Write: embed prepared versions, put them in every panel at once, verify, publish."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import islice

from contracts.content import Embedder, EntityExtractor
from contracts.digests import embed
from contracts.nouns import Chunk, EmbeddedChunk, Generation, Mention, PanelName, Vector
from contracts.observing import Metrics
from contracts.panels import Panel
from contracts.record import Ledger, VersionState
from ingestion.delivering import Delivery, Tally, Written
from ingestion.preparing import Prepared
from ingestion.together import together

BLOCK = 512
"""Chunks embedded and staged together; a block of 384 dimensions is 0.8 MB of vectors."""
SHOW_PROGRESS_FROM = BLOCK
"""Documents of fewer chunks go from reading to live too fast for a progress bar."""


class Write:
    """Panels are written concurrently, and the next blocks are embedded meanwhile."""

    def __init__(
        self,
        ledger: Ledger,
        extractor: EntityExtractor,
        panels: Mapping[PanelName, Panel],
        metrics: Metrics,
    ) -> None:
        self._ledger = ledger
        self._extractor = extractor
        self._panels = panels
        self._metrics = metrics

    async def __call__(
        self, group: Sequence[Prepared], generation: Generation, embedder: Embedder
    ) -> Written:
        """Make versions live in every panel that answers; all of one generation and panels.

        A panel that does not answer is noted in the ledger and left behind; its backlog drains
        later from the other panel's copy. Stops soon after nobody wants any of them any more.
        """
        written = Written()
        if not group:
            return written
        tally = Tally([p.staged for p in group])
        # A version that is live already is written because no copy of it is to be trusted.
        overwrite = any(p.task.state is VersionState.LIVE for p in group)
        deliveries = {
            name: Delivery(
                self._ledger,
                self._panels[name],
                generation.number,
                tally,
                self._metrics,
                overwrite=overwrite,
            )
            for name in group[0].task.states
        }
        async with AsyncExitStack() as lanes:
            for delivery in deliveries.values():
                await lanes.enter_async_context(delivery)
            for number, chunks in enumerate(_blocks(group)):
                if number and not await self._ledger.still_wanted(tally.refs):
                    return written
                block = await self._embed(chunks, generation, embedder)
                tally.add(block)
                for delivery in deliveries.values():
                    await delivery.put(block)
                await self._progress(group, number)
        shown = await together(d.publish(tally.refs) for d in deliveries.values())
        for name, refs in zip(deliveries, shown, strict=True):
            written.add(refs, name)
        written.down |= {name for name, delivery in deliveries.items() if delivery.down}
        return written

    async def _embed(
        self, block: Sequence[Chunk], generation: Generation, embedder: Embedder
    ) -> list[EmbeddedChunk]:
        """Embed a block while its entities are looked for in a thread."""
        began = time.perf_counter()
        vectors, mentions = await asyncio.gather(
            embedder.embed_passages([chunk.passage for chunk in block]),
            asyncio.to_thread(self._mentions, block),
        )
        embedded = await asyncio.to_thread(_join, block, vectors, generation.model, mentions)
        self._metrics.stage_took("embed", time.perf_counter() - began)
        return embedded

    def _mentions(self, block: Sequence[Chunk]) -> list[list[Mention]]:
        return [self._extractor.mentions(chunk.text, chunk.language) for chunk in block]

    async def _progress(self, group: Sequence[Prepared], block: int) -> None:
        """Tell people who watch a long document how far it is on its way to readers."""
        total = sum(len(p.chunks) for p in group)
        if group[0].task.serving and total >= SHOW_PROGRESS_FROM:
            done = min((block + 1) * BLOCK, total)
            await self._ledger.progress([p.task.ref for p in group], "embed", done, total)


def _join(
    block: Sequence[Chunk], vectors: Vector, model: str, mentions: Sequence[Sequence[Mention]]
) -> list[EmbeddedChunk]:
    parts = zip(block, vectors, mentions, strict=True)
    return [embed(chunk, vector, model, found) for chunk, vector, found in parts]


def _blocks(group: Sequence[Prepared]) -> Iterator[list[Chunk]]:
    """Cut the chunks of all versions into blocks, filled across documents."""
    chunks = (chunk for prepared in group for chunk in prepared.chunks)
    while block := list(islice(chunks, BLOCK)):
        yield block
