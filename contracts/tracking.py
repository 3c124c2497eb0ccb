"""Port of experiment tracking: other programs that show finished runs, such as MLflow.

Own tables are the truth and a tracker is a mirror: it may be off, dead or empty at no cost, and
what it missed is shown to it later. Another tracker is one adapter with these verbs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from contracts.configurations import Version
from contracts.measuring import Result

MODEL = "diptych"
"""What trackers register configurations under, as versions of one model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedRun:
    """A finished run as a tracker shows it.

    ``suite`` names what was asked, the same for the same questions and labels. ``metrics`` are
    finite means; ``artefacts`` maps file names to texts. ``results`` are the questions'.
    """

    id: UUID
    suite: str
    name: str
    begun: datetime
    ended: datetime
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str] = field(default_factory=dict)
    artefacts: Mapping[str, str] = field(default_factory=dict)
    results: tuple[Result, ...] = ()


class Tracker(Protocol):
    """Shows finished runs, and which configuration is in use.

    Verbs wait for the tracker: call them off the event loop, in a thread that may be left behind.
    They raise Unavailable when it does not answer, SetupFailed when it refuses.
    """

    def record(self, run: TrackedRun) -> bool:
        """Show a run whole; False when it is shown already. Stopped midway, it can be repeated."""
        ...

    def point(self, alias: str, version: Version) -> None:
        """Let champion or challenger mean this version; again is nothing new."""
        ...

    def reach(self) -> str:
        """Give where the tracker is, after it has answered."""
        ...

    def close(self) -> None:
        """Give back what is open."""
        ...


class NullTracker:
    """Shows nothing."""

    def record(self, run: TrackedRun) -> bool:  # noqa: ARG002 - the port's
        """Do nothing."""
        return False

    def point(self, alias: str, version: Version) -> None:
        """Do nothing."""

    def reach(self) -> str:
        """Say that there is none."""
        return "off"

    def close(self) -> None:
        """Do nothing."""
