"""What the routes and pages of operating the service call: the settings at run time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from contracts.nouns import Generation, PanelName
from contracts.policy import (
    Change,
    Generations,
    PanelRecord,
    ParityLog,
    Policies,
    Policy,
)
from ingestion.faults import ParityReport
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
