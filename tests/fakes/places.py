"""Places in memory."""

import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from contracts.errors import Conflict, NotFound
from contracts.intake import Known, Place, PlaceRecord, Report
from tests.fakes.catalog_tables import Tables

REST = 5


@dataclass
class Kept:
    record: PlaceRecord
    due: float
    hastened: bool = False
    looks: int = 0
    locked: bool = False
    items: dict[str, tuple[Known, int]] = field(default_factory=dict)


class InMemoryPlaces:
    """``advance`` lets time pass."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._kept: dict[str, Kept] = {}
        self._ahead = 0.0

    def advance(self, seconds: float) -> None:
        self._ahead += seconds

    def _now(self) -> float:
        return time.monotonic() + self._ahead

    def _of(self, name: str) -> Kept:
        self._tables.check()
        if name not in self._kept:
            raise NotFound(f"There is no place {name}.", "List them.")
        return self._kept[name]

    async def add(self, place: Place) -> bool:
        self._tables.check()
        if place.workspace not in self._tables.workspaces:
            raise NotFound(f"There is no workspace {place.workspace}.", "Create it first.")
        if place.name not in self._kept:
            self._kept[place.name] = Kept(PlaceRecord(place), self._now())
            return True
        if self._kept[place.name].record.place != place:
            raise Conflict("The name stands for another place.", "Take another name.")
        return False

    async def get(self, name: str) -> PlaceRecord:
        one = self._of(name)
        return replace(one.record, due_s=one.due - self._now())

    async def all(self) -> list[PlaceRecord]:
        self._tables.check()
        return [await self.get(name) for name in sorted(self._kept)]

    async def remove(self, name: str) -> None:
        self._of(name)
        del self._kept[name]

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[bool]:
        self._tables.check()
        one = self._kept.get(name)
        if one is None or one.locked:
            yield False
            return
        one.locked = True
        try:
            yield True
        finally:
            one.locked = False

    async def hasten(self, name: str, in_s: float) -> None:
        one, now = self._of(name), self._now()
        rested = now - 1 if one.record.took_s is None else now + REST * one.record.took_s
        one.hastened, one.due = True, min(one.due, max(now + in_s, rested))

    async def begin(self, name: str) -> int:
        one = self._of(name)
        one.looks += 1
        one.hastened, one.due = False, self._now() + one.record.place.every_s
        return one.looks

    async def ended(self, name: str, report: Report, *, took_s: float, next_s: float) -> None:
        one, failed = self._of(name), report.error is not None
        troubles = one.record.troubles + 1 if failed else 0
        one.record = PlaceRecord(one.record.place, datetime.now(UTC), took_s, report, troubles)
        soon = one.hastened and not failed
        one.due = self._now() + (min(next_s, REST * took_s) if soon else next_s)

    async def known(self, name: str, sources: Collection[str]) -> Mapping[str, Known]:
        self._tables.check()
        items = self._kept[name].items if name in self._kept else {}
        return {source: items[source][0] for source in sources if source in items}

    async def remember(self, name: str, items: Sequence[Known], look: int) -> None:
        self._tables.check()
        if name in self._kept:
            self._kept[name].items.update({one.source: (one, look) for one in items})

    async def seen(self, name: str, sources: Collection[str], look: int) -> None:
        known = await self.known(name, sources)
        await self.remember(name, list(known.values()), look)

    async def unseen(self, name: str, look: int, limit: int) -> list[Known]:
        self._tables.check()
        items = self._kept[name].items if name in self._kept else {}
        return [one for one, seen in items.values() if seen < look][:limit]

    async def forget(self, name: str, sources: Collection[str]) -> None:
        self._tables.check()
        for source in sources:
            self._kept[name].items.pop(source, None)
