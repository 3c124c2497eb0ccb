"""A place in memory: what is in it, what went wrong there, and what it was told."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from contracts.errors import DiptychError
from contracts.intake import Intake, Item, Missed, Place, Sighting


@dataclass
class FakeIntake:
    """``things`` by source: bytes, or why they cannot be read; ``trouble`` ends a look at its end.

    Marks count how often a thing was put there.
    """

    things: dict[str, bytes | Exception] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    missed: list[Missed] = field(default_factory=list)
    trouble: Exception | None = None
    told: list[str] = field(default_factory=list)
    reads: int = 0
    changes: asyncio.Queue[None] | None = None
    """Where a place that can tell of changes is told of them; ``join`` waits until it told."""

    def put(self, source: str, content: str | bytes | Exception) -> None:
        self.things[source] = content.encode() if isinstance(content, str) else content
        self.marks[source] = self.marks.get(source, 0) + 1

    @asynccontextmanager
    async def opened(self, place: Place) -> AsyncIterator[Intake]:  # noqa: ARG002 - the only one
        yield self

    async def check(self) -> None:
        if self.trouble:
            raise self.trouble

    async def look(self) -> AsyncIterator[Sighting]:
        for source in list(self.things):
            yield self._item(source)
        for one in self.missed:
            yield one
        if self.trouble:
            raise self.trouble

    def _item(self, source: str) -> Item:
        async def pieces() -> AsyncIterator[bytes]:
            self.reads += 1
            content = self.things[source]
            if isinstance(content, Exception):
                raise content
            yield content

        return Item(source, str(self.marks[source]), source.rsplit("/", 1)[-1], pieces)

    async def accepted(self, items: Sequence[Item]) -> None:
        self.told += [item.source for item in items]

    async def wakes(self) -> AsyncIterator[None]:
        while self.changes:
            await self.changes.get()
            yield
            self.changes.task_done()

    async def close(self) -> None:
        pass


def failing(error: DiptychError) -> FakeIntake:
    """A place that cannot be looked at."""
    return FakeIntake(trouble=error)
