"""Deliver: the way of versions into one panel: staged block by block, verified, then shown."""

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from contracts.digests import card_digest, marks
from contracts.errors import PanelUnavailable, SpaceMismatch
from contracts.nouns import EmbeddedChunk, PanelName, StagedVersion, VersionRef, seal
from contracts.observing import Metrics
from contracts.panels import Panel
from contracts.record import Held, Ledger, Reached
from ingestion.lanes import Lane


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


class Tally:
    """What a panel must hold of versions of one generation once all was sent."""

    def __init__(self, versions: Sequence[StagedVersion]) -> None:
        self._versions = {version.ref: version for version in versions}
        self._cards = {version.ref: card_digest(version.card) for version in versions}
        self._sums = dict.fromkeys(self._versions, (0, 0, 0))

    @property
    def refs(self) -> list[VersionRef]:
        """The versions, in the order in which they were given."""
        return list(self._versions)

    def add(self, block: Iterable[EmbeddedChunk]) -> None:
        """Count chunks in."""
        for one in block:
            ref, (first, second) = one.chunk.id.ref, marks(one.digest)
            chunks, firsts, seconds = self._sums[ref]
            self._sums[ref] = chunks + 1, firsts + first, seconds + second

    def held(self, ref: VersionRef) -> Held:
        """Give what a panel holds of a version when it holds all that was sent."""
        chunks, first, second = self._sums[ref]
        return Held(chunks, seal(chunks, (first, second), self._cards[ref]))

    def versions(self, block: Iterable[EmbeddedChunk]) -> list[StagedVersion]:
        """Give the versions that a block's chunks belong to."""
        return [self._versions[ref] for ref in dict.fromkeys(c.chunk.id.ref for c in block)]

    def empty(self) -> list[StagedVersion]:
        """Give the versions without a chunk."""
        return [v for ref, v in self._versions.items() if not self._sums[ref][0]]


class Delivery:
    """One panel's lane for a tally's versions: ``put`` blocks in the block, then ``publish``.

    A panel that does not answer is noted in the ledger once and left alone; ``down`` tells it.
    """

    def __init__(
        self,
        ledger: Ledger,
        panel: Panel,
        generation: int,
        tally: Tally,
        metrics: Metrics,
        *,
        overwrite: bool = False,
    ) -> None:
        self.down = False
        self._ledger = ledger
        self._panel = panel
        self._generation = generation
        self._tally = tally
        self._metrics = metrics
        self._overwrite = overwrite

    async def __aenter__(self) -> Self:
        """Open the lane."""
        self._lane = Lane(self._stage)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait until all that was put is in the panel; on an error, give the lane up."""
        try:
            if kind is None:
                await self._lane.finish()
        finally:
            await self._lane.abandon()

    async def put(self, block: Sequence[EmbeddedChunk]) -> None:
        """Hand a block over; it is staged at the panel's own pace."""
        await self._lane.put(block)

    async def publish(self, refs: Collection[VersionRef]) -> list[VersionRef]:
        """Show those of the versions of which the panel holds exactly what was sent.

        All other versions of the tally are removed and noted as failed; what nobody wants any
        more stays invisible, the ledger has it removed. Gives what is shown.
        """
        if self.down:
            return []
        began = time.perf_counter()
        try:
            right = await self._verified(refs)
            wrong = [ref for ref in self._tally.refs if ref not in right]
            wanted = await self._ledger.may_publish(sorted(right))
            shown = [ref for ref in self._tally.refs if ref in wanted]
            await self._panel.publish(shown, self._generation)
            await self._panel.retire(wrong, self._generation)
        except PanelUnavailable as error:
            await self._lost(error.message)
            return []
        self._metrics.stage_took("verify", time.perf_counter() - began)
        name, held = self._panel.name, {ref: self._tally.held(ref) for ref in shown}
        await self._ledger.reached(shown, self._generation, name, Reached.LIVE, held)
        if wrong:
            # What the panel held was not what was sent: removed, and sent again by the sweep.
            sentence = "The panel held other chunks than were to be sent to it."
            await self._ledger.failed(wrong, self._generation, name, sentence)
        return shown

    async def _stage(self, chunks: Sequence[EmbeddedChunk]) -> None:
        if self.down:
            return
        began = time.perf_counter()
        versions = self._tally.versions(chunks)
        try:
            await self._panel.stage(versions, chunks, overwrite=self._overwrite)
        except (PanelUnavailable, SpaceMismatch) as error:  # or not prepared for it yet
            await self._lost(error.message)
            return
        self._metrics.stage_took("write", time.perf_counter() - began)
        self._metrics.chunks_written(self._panel.name, len(chunks))

    async def _verified(self, refs: Collection[VersionRef]) -> set[VersionRef]:
        wanted = set(refs)
        await self._panel.stage(self._tally.empty(), [])
        documents = sorted({ref.document for ref in wanted})
        return {
            held.ref
            async for held in self._panel.digests(self._generation, documents)
            if held.ref in wanted and held.seal == self._tally.held(held.ref).seal
        }

    async def _lost(self, error: str) -> None:
        self.down = True
        refs = self._tally.refs
        await self._ledger.failed(refs, self._generation, self._panel.name, error)
