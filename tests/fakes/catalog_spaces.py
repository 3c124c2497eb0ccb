"""Generations and the register of panels in memory."""

from datetime import UTC, datetime

from contracts.errors import Conflict, NotFound
from contracts.nouns import Generation, PanelName
from contracts.policy import Change, GenerationRecord, GenerationState, PanelRecord, PanelStanding
from contracts.record import Reached, VersionState, Wanted
from tests.fakes.catalog_tables import Row, Space, Tables, Version, named

_BUILT = {GenerationState.BUILDING, GenerationState.PAUSED}
_REFILLED = {PanelStanding.CLEARING, PanelStanding.FILLING}


class InMemoryGenerations:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._last = 0

    async def ensure(self, model: str, dimension: int, chunker: str) -> Generation:
        self._tables.check()
        if not self._tables.spaces:
            self._add(model, dimension, chunker, GenerationState.LIVE)
        return self._tables.live_space().generation

    async def get(self, number: int) -> Generation:
        return self._space(number).generation

    async def records(self) -> list[GenerationRecord]:
        self._tables.check()
        return [self._record(space) for _, space in sorted(self._tables.spaces.items())]

    async def begin(self, model: str, dimension: int, chunker: str, change: Change) -> Generation:
        self._tables.check()
        for space in self._tables.spaces.values():
            known = space.generation
            if (known.model, known.dimension, known.chunker) == (model, dimension, chunker):
                raise Conflict(f"Generation {known.number} is this space.", "Activate it.")
            if space.state in _BUILT:
                raise Conflict(f"Generation {known.number} is being built.", "Wait for it.")
        live = self._tables.live_space().generation.number
        generation = self._add(model, dimension, chunker, GenerationState.BUILDING)
        for version in self._tables.versions():
            for row in [row for row in version.rows.values() if row.generation == live]:
                reached = Reached.ABSENT if row.wanted is Wanted.ABSENT else Reached.NOTHING
                _give(version, Row(row.panel, generation.number, row.wanted, reached))
        after = {"state": GenerationState.BUILDING.value}
        self._tables.note(change, "generation.begin", str(generation.number), {}, after)
        return generation

    async def pause(self, number: int, change: Change) -> None:
        self._turn(number, GenerationState.BUILDING, GenerationState.PAUSED, change, "pause")

    async def resume(self, number: int, change: Change) -> None:
        self._turn(number, GenerationState.PAUSED, GenerationState.BUILDING, change, "resume")

    async def activate(self, number: int, change: Change) -> None:
        space, former = self._space(number), self._tables.live_space()
        if space is former:
            return
        record = self._record(space)
        if space.state is GenerationState.RETIRING or record.reached < record.wanted:
            raise Conflict(
                f"Generation {number} has {record.reached} of {record.wanted} versions.",
                "Wait for it.",
            )
        former.turn(GenerationState.STANDBY)
        space.turn(GenerationState.LIVE)
        before, after = {"live": former.generation.number}, {"live": number}
        self._tables.note(change, "generation.activate", str(number), before, after)

    async def retire(self, number: int, change: Change) -> None:
        space = self._space(number)
        if space.state is GenerationState.LIVE:
            raise Conflict(f"Generation {number} is the live one.", "Activate another first.")
        if space.state is not GenerationState.RETIRING:
            for version in self._tables.versions():
                version.rows = {p: row for p, row in version.rows.items() if p[0] != number}
            self._turn(number, space.state, GenerationState.RETIRING, change, "retire")

    async def retired(self, number: int) -> None:
        self._tables.check()
        space = self._tables.spaces.get(number)
        if space and space.state is GenerationState.RETIRING:
            del self._tables.spaces[number]

    async def expired(self, grace_s: float) -> list[int]:
        self._tables.check()
        now = datetime.now(UTC)
        return [
            number
            for number, space in sorted(self._tables.spaces.items())
            if space.state is GenerationState.STANDBY
            and (now - space.since).total_seconds() >= grace_s
        ]

    def _add(self, model: str, dimension: int, chunker: str, state: GenerationState) -> Generation:
        self._last += 1
        generation = Generation(self._last, model, dimension, chunker)
        self._tables.spaces[generation.number] = Space(generation, state)
        return generation

    def _space(self, number: int) -> Space:
        self._tables.check()
        if number not in self._tables.spaces:
            raise NotFound(f"There is no generation {number}.", "List them to find it.")
        return self._tables.spaces[number]

    def _record(self, space: Space) -> GenerationRecord:
        number = space.generation.number
        is_kept = space.state is not GenerationState.RETIRING
        wanted = self._tables.shown() if is_kept else 0
        gaps = {ref for ref, row in self._tables.gaps() if row.generation == number}
        reached = wanted - len(gaps)
        return GenerationRecord(space.generation, space.state, space.since, wanted, reached)

    def _turn(
        self,
        number: int,
        before: GenerationState,
        after: GenerationState,
        change: Change,
        verb: str,
    ) -> None:
        space = self._space(number)
        if space.state is not before:
            raise Conflict(f"Generation {number} is {space.state}, not {before}.", "Look again.")
        space.turn(after)
        values = ({"state": before.value}, {"state": after.value})
        self._tables.note(change, f"generation.{verb}", str(number), *values)


