"""Copy: bring a panel up to date from the other one, without reading or embedding again."""

from collections.abc import Mapping, Sequence

from contracts.digests import card_digest
from contracts.errors import PanelUnavailable
from contracts.nouns import EmbeddedChunk, PanelName, StagedVersion
from contracts.observing import Metrics
from contracts.panels import Panel
from contracts.record import Ledger, Reached, Task
from ingestion.writing import BLOCK, Expected, Written


class Copy:
    """Drains a panel's backlog from a panel that has the version live."""

    def __init__(self, ledger: Ledger, panels: Mapping[PanelName, Panel], metrics: Metrics) -> None:
        self._ledger = ledger
        self._panels = panels
        self._metrics = metrics

    async def __call__(self, tasks: Sequence[Task]) -> Written:
        """Copy each task's version from where it is live to where it is missing.

        A panel that does not answer is not asked again in this call.
        """
        written = Written()
        for task in tasks:
            live = [n for n, state in task.states.items() if state.reached is Reached.LIVE]
            for target in sorted(set(task.states) - set(live)):
                await self._copy(task, live[0], target, written)
        return written

    async def _copy(
        self, task: Task, source: PanelName, target: PanelName, written: Written
    ) -> None:
        if written.down & {source, target}:
            written.down.add(target)
            return
        try:
            count = await self._transfer(task, self._panels[source], self._panels[target])
        except PanelUnavailable as error:
            health = await self._panels[target].health()
            written.down.add(target if not health.ready else source)
            await self._ledger.failed([task.ref], target, error.message)
            return
        if count is None:
            await self._ledger.failed(
                [task.ref], target, f"The copy in the {source} panel changed on its way."
            )
            return
        self._metrics.chunks_written(target, count)
        await self._ledger.reached([task.ref], target, Reached.LIVE, {task.ref: count})
        written.add([task.ref], target)

    async def _transfer(self, task: Task, source: Panel, target: Panel) -> int | None:
        """Copy block by block and publish; None when the result is not equal to the source."""
        staged = await source.staged(task.ref, task.generation)
        if staged is None:
            return None
        expected = Expected(card_digest(staged.card))
        block: list[EmbeddedChunk] = []
        async for chunk in source.export(task.ref, task.generation):
            expected.add(chunk)
            block.append(chunk)
            if len(block) == BLOCK:
                await target.stage([staged], block)
                block = []
        await target.stage([staged], block)
        if not await _holds(target, staged, expected):
            await target.retire([task.ref])
            return None
        await target.publish([task.ref])
        return expected.chunks


async def _holds(panel: Panel, staged: StagedVersion, expected: Expected) -> bool:
    """Tell whether a panel holds exactly what was sent."""
    want = (expected.chunks, expected.marks, expected.card)
    async for held in panel.digests(staged.generation, [staged.ref.document]):
        if held.ref == staged.ref:
            return (held.chunks, held.marks, held.card) == want
    return False
