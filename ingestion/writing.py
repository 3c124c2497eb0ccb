"""Write: embed prepared versions, put them in every panel at once, verify, publish."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from contracts.content import Embedder
from contracts.digests import card_digest, embed, marks
from contracts.errors import PanelUnavailable
from contracts.nouns import Chunk, EmbeddedChunk, PanelName, StagedVersion, VersionRef
from contracts.observing import Metrics
from contracts.panels import Panel
from contracts.record import Ledger, Reached
from ingestion.lanes import Lane
from ingestion.preparing import Prepared

BLOCK = 512
"""Chunks embedded and staged together; a block of 384 dimensions is 0.8 MB of vectors."""
SHOW_PROGRESS_FROM = BLOCK
"""Documents of fewer chunks go from reading to live too fast for a progress bar."""


@dataclass(slots=True)
class Written:
    """What became live where, and which panels could not be written."""

    live: dict[VersionRef, set[PanelName]] = field(default_factory=dict)
    down: set[PanelName] = field(default_factory=set)

    def add(self, refs: Iterable[VersionRef], panel: PanelName) -> None:
        """Note versions that a panel now shows."""
        for ref in refs:
            self.live.setdefault(ref, set()).add(panel)

    def merge(self, other: "Written") -> None:
        """Take in what another step did."""
        for ref, panels in other.live.items():
            self.live.setdefault(ref, set()).update(panels)
        self.down |= other.down


@dataclass(slots=True)
class Expected:
    """What a panel must hold of one version once all its chunks are staged."""

    card: str
    chunks: int = 0
    marks: tuple[int, int] = (0, 0)

    def add(self, chunk: EmbeddedChunk) -> None:
        """Count a chunk in."""
        one, two = marks(chunk.digest)
        self.chunks += 1
        self.marks = (self.marks[0] + one, self.marks[1] + two)


class Write:
    """Both panels are written concurrently, and the next blocks are embedded meanwhile."""

    def __init__(
        self,
        ledger: Ledger,
        embedder: Embedder,
        panels: Mapping[PanelName, Panel],
        metrics: Metrics,
    ) -> None:
        self._ledger = ledger
        self._embedder = embedder
        self._panels = panels
        self._metrics = metrics

    async def __call__(self, group: Sequence[Prepared]) -> Written:
        """Make a group of versions live in every panel that answers.

        A panel that does not answer is noted in the ledger and left behind; its backlog drains
        later from the other panel's copy.
        """
        written = Written()
        if not group:
            return written
        run = _Run(self._ledger, self._panels, self._metrics, [p.staged for p in group])
        async with run:
            for number, block in enumerate(_blocks(group)):
                await run.stage(await self._embed(block))
                await self._progress(group, number)
            if not any(p.chunks for p in group):
                await run.stage([])
        await run.publish(written)
        return written

    async def _embed(self, block: Sequence[Chunk]) -> list[EmbeddedChunk]:
        began = time.perf_counter()
        vectors = await self._embedder.embed_passages([chunk.passage for chunk in block])
        model = self._embedder.model
        embedded = [embed(c, v, model) for c, v in zip(block, vectors, strict=True)]
        self._metrics.stage_took("embed", time.perf_counter() - began)
        return embedded

    async def _progress(self, group: Sequence[Prepared], block: int) -> None:
        """Tell people who watch a long document how far it is."""
        total = sum(len(p.chunks) for p in group)
        if total >= SHOW_PROGRESS_FROM:
            done = min((block + 1) * BLOCK, total)
            await self._ledger.progress([p.task.ref for p in group], "embed", done, total)


class _Run:
    """One group's way into the panels: who is still answering, and what each must hold."""

    def __init__(
        self,
        ledger: Ledger,
        panels: Mapping[PanelName, Panel],
        metrics: Metrics,
        versions: Sequence[StagedVersion],
    ) -> None:
        self._ledger = ledger
        self._panels = dict(panels)
        self._metrics = metrics
        self._versions = versions
        self._refs = [v.ref for v in versions]
        self._down: set[PanelName] = set()
        self._expected = {v.ref: Expected(card_digest(v.card)) for v in versions}
        self._lanes: list[Lane] = []

    async def __aenter__(self) -> None:
        """Open a lane to each panel."""
        self._lanes = [Lane(partial(self._stage, n, p)) for n, p in self._panels.items()]

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait until all that was staged is in the panels; on an error, give the lanes up."""
        try:
            if kind is None:
                await asyncio.gather(*(lane.finish() for lane in self._lanes))
        finally:
            await asyncio.gather(*(lane.abandon() for lane in self._lanes))

    async def stage(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """Hand a block to every panel; each takes it at its own pace."""
        for chunk in chunks:
            self._expected[chunk.chunk.id.ref].add(chunk)
        for lane in self._lanes:
            await lane.put(chunks)

    async def publish(self, written: Written) -> None:
        """Verify what each panel holds against what was sent, then show it to readers."""
        await asyncio.gather(*(self._publish(n, p, written) for n, p in self._answering()))
        written.down |= self._down

    def _answering(self) -> list[tuple[PanelName, Panel]]:
        return [(n, p) for n, p in self._panels.items() if n not in self._down]

    async def _stage(self, name: PanelName, panel: Panel, chunks: Sequence[EmbeddedChunk]) -> None:
        if name in self._down:
            return
        began = time.perf_counter()
        try:
            await panel.stage(self._versions, chunks)
        except PanelUnavailable as error:
            await self._lost(name, error.message)
            return
        self._metrics.stage_took("write", time.perf_counter() - began)
        self._metrics.chunks_written(name, len(chunks))

    async def _publish(self, name: PanelName, panel: Panel, written: Written) -> None:
        began = time.perf_counter()
        try:
            wrong = await self._verify(panel)
            right = [ref for ref in self._refs if ref not in wrong]
            await panel.publish(right)
            await panel.retire(sorted(wrong))
        except PanelUnavailable as error:
            await self._lost(name, error.message)
            return
        self._metrics.stage_took("verify", time.perf_counter() - began)
        counts = {ref: self._expected[ref].chunks for ref in right}
        await self._ledger.reached(right, name, Reached.LIVE, counts)
        written.add(right, name)
        if wrong:
            # What the panel held was not what was sent: removed, and sent again by the sweep.
            await self._ledger.failed(
                sorted(wrong), name, "The panel held other chunks than were sent to it."
            )

    async def _verify(self, panel: Panel) -> set[VersionRef]:
        """Give the versions of which the panel does not hold exactly what was sent."""
        wrong = set(self._refs)
        generation = self._versions[0].generation
        documents = sorted({ref.document for ref in self._refs})
        async for held in panel.digests(generation, documents):
            want = self._expected.get(held.ref)
            if want and (held.chunks, held.marks, held.card) == (
                want.chunks,
                want.marks,
                want.card,
            ):
                wrong.discard(held.ref)
        return wrong

    async def _lost(self, name: PanelName, error: str) -> None:
        self._down.add(name)
        await self._ledger.failed(self._refs, name, error)


def _blocks(group: Sequence[Prepared]) -> Iterator[list[Chunk]]:
    """Cut the chunks of all versions into blocks, filled across documents."""
    chunks = (chunk for prepared in group for chunk in prepared.chunks)
    while block := list(islice(chunks, BLOCK)):
        yield block
