"""Drain: work a panel's backlog in this process at full speed, beside whatever workers do."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from uuid import UUID

from contracts.nouns import PanelName
from contracts.policy import Generations, GenerationState, PanelRegister, PanelStanding
from contracts.record import Ledger

TOGETHER = 1000
"""Documents claimed and copied together: few transactions, few long streams."""
AT_ONCE = 2
"""Batches in hand: one is verified and noted while another is read."""

_BUILT = {GenerationState.BUILDING, GenerationState.LIVE, GenerationState.STANDBY}

Reconciling = Callable[[Sequence[UUID]], Awaitable[None]]
Progress = Callable[[int, int], None]


class Drain:
    """Use case: fill a panel from here instead of waiting for the workers."""

    def __init__(
        self,
        ledger: Ledger,
        register: PanelRegister,
        generations: Generations,
        reconcile: Reconciling,
    ) -> None:
        self._ledger = ledger
        self._register = register
        self._generations = generations
        self._reconcile = reconcile

    async def __call__(self, panel: PanelName, progress: Progress) -> bool:
        """Reconcile what is not true yet while that helps; give whether the panel is filled.

        ``progress`` is told how many versions are reached, and wanted. False means that what is
        left waits for something else: the panel to be cleared, a source, another worker.
        """
        record, before = await self._register.record(panel), -1
        while record.standing is PanelStanding.FILLING and record.reached > before:
            progress(record.reached, record.wanted)
            if record.reached >= record.wanted:
                break
            before = record.reached
            await self._pass(panel, progress)
            record = await self._register.record(panel)
        return record.standing is not PanelStanding.CLEARING and record.reached >= record.wanted

    async def _pass(self, panel: PanelName, progress: Progress) -> None:
        batches = _batches(await self._lacking())

        async def work() -> None:
            for batch in batches:
                await self._reconcile(batch)
                record = await self._register.record(panel)
                progress(record.reached, record.wanted)

        ended = await asyncio.gather(*(work() for _ in range(AT_ONCE)), return_exceptions=True)
        for error in ended:
            if error:
                raise error

    async def _lacking(self) -> list[UUID]:
        """Give the documents with a row that is not true, in order."""
        found: set[UUID] = set()
        for record in await self._generations.records():
            if record.state in _BUILT:
                async for one in self._ledger.expectations(record.generation.number):
                    if not one.seals:
                        found.add(one.ref.document)
        return sorted(found)


def _batches(documents: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(documents), TOGETHER):
        yield documents[start : start + TOGETHER]
