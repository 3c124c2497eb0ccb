"""Rebuild: empty a panel and fill it again while the service answers; resumable by construction.

The register says how far a panel is, and every step is found again from there: *clearing* is to be
emptied, *filling* is left to the reconciler, as any backlog, and then proven and indexed.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from contracts.errors import InvalidInput, UnknownPanel
from contracts.nouns import PanelName, VersionRef
from contracts.panels import Panel
from contracts.policy import Change, PanelRecord, PanelRegister, PanelStanding
from contracts.record import Ledger
from ingestion.copying import FILE, OpenFile
from ingestion.faults import Difference, Fault
from ingestion.surveying import Findings, Scope, Survey

ORIGINALS = "originals"

Alone: TypeAlias = Callable[[], AbstractAsyncContextManager[bool]]
"""Holds a right that one process at a time has; gives False where another has it."""


class Rebuild:
    """Use case: drop a panel's content and make it again from another source."""

    def __init__(
        self,
        ledger: Ledger,
        panels: Mapping[PanelName, Panel],
        register: PanelRegister,
        survey: Survey,
        open_file: OpenFile,
        alone: Alone,
    ) -> None:
        self._ledger = ledger
        self._panels = panels
        self._register = register
        self._survey = survey
        self._open_file = open_file
        self._alone = alone

    async def begin(self, panel: str, source: str, change: Change) -> PanelName:
        """Have a panel filled again from the other one, the originals or ``file:PATH``.

        Raises UnknownPanel, InvalidInput for a source that cannot be one, what opening the file
        raises, and Conflict while a rebuild runs or when the panel or its source is off. Nothing
        was changed then.
        """
        name = self.named(panel)
        if source.startswith(FILE):
            await self._open_file(Path(source.removeprefix(FILE)))
        elif source != ORIGINALS and self.named(source) == name:
            raise InvalidInput(
                f"The panel {name} cannot be filled from itself.",
                f"Name the other panel, {ORIGINALS} or {FILE}PATH.",
            )
        await self._register.begin_rebuild(name, source, change)
        return name

    async def step(self) -> None:
        """Move every panel on that is being cleared or filled; one process at a time does."""
        async with self._alone() as is_mine:
            for record in await self._register.records() if is_mine else ():
                if record.standing is PanelStanding.CLEARING:
                    await self._clear(record.panel)
                elif record.standing is PanelStanding.FILLING and _is_full(record):
                    await self._finish(record.panel)

    async def _clear(self, name: PanelName) -> None:
        panel, scope = self._panels[name], await self._survey.scope()
        for generation in scope.generations:
            await panel.unindex(generation.number)
        await panel.clear()
        await self._register.refill(name)

    async def _finish(self, name: PanelName) -> None:
        """Let a panel serve that holds what the ledger says; indexes are built at once."""
        panel, scope = self._panels[name], await self._survey.scope()
        here = replace(scope, panels={name: panel})
        if await self._mend(panel, here):
            return
        for generation in scope.generations:
            await panel.prepare(generation)
        await self._register.serve(name)

    async def _mend(self, panel: Panel, here: Scope) -> bool:
        """Compare a filled panel with the ledger; tell whether something is to be done again."""
        is_open = False
        async for found in self._survey.versions(here, None, Findings(), deep=False):
            for generation in here.generations:
                number = generation.number
                mine = [d for d in found if d.generation == number]
                wrong = sorted({d.ref for d in mine if d.ref and d.fault is not Fault.EXTRA})
                await self._ledger.redo(wrong, number, panel.name)
                await panel.retire(_extra(mine), number)
                is_open = is_open or bool(wrong)
        for one in await self._survey.inside(here, None, deep=False):
            await panel.forget(one.generation)
        return is_open

    def named(self, panel: str) -> PanelName:
        """Give a panel by its name. Raises UnknownPanel."""
        for name in self._panels:
            if name == panel:
                return name
        raise UnknownPanel(
            f"There is no panel '{panel[:80]}'.", f"Name one of {', '.join(self._panels)}."
        )


def _is_full(record: PanelRecord) -> bool:
    return record.reached >= record.wanted


def _extra(found: Sequence[Difference]) -> list[VersionRef]:
    return sorted({d.ref for d in found if d.ref and d.fault is Fault.EXTRA})
