"""Survey: find every difference that is one, and not a document on its way."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from contracts.nouns import Generation, PanelName, StrayKind
from contracts.panels import Panel
from contracts.policy import Generations, GenerationState, PanelRegister, PanelStanding
from contracts.record import Ledger
from ingestion.examining import Counts, Seen, examine, witnesses
from ingestion.faults import SENTENCES, Difference, Fault
from ingestion.inspecting import explain

SUSPECTS = 500
"""Documents looked at again together."""
EXPLAINED = 100
"""Differences of one survey whose chunks and fields are named."""
UNSOUND = {Fault.MISSING, Fault.DIFFERENT, Fault.CORRUPT, Fault.AUDIENCE}
"""Faults that leave a panel without a sound copy of the version."""

_ON = {PanelStanding.FILLING, PanelStanding.SERVING}
_BUILT = {GenerationState.BUILDING, GenerationState.PAUSED}
_STRAYS = {StrayKind.AUDIENCE: Fault.AUDIENCE, StrayKind.GENERATION: Fault.GENERATION}


@dataclass(frozen=True, slots=True)
class Scope:
    """What there is to compare at this moment: panels that are on, generations kept up.

    ``unfinished`` are the generations of which many rows are not true yet.
    """

    panels: Mapping[PanelName, Panel]
    generations: tuple[Generation, ...]
    unfinished: frozenset[int]


@dataclass(slots=True)
class Findings:
    """What a survey counts while it goes. ``known`` are those of the documents asked for."""

    counts: Counts = field(default_factory=Counts)
    known: set[UUID] = field(default_factory=set)
    explained: int = 0


class Survey:
    """Three witnesses (the ledger and both panels) must tell the same story.

    What looks wrong is looked at again, between two readings of the ledger: it is a difference
    when the ledger wanted the same before and after, and had no row open in between.
    """

    def __init__(
        self,
        ledger: Ledger,
        panels: Mapping[PanelName, Panel],
        register: PanelRegister,
        generations: Generations,
    ) -> None:
        self._ledger = ledger
        self._panels = panels
        self._register = register
        self._generations = generations

    async def scope(self) -> Scope:
        """Give what there is to compare."""
        standings = {r.panel: r.standing for r in await self._register.records()}
        records = [
            r for r in await self._generations.records() if r.state is not GenerationState.RETIRING
        ]
        filling = PanelStanding.FILLING in standings.values()
        return Scope(
            {name: p for name, p in self._panels.items() if standings.get(name) in _ON},
            tuple(record.generation for record in records),
            frozenset(r.generation.number for r in records if filling or r.state in _BUILT),
        )

    async def versions(
        self,
        scope: Scope,
        documents: Sequence[UUID] | None,
        findings: Findings,
        *,
        deep: bool,
    ) -> AsyncIterator[list[Difference]]:
        """Yield what is wrong with versions, in batches.

        Raises PanelUnavailable when a panel cannot be asked: parity is proven or unknown, never
        assumed.
        """
        for generation in scope.generations:
            seen = self._seen(scope, generation, documents, findings)
            suspects: list[UUID] = []
            async for found in examine(seen, scope.panels, generation, deep=deep):
                suspects = sorted({*suspects, *(d.ref.document for d in found if d.ref)})
                if len(suspects) > SUSPECTS:
                    # The last may go on in the next batch, and is looked at as a whole.
                    *some, last = suspects
                    yield await self.confirmed(scope, generation, some, findings, deep=deep)
                    suspects = [last]
            yield await self.confirmed(scope, generation, suspects, findings, deep=deep)

    async def inside(
        self, scope: Scope, documents: Sequence[UUID] | None, *, deep: bool
    ) -> list[Difference]:
        """Give what is wrong with panels beside versions; ``deep`` asks each for its strays."""
        found = [] if documents is not None else await self._unknown(scope)
        if deep:
            for generation in scope.generations:
                for panel in scope.panels.values():
                    found += await self._strays(panel, generation, documents)
        return found

    async def _unknown(self, scope: Scope) -> list[Difference]:
        held = {name: await panel.generations() for name, panel in scope.panels.items()}
        known = {record.generation.number for record in await self._generations.records()}
        sentence = SENTENCES[Fault.GENERATION]
        return [
            Difference(name, None, Fault.GENERATION, sentence, number)
            for name, numbers in held.items()
            for number in sorted(set(numbers) - known)
        ]

    async def _strays(
        self, panel: Panel, generation: Generation, documents: Sequence[UUID] | None
    ) -> list[Difference]:
        """Ask for strays, and ask again: what is being written or removed is one for a moment."""
        found = {s async for s in panel.strays(generation.number)}
        if found:
            found &= {s async for s in panel.strays(generation.number)}
        if documents is not None:
            found = {s for s in found if s.ref and s.ref.document in set(documents)}
        named = sorted({s.ref.document for s in found if s.ref})
        moving = await self._ledger.moving(named, generation.number)
        return [
            Difference(
                panel.name,
                stray.ref,
                _STRAYS.get(stray.kind, Fault.STRAY),
                stray.detail,
                generation.number,
            )
            for stray in sorted(found, key=lambda s: s.detail)
            if not stray.ref or stray.ref.document not in moving
        ]

    async def _seen(
        self,
        scope: Scope,
        generation: Generation,
        documents: Sequence[UUID] | None,
        findings: Findings,
    ) -> AsyncIterator[Seen]:
        """Count what the witnesses say, and leave out what is known to be on its way."""
        patient = generation.number in scope.unfinished
        async for one in witnesses(self._ledger, scope.panels, generation.number, documents):
            findings.counts.add(one)
            if documents is not None:
                findings.known.add(one.ref.document)
            if patient and one.want and not one.want.seals:
                findings.counts.pending += 1
            else:
                yield one

    async def confirmed(
        self,
        scope: Scope,
        generation: Generation,
        documents: Sequence[UUID],
        findings: Findings,
        *,
        deep: bool,
    ) -> list[Difference]:
        """Look at documents again, and give what is wrong and not just on its way."""
        if not documents:
            return []
        before = await self._expected(generation, documents)
        seen = witnesses(self._ledger, scope.panels, generation.number, documents)
        batches = examine(seen, scope.panels, generation, deep=deep)
        found = [difference async for batch in batches for difference in batch]
        moving = await self._ledger.moving(documents, generation.number)
        after = await self._expected(generation, documents)
        steady = {d for d in documents if d not in moving and before.get(d) == after.get(d)}
        firm = [d for d in found if d.ref and d.ref.document in steady]
        findings.counts.pending += len({d.ref for d in found} - {d.ref for d in firm})
        return await self._explained(scope, firm, findings) if deep else firm

    async def _expected(
        self, generation: Generation, documents: Sequence[UUID]
    ) -> dict[UUID, list[object]]:
        wanted: defaultdict[UUID, list[object]] = defaultdict(list)
        async for one in self._ledger.expectations(generation.number, documents):
            wanted[one.ref.document].append((one.ref.number, dict(one.seals)))
        return dict(wanted)

    async def _explained(
        self, scope: Scope, found: Sequence[Difference], findings: Findings
    ) -> list[Difference]:
        """Name the chunks and fields in which copies differ from the sound one."""
        sick = {(d.panel, d.ref) for d in found if d.fault in UNSOUND}
        said = []
        for one in found:
            sound = [p for name, p in scope.panels.items() if (name, one.ref) not in sick]
            known = one.fault in {Fault.CORRUPT, Fault.DIFFERENT}
            if one.ref and known and sound and findings.explained < EXPLAINED:
                findings.explained += 1
                mine = scope.panels[one.panel]
                detail = await explain(mine, sound[0], one.ref, one.generation)
                said.append(replace(one, detail=detail or one.detail))
            else:
                said.append(one)
        return said
