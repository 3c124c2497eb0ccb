"""Reconcile: make what the ledger wants true in every panel.

The worker is a level-triggered controller: a job only says *look at these documents*. What to do
follows from the ledger's rows, so any step can be killed and repeated, a lost job costs time
and never data, and the same code ingests, replaces, deletes, drains a backlog, refills a panel
and builds a generation.
"""

import time
from collections.abc import Mapping, Sequence
from uuid import UUID

from contracts.blobs import Blobs
from contracts.content import Spaces
from contracts.errors import NotFound, PanelUnavailable, SpaceMismatch
from contracts.nouns import Generation, PanelName
from contracts.panels import Panel
from contracts.policy import Generations
from contracts.record import Ledger, Reached, Task, VersionState, Wanted
from contracts.tracing import Outcome
from ingestion.copying import Copy
from ingestion.delivering import Written
from ingestion.ending import Ended
from ingestion.preparing import Prepare
from ingestion.together import together
from ingestion.writing import Write


class Reconcile:
    """Use case: bring the named documents to the state that the ledger wants."""

    def __init__(
        self,
        ledger: Ledger,
        blobs: Blobs,
        panels: Mapping[PanelName, Panel],
        generations: Generations,
        spaces: Spaces,
        *,
        prepare: Prepare,
        write: Write,
        copy: Copy,
        ended: Ended,
    ) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._generations = generations
        self._spaces = spaces
        self._panels = panels
        self._prepare = prepare
        self._write = write
        self._copy = copy
        self._ended = ended

    async def __call__(self, documents: Sequence[UUID]) -> None:
        """Do what is not yet true; documents held by another worker are left to it.

        A panel that does not answer is noted in the ledger and tried again by the sweep. Raises
        CatalogUnavailable or ModelUnavailable; the same call again goes on where this stopped.
        """
        pending: Sequence[UUID] = documents
        while pending:
            async with self._ledger.claim(pending) as tasks:
                finished = await self._round(tasks)
            # A version that went live has turned its elders to wanted absent: remove them now.
            replaced = {t.ref.document for t in tasks if _has_elders(t)}
            pending = sorted(replaced) if finished else ()

    async def _round(self, tasks: Sequence[Task]) -> bool:
        """Do one round, the serving generation first; give whether every panel answered."""
        began = time.perf_counter()
        finished = await self._remove([t for t in tasks if not _is_wanted(t)])
        lots: dict[tuple[bool, int], list[Task]] = {}
        for task in filter(_is_wanted, tasks):
            lots.setdefault((not task.serving, task.generation), []).append(task)
        for (_, number), lot in sorted(lots.items(), key=lambda item: item[0]):
            try:
                generation = await self._generations.get(number)
            except NotFound:  # retired since; its rows are gone
                continue
            written = await self._bring(lot, generation)
            await self._conclude([t for t in lot if t.serving], written, began)
            finished = finished and not written.down
        return finished

    async def _bring(self, tasks: Sequence[Task], generation: Generation) -> Written:
        """Copy what exists somewhere; make the rest from the stored text or the originals."""
        written = await self._copy(tasks, generation)
        rest = [t for t in tasks if not _live_in(t) and t.ref not in written.live]
        if not rest:
            return written
        try:
            chunker = self._spaces.chunker(generation)
            embedder = self._spaces.embedder(generation)
        except SpaceMismatch as error:
            await self._leave(rest, generation, error.message)
            return written
        lots: dict[frozenset[PanelName], list[Task]] = {}
        for task in rest:
            lots.setdefault(frozenset(task.states), []).append(task)
        for lot in lots.values():
            async for group in self._prepare(lot, chunker):
                written.merge(await self._write(group, generation, embedder))
        return written

    async def _leave(self, tasks: Sequence[Task], generation: Generation, why: str) -> None:
        """Leave tasks to a process that can work in their generation."""
        for panel in sorted({panel for task in tasks for panel in task.states}):
            refs = [task.ref for task in tasks if panel in task.states]
            await self._ledger.failed(refs, generation.number, panel, why)

    async def _conclude(self, tasks: Sequence[Task], written: Written, began: float) -> None:
        """Make versions live in the record once each panel has them, or is declared down."""
        ready = []
        for task in tasks:
            live = set(_live_in(task)) | written.live.get(task.ref, set())
            missing = set(task.states) - live
            if live and missing <= written.down:
                ready.append(task)
        await self._ledger.go_live([t.ref for t in ready])
        for task in ready:
            if task.state is not VersionState.LIVE:
                self._ended(task, Outcome.LIVE, time.perf_counter() - began)

    async def _remove(self, tasks: Sequence[Task]) -> bool:
        """Remove versions that nobody may see any more; once all panels did, forget them."""
        if not tasks:
            return True
        # Of a document that is not deleted, versions go that were replaced or cancelled.
        erased = {t.ref.document for t in tasks if t.deleted}

        async def clear(name: PanelName) -> bool:
            refs = sorted({t.ref for t in tasks if name in t.states})
            panel = self._panels[name]
            try:
                await panel.erase(sorted({r.document for r in refs} & erased))
                await panel.retire([r for r in refs if r.document not in erased])
            except PanelUnavailable as error:
                await self._ledger.failed(refs, None, name, error.message)
                return False
            await self._ledger.reached(refs, None, name, Reached.ABSENT)
            return True

        names = sorted({panel for task in tasks for panel in task.states})
        if not all(await together(map(clear, names))):
            return False
        for blob in await self._ledger.gone(sorted({t.ref for t in tasks})):
            await self._blobs.delete(blob)
        for _ in erased:
            self._ended.erased()
        return True


def _has_elders(task: Task) -> bool:
    return task.ref.number > 1 and task.serving and _is_wanted(task)


def _is_wanted(task: Task) -> bool:
    return any(state.wanted is Wanted.LIVE for state in task.states.values())


def _live_in(task: Task) -> list[PanelName]:
    return [n for n, state in task.states.items() if state.reached is Reached.LIVE]