class InMemoryPanelRegister:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def records(self) -> list[PanelRecord]:
        self._tables.check()
        found = []
        for panel, entry in self._tables.panels.items():
            is_on = entry.standing is not PanelStanding.OFF
            wanted = self._tables.shown() if is_on else 0
            state = (entry.standing, entry.source, entry.since, wanted, wanted - self._gaps(panel))
            found.append(PanelRecord(panel, *state))
        return found

    async def record(self, panel: PanelName) -> PanelRecord:
        return next(record for record in await self.records() if record.panel is panel)

    async def enable(self, panel: PanelName, change: Change) -> None:
        self._require(panel, PanelStanding.OFF)
        others = [p for p, e in self._tables.panels.items() if e.standing is PanelStanding.SERVING]
        for version in self._tables.versions():
            for row in list(version.rows.values()):
                _give(version, Row(panel, row.generation, row.wanted))
        source = others[0].value if others else "originals"
        self._turn(panel, PanelStanding.FILLING, source, change, "enable")

    async def disable(self, panel: PanelName, change: Change) -> None:
        self._require(panel, *(s for s in PanelStanding if s is not PanelStanding.OFF))
        if self._serving() == {panel}:
            raise Conflict(f"The panel {panel} is the last that serves.", "Enable the other.")
        for setting in self._tables.policies.values():
            if setting.policy and panel.value in named(setting.policy):
                raise Conflict(f"A policy names the panel {panel}.", "Change the policy first.")
        for version in self._tables.versions():
            version.rows = {p: row for p, row in version.rows.items() if p[1] != panel}
        self._turn(panel, PanelStanding.OFF, None, change, "disable")

    async def begin_rebuild(self, panel: PanelName, source: str, change: Change) -> None:
        self._require(panel, PanelStanding.SERVING, PanelStanding.CLEARING, PanelStanding.FILLING)
        if any(entry.standing in _REFILLED for entry in self._tables.panels.values()):
            raise Conflict("A rebuild is running already.", "Wait until it has ended.")
        if source in set(PanelName) and source not in self._serving() - {panel}:
            raise Conflict(f"The panel {source} cannot be copied from.", "Use the originals.")
        self._turn(panel, PanelStanding.CLEARING, source, change, "rebuild")

    async def refill(self, panel: PanelName) -> None:
        self._tables.check()
        entry = self._tables.panels[panel]
        if entry.standing is not PanelStanding.CLEARING:
            return
        for version in self._tables.versions():
            for row in version.rows.values():
                is_meant = row.panel is panel or entry.source == "originals"
                if is_meant and row.wanted is Wanted.LIVE and not _is_quarantined(version):
                    row.again()
                    version.stale |= entry.source == "originals"
        entry.turn(PanelStanding.FILLING, entry.source)

    async def serve(self, panel: PanelName) -> bool:
        self._tables.check()
        entry = self._tables.panels[panel]
        if entry.standing is PanelStanding.FILLING and not self._gaps(panel):
            entry.turn(PanelStanding.SERVING, None)
        return entry.standing is PanelStanding.SERVING

    def _gaps(self, panel: PanelName) -> int:
        return len({ref for ref, row in self._tables.gaps() if row.panel is panel})

    def _serving(self) -> set[PanelName]:
        panels = self._tables.panels.items()
        return {panel for panel, entry in panels if entry.standing is PanelStanding.SERVING}

    def _require(self, panel: PanelName, *standings: PanelStanding) -> None:
        self._tables.check()
        standing = self._tables.panels[panel].standing
        if standing not in standings:
            raise Conflict(f"The panel {panel} is {standing}.", "List the panels.")

    def _turn(
        self,
        panel: PanelName,
        standing: PanelStanding,
        source: str | None,
        change: Change,
        verb: str,
    ) -> None:
        entry = self._tables.panels[panel]
        before = {"standing": entry.standing.value, "source": entry.source}
        after = {"standing": standing.value, "source": source}
        entry.turn(standing, source)
        self._tables.note(change, f"panel.{verb}", panel.value, before, after)


def _give(version: Version, row: Row) -> None:
    """Add a row to a version that has none in that place; nothing to build if quarantined."""
    row.open = row.wanted is Wanted.ABSENT or not _is_quarantined(version)
    row.queued = False
    version.rows.setdefault((row.generation, row.panel), row)


def _is_quarantined(version: Version) -> bool:
    return version.state is VersionState.QUARANTINED
