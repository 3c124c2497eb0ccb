"""Reconcile: make what the ledger wants true in every panel.

The worker is a level-triggered controller: a job only says *look at these documents*. What to do
follows from the ledger's rows, so any step can be killed and repeated, a lost job costs time
and never data, and the same code ingests, replaces, deletes and drains a backlog.
"""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from contracts.errors import PanelUnavailable
from contracts.nouns import PanelName
from contracts.observing import Metrics
from contracts.panels import Panel
from contracts.record import Blobs, Ledger, Reached, Task, VersionState, Wanted
from ingestion.copying import Copy
from ingestion.preparing import Prepare
from ingestion.writing import Write, Written


class Reconcile:
    """Use case: bring the named documents to the state that the ledger wants."""

    def __init__(
        self,
        ledger: Ledger,
        blobs: Blobs,
        panels: Mapping[PanelName, Panel],
        prepare: Prepare,
        write: Write,
        copy: Copy,
        metrics: Metrics,
    ) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._panels = panels
        self._prepare = prepare
        self._write = write
        self._copy = copy
        self._metrics = metrics

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
            replaced = {t.ref.document for t in tasks if t.ref.number > 1 and _is_wanted(t)}
            pending = sorted(replaced) if finished else ()

    async def _round(self, tasks: Sequence[Task]) -> bool:
        """Do one round; give whether every panel answered."""
        removed = await self._remove([t for t in tasks if not _is_wanted(t)])
        wanted = [t for t in tasks if _is_wanted(t)]
        written = await self._copy([t for t in wanted if _live_in(t)])
        async for group in self._prepare([t for t in wanted if not _live_in(t)]):
            written.merge(await self._write(group))
        await self._conclude(wanted, written)
        return removed and not written.down

    async def _conclude(self, tasks: Sequence[Task], written: Written) -> None:
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
                self._metrics.ingested("live")

    async def _remove(self, tasks: Sequence[Task]) -> bool:
        """Remove versions that nobody may see any more; once all panels did, forget them."""
        if not tasks:
            return True
        # A retired version has a live successor; any other state means the document is deleted.
        erased = sorted({t.ref.document for t in tasks if t.state is not VersionState.RETIRED})
        gone = set(erased)
        retired = [t.ref for t in tasks if t.ref.document not in gone]
        refs = [t.ref for t in tasks]

        async def clear(name: PanelName, panel: Panel) -> bool:
            try:
                await panel.erase(erased)
                await panel.retire(retired)
            except PanelUnavailable as error:
                await self._ledger.failed(refs, name, error.message)
                return False
            await self._ledger.reached(refs, name, Reached.ABSENT)
            return True

        results = await asyncio.gather(*(clear(n, p) for n, p in self._panels.items()))
        if not all(results):
            return False
        for blob in await self._ledger.gone(refs):
            await self._blobs.delete(blob)
        for _ in erased:
            self._metrics.ingested("erased")
        return True


def _is_wanted(task: Task) -> bool:
    return any(state.wanted is Wanted.LIVE for state in task.states.values())


def _live_in(task: Task) -> list[PanelName]:
    return [n for n, state in task.states.items() if state.reached is Reached.LIVE]
