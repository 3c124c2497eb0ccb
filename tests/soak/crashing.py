"""Named crash points: a process kills itself right before or right after a durable verb.

The service has no hooks for this. The adapters' classes are wrapped from outside, verb by verb, as
the ports name them, so neither the wiring nor an adapter knows of it, and a verb that a port gains
is a new crash point by itself.
"""

import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from catalog.blobs import FolderBlobs
from catalog.documents import PostgresDocuments
from catalog.generations import PostgresGenerations
from catalog.ledger import PostgresLedger
from catalog.queue import ProcrastinateQueue
from catalog.register import PostgresPanelRegister
from contracts.blobs import Blobs
from contracts.handling import Queue
from contracts.panels import Panel
from contracts.policy import Generations, PanelRegister
from contracts.record import Documents, Ledger
from graphstore.panel import Neo4jPanel
from vectorstore.panel import PostgresPanel

PORTS: dict[str, tuple[type, type]] = {
    "blobs": (Blobs, FolderBlobs),
    "documents": (Documents, PostgresDocuments),
    "generations": (Generations, PostgresGenerations),
    "graph": (Panel, Neo4jPanel),
    "ledger": (Ledger, PostgresLedger),
    "queue": (Queue, ProcrastinateQueue),
    "register": (PanelRegister, PostgresPanelRegister),
    "vector": (Panel, PostgresPanel),
}
"""Each port under the name that crash points have, and the adapter that is wrapped."""

READING: dict[type, frozenset[str]] = {
    Blobs: frozenset({"free", "path"}),
    Documents: frozenset({"counts", "find", "get", "original", "parts", "versions"}),
    Generations: frozenset({"expired", "get", "records"}),
    Ledger: frozenset(
        {
            *("backlog", "expectations", "live_versions", "moving", "readings", "sample"),
            *("still_wanted", "suspects", "unfinished"),
        }
    ),
    Panel: frozenset(
        {
            *("cards", "close", "digests", "export", "generations", "health", "misindexed"),
            *("name", "read", "search", "staged", "strays"),
        }
    ),
    PanelRegister: frozenset({"record", "records"}),
    Queue: frozenset({"waiting", "work", "workers"}),
}
"""Verbs after which nothing is different; every other verb of a port is a crash point."""

COMMANDED: dict[type, frozenset[str]] = {
    Ledger: frozenset({"redo"}),
    Panel: frozenset({"discard", "tidy"}),
    PanelRegister: frozenset({"disable", "enable"}),
}
"""Verbs that only a command or a repair reaches, which this run does not give."""

START = frozenset({"generations.ensure", "graph.prepare", "vector.prepare"})
"""Verbs that a process calls once, while it starts."""
API = frozenset(
    {
        *("blobs.put", "documents.accept", "documents.delete", "register.begin_rebuild"),
        *(f"generations.{verb}" for verb in ("activate", "begin", "pause", "resume", "retire")),
    }
)
"""Verbs that the API process calls; a worker calls the others."""

Moment = str
MOMENTS: tuple[Moment, ...] = ("before", "after")


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a process is to die: before or after the ``call``-th call of a verb from now on."""

    verb: str
    moment: Moment
    call: int = 1

    def __str__(self) -> str:
        """Give the form that ``parse`` reads."""
        return f"{self.verb}:{self.moment}:{self.call}"

    @classmethod
    def parse(cls, text: str) -> "Plan":
        """Read what ``str`` wrote."""
        verb, moment, call = text.strip().split(":")
        return cls(verb, moment, int(call))


def names() -> list[str]:
    """Give every verb that changes something and that this run reaches, in order."""
    return [
        f"{name}.{verb}"
        for name, (port, _) in PORTS.items()
        for verb in verbs(port)
        if verb not in COMMANDED.get(port, ())
    ]


def verbs(port: type) -> Iterator[str]:
    """Yield the changing verbs of a port, those that it inherits too."""
    for verb in sorted(dir(port)):
        if not verb.startswith("_") and verb not in READING[port]:
            yield verb


class Recorder:
    """Counts the calls of the planned verb, and calls ``end`` at the planned one."""

    def __init__(self, end: Callable[[str], None]) -> None:
        self._end = end
        self._plan: Plan | None = None
        self._calls = 0

    def arm(self, plan: Plan) -> None:
        """Die as planned; calls are counted from now on."""
        self._plan, self._calls = plan, 0

    def enter(self, verb: str, arguments: tuple[Any, ...]) -> Plan | None:
        """Note that a call begins; give the plan when this is the call after which to die.

        A call with an empty list has nothing to do, so nothing durable is near it.
        """
        plan = self._plan
        if plan is None or plan.verb != verb or _is_empty(arguments):
            return None
        self._calls += 1
        if self._calls != plan.call:
            return None
        if plan.moment == "before":
            self._end(str(plan))
            return None
        return plan

    def leave(self, plan: Plan | None) -> None:
        """Note that the call of ``enter`` has done its work."""
        if plan is not None:
            self._end(str(plan))


def install(recorder: Recorder) -> None:
    """Wrap every crash point's verb on its adapter's class."""
    for name, (port, adapter) in PORTS.items():
        for verb in verbs(port):
            if hasattr(adapter, verb):
                setattr(adapter, verb, wrapped(recorder, f"{name}.{verb}", getattr(adapter, verb)))


def wrapped(recorder: Recorder, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    """Give the verb with a recorder around it, whatever it gives: a value, a block, a stream."""

    @functools.wraps(original)
    def call(self: object, *arguments: Any, **named: Any) -> Any:
        given = original(self, *arguments, **named)
        if inspect.isawaitable(given):
            return _awaited(recorder, name, arguments, given)
        if isinstance(given, AbstractAsyncContextManager):
            return _entered(recorder, name, arguments, given)
        return _streamed(recorder, name, arguments, given)

    return call


async def _awaited(
    recorder: Recorder, name: str, arguments: tuple[Any, ...], given: Awaitable[Any]
) -> Any:
    plan = recorder.enter(name, arguments)
    value = await given
    recorder.leave(plan)
    return value


@asynccontextmanager
async def _entered(
    recorder: Recorder,
    name: str,
    arguments: tuple[Any, ...],
    given: AbstractAsyncContextManager[Any],
) -> AsyncIterator[Any]:
    plan = recorder.enter(name, arguments)
    async with given as value:
        recorder.leave(plan)
        yield value


async def _streamed(
    recorder: Recorder, name: str, arguments: tuple[Any, ...], given: AsyncIterator[Any]
) -> AsyncIterator[Any]:
    plan = recorder.enter(name, arguments)
    async for value in given:
        yield value
    recorder.leave(plan)


def _is_empty(arguments: tuple[Any, ...]) -> bool:
    return bool(arguments) and hasattr(arguments[0], "__len__") and not len(arguments[0])
