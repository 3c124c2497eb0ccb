"""Ports of the ways in: places that documents come from by themselves, and what is known of them.

A place is a watched folder, a mailbox or a bucket. It is looked at again and again; nothing in it
is changed unless its settings say so.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias
from uuid import UUID

from contracts.nouns import DEFAULT_WORKSPACE, Json

EVERY_S = 60.0


class PlaceKind(StrEnum):
    """What a place is."""

    FOLDER = "folder"
    MAILBOX = "mailbox"
    BUCKET = "bucket"


@dataclass(frozen=True, slots=True)
class Place:
    """Where documents come from by themselves: settings, never a password or key.

    ``options`` are the adapter's own. With ``mirror``, what is gone from the place is deleted.
    """

    name: str
    kind: PlaceKind
    address: str
    workspace: str = DEFAULT_WORKSPACE
    every_s: float = EVERY_S
    mirror: bool = False
    options: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """A place as somebody describes it; ``options`` are those that were given."""

    kind: str
    address: str
    name: str | None = None
    workspace: str = DEFAULT_WORKSPACE
    every_s: float = EVERY_S
    mirror: bool = False
    options: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a place that is whole and can be taken.

    ``source`` identifies the document, ``mark`` is what tells whether it changed: equal marks,
    equal bytes. ``pieces`` reads the bytes, each time from the start; it raises Conflict when they
    change meanwhile, NotFound when they are gone, Unavailable when the place does not answer.
    """

    source: str
    mark: str
    filename: str
    pieces: Callable[[], AsyncIterator[bytes]]
    size: int | None = None
    metadata: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Missed:
    """What is there and cannot be taken now, and why.

    ``again_s`` is in how many seconds it may be whole; None where a person has to do something.
    """

    source: str
    reason: str
    again_s: float | None = None


Sighting: TypeAlias = Item | Missed


class Intake(Protocol):
    """A place that is looked at again and again."""

    async def check(self) -> None:
        """Return when it can be looked at. Raises what ``look`` raises."""
        ...

    def look(self) -> AsyncIterator[Sighting]:
        """Yield everything that is there, in any order, without holding it all.

        Raises SetupFailed when the place is not there or must not be read, Unavailable when it
        does not answer.
        """
        ...

    async def accepted(self, items: Sequence[Item]) -> None:
        """Be told what is durable now, or was already; the same may be told again.

        Raises what ``look`` raises; what could not be done is done when it is told again.
        """
        ...

    def wakes(self) -> AsyncIterator[None]:
        """Yield at first and when something may have changed; nothing where none can tell."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of an item; ``error`` is why it was refused as it was then."""

    source: str
    mark: str
    documents: tuple[UUID, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What one look came to, item by item.

    ``waiting`` are not whole yet. ``failures`` are the first of those that failed, with the reason;
    ``error`` is why the look ended early.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    waiting: int = 0
    failed: int = 0
    failures: tuple[Missed, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A place and how the last look at it ended; ``due_s`` is in how long the next one is."""

    place: Place
    looked: datetime | None = None
    took_s: float | None = None
    report: Report | None = None
    troubles: int = 0
    """Looks that ended early, one after the other."""
    due_s: float = 0.0


class Places(Protocol):
    """What is recorded of places. Raises CatalogUnavailable; NotFound for an unknown name."""

    async def add(self, place: Place) -> bool:
        """Keep a place; False when exactly this one is there already.

        Raises Conflict when the name is another one's, NotFound for an unknown workspace.
        """
        ...

    async def get(self, name: str) -> PlaceRecord:
        """Give a place."""
        ...

    async def all(self) -> list[PlaceRecord]:
        """Give all of them by name."""
        ...

    async def remove(self, name: str) -> None:
        """Forget a place and its marks; documents stay."""
        ...

    def alone(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Lend the right to look at a place; False where another process has it, or it is gone.

        It ends with the block, or with the process.
        """
        ...

    async def hasten(self, name: str, in_s: float) -> None:
        """Let the next look be soon, also when one is going on.

        A place that takes long to look at is given rest.
        """
        ...

    async def begin(self, name: str) -> int:
        """Give a look its number, greater than all before; the next one is not due meanwhile."""
        ...

    async def ended(self, name: str, report: Report, *, took_s: float, next_s: float) -> None:
        """Note how a look ended and when the next one is due."""
        ...

    async def known(self, name: str, sources: Collection[str]) -> Mapping[str, Known]:
        """Give what is remembered of these items, by source."""
        ...

    async def remember(self, name: str, items: Sequence[Known], look: int) -> None:
        """Remember items as they were seen in a look, in the place of what was known."""
        ...

    async def seen(self, name: str, sources: Collection[str], look: int) -> None:
        """Note that known items are there unchanged."""
        ...

    async def unseen(self, name: str, look: int, limit: int) -> list[Known]:
        """Give some of the known items that were last seen before this look."""
        ...

    async def forget(self, name: str, sources: Collection[str]) -> None:
        """Forget items."""
        ...
