"""Copy: bring a panel up to date from a copy that exists, without reading or embedding again."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.digests import is_sound
from contracts.errors import DiptychError, PanelUnavailable
from contracts.nouns import EmbeddedChunk, Generation, PanelName, VersionRef
from contracts.observing import Metrics
from contracts.panels import Holder, Panel
from contracts.policy import PanelRegister, PanelStanding, Policies
from contracts.record import Ledger, Reached, Task
from ingestion.delivering import Delivery, Tally, Written

BLOCK = 2048
"""Chunks read and staged together in bulk; a block of 384 dimensions is 3 MB of vectors."""
FILE = "file:"
"""How the register names an export file as a panel's source."""

logger = logging.getLogger(__name__)

OpenFile = Callable[[Path], Awaitable[Holder]]
"""Opens an export file. Raises a DiptychError for what is none."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where copies come from: a panel, or, without ``panel``, an export file."""

    holder: Holder
    panel: PanelName | None

    def offers(self, task: Task) -> bool:
        """Tell whether the version may be there; a file is asked for every version."""
        return self.panel is None or _is_live(task, self.panel)


class Copy:
    """Drains panels' backlogs in bulk: reading the source and writing the target overlap."""

    def __init__(
        self,
        ledger: Ledger,
        panels: Mapping[PanelName, Panel],
        policies: Policies,
        register: PanelRegister,
        open_file: OpenFile,
        metrics: Metrics,
    ) -> None:
        self._ledger = ledger
        self._panels = panels
        self._policies = policies
        self._register = register
        self._open_file = open_file
        self._metrics = metrics
        self._files: dict[Path, Holder] = {}
        self._filled_from: dict[PanelName, str] = {}

    async def __call__(self, tasks: Sequence[Task], generation: Generation) -> Written:
        """Copy each version to the panels that lack it, from one that has it live, or a file.

        All tasks are of this generation. What exists nowhere is left out.
        """
        written = Written()
        for target in sorted({panel for task in tasks for panel in task.states}):
            lacking = [t for t in tasks if target in t.states and not _is_live(t, target)]
            for source in await self._sources(target) if lacking else ():
                done = {ref for ref, panels in written.live.items() if target in panels}
                lot = [t for t in lacking if t.ref not in done and source.offers(t)]
                if lot and not {target, source.panel} & written.down:
                    await self._copy(source, self._panels[target], lot, generation, written)
        return written

    async def _sources(self, target: PanelName) -> list[Source]:
        """Give what a panel may be filled from; a file, when it is being filled from one, first.

        Panels that are off or being cleared have no rows that are live, so they offer nothing.
        """
        panels = [Source(panel, name) for name, panel in self._panels.items() if name != target]
        if target in (await self._policies.plan()).serving:
            self._filled_from.pop(target, None)
            return panels
        if target not in self._filled_from:
            # Kept until the panel serves, because the register counts whenever it is asked.
            record = await self._register.record(target)
            if record.standing is PanelStanding.FILLING:
                self._filled_from[target] = record.source or ""
        source = self._filled_from.get(target, "")
        file = await self._file(Path(source.removeprefix(FILE))) if source.startswith(FILE) else []
        return [*file, *panels]

    async def _file(self, path: Path) -> list[Source]:
        """Open a file once; one that is gone offers nothing."""
        if path not in self._files:
            try:
                self._files[path] = await self._open_file(path)
            except DiptychError as error:
                logger.warning("Nothing can be filled from the file: %s", error)
                return []
        return [Source(self._files[path], None)]

    async def _copy(
        self,
        source: Source,
        target: Panel,
        tasks: Sequence[Task],
        generation: Generation,
        written: Written,
    ) -> None:
        refs, number = [task.ref for task in tasks], generation.number
        try:
            cards = await source.holder.cards(refs, number)
            tally = Tally([cards[ref] for ref in refs if ref in cards])
            delivery = Delivery(self._ledger, target, number, tally, self._metrics)
            wrong = await self._transfer(source.holder, tally, delivery, generation)
            wrong |= await self._unlike(source, tally, tasks, number)
        except PanelUnavailable as error:  # of the source: a delivery keeps its own
            await self._ledger.failed(refs, number, target.name, error.message)
            written.down |= {source.panel} if source.panel else set()
            return
        written.add(await delivery.publish([r for r in tally.refs if r not in wrong]), target.name)
        written.down |= {target.name} if delivery.down else set()
        absent = set(refs) - set(tally.refs)
        if source.panel and not delivery.down:
            # The source is not what the ledger says it is: both are to be written anew.
            bad = sorted(wrong | absent)
            await self._ledger.redo(bad, number, source.panel)

    async def _transfer(
        self, source: Holder, tally: Tally, delivery: Delivery, generation: Generation
    ) -> set[VersionRef]:
        """Stage all chunks; give the versions with a chunk that is not what its digest says."""
        wrong: set[VersionRef] = set()
        async with delivery:
            async for block in blocks(source.export(tally.refs, generation.number), BLOCK):
                if delivery.down:
                    break
                wrong |= await asyncio.to_thread(_unsound, block, generation.model)
                tally.add(block)
                await delivery.put(block)
        return wrong

    async def _unlike(
        self, source: Source, tally: Tally, tasks: Sequence[Task], generation: int
    ) -> set[VersionRef]:
        """Give the versions of which something else came than was once verified."""
        seals = {t.ref: s.seal for t in tasks for s in t.states.values() if s.seal}
        unsealed = sorted({ref.document for ref in tally.refs if ref not in seals})
        if unsealed:
            async for held in source.holder.digests(generation, unsealed):
                seals.setdefault(held.ref, held.seal)
        return {ref for ref in tally.refs if tally.held(ref).seal != seals.get(ref)}


async def blocks(
    chunks: AsyncIterator[EmbeddedChunk], size: int
) -> AsyncIterator[list[EmbeddedChunk]]:
    """Cut a stream into blocks."""
    block: list[EmbeddedChunk] = []
    async for chunk in chunks:
        block.append(chunk)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def _unsound(block: Sequence[EmbeddedChunk], model: str) -> set[VersionRef]:
    return {one.chunk.id.ref for one in block if not is_sound(one, model)}


def _is_live(task: Task, panel: PanelName) -> bool:
    return panel in task.states and task.states[panel].reached is Reached.LIVE
