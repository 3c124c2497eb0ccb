"""A tracker in memory, which can be slow or away."""

import threading
from uuid import UUID

from contracts.configurations import Version
from contracts.errors import Unavailable
from contracts.tracking import TrackedRun


class InMemoryTracker:
    """``away`` fails every verb; ``hold`` lets them wait until it is set."""

    def __init__(self, *, away: bool = False, hold: threading.Event | None = None) -> None:
        self.shown: dict[UUID, TrackedRun] = {}
        self.aliases: dict[str, int] = {}
        self.closed = False
        self.calls = 0
        self._away = away
        self._hold = hold

    def record(self, run: TrackedRun) -> bool:
        self._check()
        fresh = run.id not in self.shown
        self.shown[run.id] = run
        return fresh

    def point(self, alias: str, version: Version) -> None:
        self._check()
        self.aliases[alias] = version.number

    def reach(self) -> str:
        self._check()
        return "memory"

    def close(self) -> None:
        self.closed = True

    def _check(self) -> None:
        self.calls += 1
        if self._hold:
            self._hold.wait()
        if self._away:
            raise Unavailable("The tracker is away.", "Start it.")
