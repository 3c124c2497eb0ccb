"""Generations: begin a new embedding space beside the live one, and see each to its end."""

from collections.abc import Mapping
from contextlib import suppress

from contracts.content import Spaces
from contracts.errors import PanelUnavailable, SpaceMismatch
from contracts.nouns import Generation, PanelName
from contracts.panels import Panel
from contracts.policy import (
    Change,
    Generations,
    GenerationState,
    PanelRegister,
    PanelStanding,
)

GRACE = Change("the service", reasons=("its grace time is over",))


class KeepGenerations:
    """Use case: panels know the generations that are kept up, and forget those that retire."""

    def __init__(
        self,
        generations: Generations,
        panels: Mapping[PanelName, Panel],
        register: PanelRegister,
        spaces: Spaces,
        *,
        grace_s: float,
    ) -> None:
        self._generations = generations
        self._panels = panels
        self._register = register
        self._spaces = spaces
        self._grace_s = grace_s

    async def begin(self, model: str, dimension: int, chunker: str, change: Change) -> Generation:
        """Begin to build a generation; the reconciler does it, from the stored text.

        Raises SpaceMismatch when this process cannot work in it, Conflict when it is there
        already or another is being built. Nothing was changed then. A panel that does not answer
        now is prepared by a later step.
        """
        space = Generation(0, model, dimension, chunker)
        self._spaces.chunker(space)
        embedder = self._spaces.embedder(space)
        if embedder.dimension != dimension:
            raise SpaceMismatch(
                f"The model {model} gives vectors of {embedder.dimension} numbers, "
                f"not {dimension}.",
                f"Begin the generation with dimension {embedder.dimension}.",
            )
        generation = await self._generations.begin(model, dimension, chunker, change)
        for panel in (await self._on()).values():
            with suppress(PanelUnavailable):
                await panel.prepare(generation)
        return generation

    async def step(self) -> None:
        """Prepare panels for what they must keep, and remove from all what is retiring."""
        for number in await self._generations.expired(self._grace_s):
            await self._generations.retire(number, GRACE)
        panels, records = await self._on(), await self._generations.records()
        for panel in panels.values():
            with suppress(PanelUnavailable):
                held = await panel.generations()
                for record in records:
                    known = record.generation.number in held
                    if not known and record.state is not GenerationState.RETIRING:
                        await panel.prepare(record.generation)
        for record in records:
            if record.state is GenerationState.RETIRING:
                for panel in panels.values():
                    await panel.forget(record.generation.number)
                await self._generations.retired(record.generation.number)

    async def _on(self) -> dict[PanelName, Panel]:
        standings = {r.panel: r.standing for r in await self._register.records()}
        off = PanelStanding.OFF
        return {n: p for n, p in self._panels.items() if standings.get(n, off) is not off}
