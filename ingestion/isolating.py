"""Isolate: one document that ends workers must not take others with it, nor go round for ever."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from contracts.errors import PanelUnavailable, Unreadable
from contracts.nouns import PanelName
from contracts.panels import Panel
from contracts.record import Ledger, Task, VersionState
from contracts.tracing import Outcome
from ingestion.ending import Ended

Handle = Callable[[Sequence[UUID]], Awaitable[None]]


class Isolate:
    """Use case: has documents handled together, but suspects one at a time and alone.

    A suspect is a document that was in hand when a worker process died. Whoever dies with it
    alone in hand was ended by it: after ``most`` deaths it is quarantined.
    """

    def __init__(
        self,
        ledger: Ledger,
        panels: Mapping[PanelName, Panel],
        handle: Handle,
        ended: Ended,
        *,
        most: int,
    ) -> None:
        self._ledger = ledger
        self._panels = panels
        self._handle = handle
        self._ended = ended
        self._most = most
        self._company = _Company()

    async def __call__(self, documents: Sequence[UUID]) -> None:
        """Handle documents. Raises what the handler raises; the same call again goes on."""
        suspects = await self._ledger.suspects(documents)
        if rest := [document for document in documents if document not in suspects]:
            async with self._company.together():
                await self._handle(rest)
        for document, crashes in suspects.items():
            async with self._company.alone():
                if crashes < self._most:
                    await self._handle([document])
                else:
                    await self._give_up(document, crashes)

    async def _give_up(self, document: UUID, crashes: int) -> None:
        began = time.perf_counter()
        async with self._ledger.claim([document]) as tasks:
            for task in tasks:
                if task.state is VersionState.PROCESSING and not task.deleted and task.serving:
                    await self._quarantine(task, crashes, began)

    async def _quarantine(self, task: Task, crashes: int, began: float) -> None:
        """Remove what was staged of a version, then end it; later, if a panel is down."""
        for name in sorted(task.states):
            try:
                await self._panels[name].retire([task.ref])
            except PanelUnavailable as error:
                await self._ledger.failed([task.ref], None, name, error.message)
                return
        sentence = f"Work on it ended the worker {crashes} times."
        remedy = "Give the workers more memory, then try it again: diptych retry --reason crashed."
        await self._ledger.quarantine(task.ref, Unreadable.CRASHED, f"{sentence} {remedy}")
        took_s = time.perf_counter() - began
        self._ended(task, Outcome.QUARANTINED, took_s, Unreadable.CRASHED)


class _Company:
    """Lets pieces of work go on together, or one of them alone; nobody is overtaken at the door."""

    def __init__(self) -> None:
        self._door = asyncio.Lock()
        self._inside = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        async with self._door:
            self._inside += 1
            self._empty.clear()
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        async with self._door:
            await self._empty.wait()
            yield
