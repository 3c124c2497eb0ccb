"""Repair: mend every difference from a sound copy, in either direction, embedding nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias
from uuid import UUID

from contracts.nouns import Generation, PanelName, VersionRef
from contracts.observing import Metrics
from contracts.panels import Panel
from contracts.record import Ledger
from ingestion.copying import BLOCK, blocks
from ingestion.delivering import Delivery, Tally
from ingestion.faults import Fault, ParityReport
from ingestion.parity import CheckParity, Faults
from ingestion.surveying import EXPLAINED, UNSOUND, Findings, Scope, Survey

TOGETHER = 100
"""Documents held against the workers at a time."""

Sick: TypeAlias = Mapping[VersionRef, Mapping[PanelName, set[Fault]]]
Lots: TypeAlias = Mapping[tuple[PanelName, PanelName], list[VersionRef]]


class Repair:
    """Use case: make the panels what the ledger wants, and say what was found and mended.

    A sound copy is one that is what its digests say and, where the ledger has a seal, what was
    sealed. It overwrites the other chunk by chunk: readers see each as before or right. A version
    without a sound copy goes back to the backlog and is made again from the stored text.
    """

    def __init__(
        self, ledger: Ledger, survey: Survey, check: CheckParity, metrics: Metrics
    ) -> None:
        self._ledger = ledger
        self._survey = survey
        self._check = check
        self._metrics = metrics

    async def __call__(
        self, documents: Sequence[UUID] | None = None, *, deep: bool = False
    ) -> ParityReport:
        """Check, mend and check again what was wrong; raises what a check raises.

        What could only be put back in the backlog is not counted as repaired.
        """
        report, faults = await self._check.faults(documents, deep=deep)
        if report.clean:
            return report
        scope = await self._survey.scope()
        await self._tidy(scope, faults)
        redone = 0
        for generation in scope.generations:
            sick = sorted(d for number, d in faults.places if number == generation.number)
            for start in range(0, len(sick), TOGETHER):
                some = sick[start : start + TOGETHER]
                async with self._ledger.claim(some):
                    redone += await self._mend(scope, generation, some)
        left = redone + await self._left(faults, documents, deep=deep)
        if documents is None and not left:
            # All else was clean before, and this is now.
            await self._check.remember(replace(report, clean=True, found=0), {})
        return replace(report, clean=not left, repaired=max(report.found - left, 0))

    async def _left(self, faults: Faults, documents: Sequence[UUID] | None, *, deep: bool) -> int:
        """Count what is still wrong with what was wrong."""
        scope, findings = await self._survey.scope(), Findings(explained=EXPLAINED)
        sick = sorted({document for _, document in faults.places})
        each = self._survey.versions(scope, sick, findings, deep=True)
        versions = [len(found) async for found in each]
        return sum(versions) + len(await self._survey.inside(scope, documents, deep=deep))

    async def _tidy(self, scope: Scope, faults: Faults) -> None:
        """Mend what is wrong beside versions; a generation that nobody knows is forgotten."""
        kept = {generation.number for generation in scope.generations}
        for name, number in sorted(faults.inside):
            if number in kept:
                await scope.panels[name].tidy(number)
            else:
                await scope.panels[name].forget(number)

    async def _mend(self, scope: Scope, generation: Generation, documents: Sequence[UUID]) -> int:
        """Mend documents that are held; give how many faults had no sound copy to mend from."""
        findings, number = Findings(explained=EXPLAINED), generation.number
        found = await self._survey.confirmed(scope, generation, documents, findings, deep=True)
        sick: defaultdict[VersionRef, defaultdict[PanelName, set[Fault]]]
        sick = defaultdict(lambda: defaultdict(set))
        for one in found:
            if one.ref:
                sick[one.ref][one.panel].add(one.fault)
        for name, panel in scope.panels.items():
            await panel.retire(_with(sick, name, Fault.EXTRA), number)
            hidden = _with(sick, name, Fault.HIDDEN)
            await panel.publish([r for r in hidden if not sick[r][name] & UNSOUND], number)
        lots, lost = _lots(sick, list(scope.panels))
        for (source, target), refs in lots.items():
            mended = await self._overwrite(
                scope.panels[source], scope.panels[target], refs, generation
            )
            await self._ledger.redo([r for r in refs if r not in mended], number, target)
        for name in scope.panels:
            await self._ledger.redo(lost, number, name)
        return sum(len(faults) for ref in lost for faults in sick[ref].values())

    async def _overwrite(
        self, source: Panel, target: Panel, refs: Sequence[VersionRef], generation: Generation
    ) -> set[VersionRef]:
        """Make a panel's copies those of the source; give the versions that are so now."""
        number = generation.number
        cards = await source.cards(refs, number)
        tally = Tally([cards[ref] for ref in refs if ref in cards])
        surplus = {one.chunk.id async for one in target.export(refs, number)}
        delivery = Delivery(self._ledger, target, number, tally, self._metrics, overwrite=True)
        async with delivery:
            async for block in blocks(source.export(tally.refs, number), BLOCK):
                surplus.difference_update(one.chunk.id for one in block)
                tally.add(block)
                await delivery.put(block)
        await target.discard(sorted(surplus))
        return set(await delivery.publish(tally.refs))


def _with(sick: Sick, panel: PanelName, fault: Fault) -> list[VersionRef]:
    return [ref for ref, panels in sorted(sick.items()) if fault in panels.get(panel, ())]


def _lots(sick: Sick, panels: Sequence[PanelName]) -> tuple[Lots, list[VersionRef]]:
    """Say which versions to copy from where to where, and which have no sound copy."""
    lots: defaultdict[tuple[PanelName, PanelName], list[VersionRef]] = defaultdict(list)
    lost = []
    for ref, faults in sorted(sick.items()):
        if any(Fault.EXTRA in found for found in faults.values()):
            continue
        targets = [panel for panel in panels if faults.get(panel, set()) & UNSOUND]
        sound = [panel for panel in panels if panel not in targets]
        if targets and not sound:
            lost.append(ref)
        for target in targets if sound else ():
            lots[sound[0], target].append(ref)
    return lots, lost
