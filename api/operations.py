"""What the routes and pages of operating the service call: the settings at run time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from contracts.configurations import Version
from contracts.nouns import Generation, PanelName
from contracts.policy import (
    AuditRow,
    Change,
    Generations,
    PanelRecord,
    ParityLog,
    Policies,
    Policy,
)
from ingestion.faults import ParityReport
from retrieval.promoting import Promotion, Standings, Wanted
from retrieval.switching import Step, Where


class ParityChecking(Protocol):
    """The use case that proves parity."""

    async def __call__(
        self, documents: Sequence[UUID] | None = None, *, deep: bool = False
    ) -> ParityReport:
        """Check everything, or some documents. Raises PanelUnavailable."""
        ...


class Repairing(Protocol):
    """The use case that mends what a check finds, from a sound copy."""

    async def __call__(
        self, documents: Sequence[UUID] | None = None, *, deep: bool = False
    ) -> ParityReport:
        """Check, mend, and say what was found and mended. Raises PanelUnavailable."""
        ...


class Rebuilding(Protocol):
    """The use case that empties a panel and fills it anew."""

    async def begin(self, panel: str, source: str, change: Change) -> PanelName:
        """Begin: from a panel, ``originals`` or ``file:PATH``. Raises Conflict, InvalidInput."""
        ...


class Switching(Protocol):
    """The use case that changes who serves reads."""

    async def __call__(self, step: Step, actor: str) -> Policy:
        """Bring a panel to a stage. Raises Conflict with all reasons."""
        ...

    async def back(self, workspace: str | None, actor: str) -> Policy:
        """Undo the last change. Raises Conflict when there was none."""
        ...

    async def where(self, panel: PanelName, workspace: str | None = None) -> Where:
        """Tell how far a panel is, and what it still needs."""
        ...


class Building(Protocol):
    """The use case that begins a generation."""

    async def begin(self, model: str, dimension: int, chunker: str, change: Change) -> Generation:
        """Begin. Raises SpaceMismatch for what this service cannot make, Conflict."""
        ...


class Championing(Protocol):
    """The use cases of configurations: what answers, what may follow it."""

    async def standings(self) -> Standings:
        """Tell what answers now, and what the names mean."""
        ...

    async def versions(self, limit: int = 100) -> list[Version]:
        """Give the latest versions, newest first."""
        ...

    async def find(self, name: str) -> Version:
        """Give the version of that number or alias. Raises NotFound."""
        ...

    async def history(self, limit: int = 100) -> list[AuditRow]:
        """Give the latest changes, newest first."""
        ...

    async def add(
        self, settings: Mapping[str, object], run: str | None, note: str, actor: str
    ) -> Version:
        """Keep a configuration. Raises InvalidInput, NotFound."""
        ...

    async def challenge(self, name: str, actor: str) -> Version:
        """Make a version the challenger. Raises NotFound."""
        ...

    async def promote(self, wanted: Wanted) -> Promotion:
        """Gate a version, and let it answer where that is wanted. Raises NotFound, Conflict."""
        ...

    async def back(self, actor: str) -> Version:
        """Let the former champion answer again. Raises Conflict."""
        ...


class Register(Protocol):
    """The part of the panel register that people look at."""

    async def records(self) -> list[PanelRecord]:
        """Give every panel's standing and how far it is."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Operations:
    """Everything behind the routes of panels and generations."""

    policies: Policies
    register: Register
    switch: Switching
    parity: ParityChecking
    parity_log: ParityLog
    repair: Repairing
    rebuild: Rebuilding
    generations: Generations
    build: Building
    championship: Championing
