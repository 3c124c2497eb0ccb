"""What the routes and pages of operating the service call: the settings at run time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from contracts.nouns import Generation, PanelName, VersionRef
from contracts.policy import (
    Change,
    Generations,
    PanelRecord,
    ParityLog,
    Policies,
    Policy,
)
from retrieval.switching import Step, Where


class Difference(Protocol):
    """One version in one panel that is not as it must be."""

    @property
    def panel(self) -> PanelName:
        """Where."""
        ...

    @property
    def ref(self) -> VersionRef | None:
        """Which version, where it is one's."""
        ...

    @property
    def fault(self) -> str:
        """What kind of difference, in one word."""
        ...

    @property
    def detail(self) -> str:
        """What kind of difference, in words."""
        ...


class ParityFound(Protocol):
    """What a parity check came to; the first of the differences, and how many there are."""

    @property
    def clean(self) -> bool:
        """Tell whether nothing was found."""
        ...

    @property
    def deep(self) -> bool:
        """Tell whether payloads were read again."""
        ...

    @property
    def versions(self) -> int:
        """Versions that were compared."""
        ...

    @property
    def chunks(self) -> Mapping[PanelName, int]:
        """Chunks that each panel holds of them."""
        ...

    @property
    def pending(self) -> int:
        """Differences of documents that were on their way."""
        ...

    @property
    def found(self) -> int:
        """Differences in all."""
        ...

    @property
    def differences(self) -> Sequence[Difference]:
        """The first of them."""
        ...


class ParityChecking(Protocol):
    """The use case that proves parity."""

    async def __call__(
        self, documents: Sequence[UUID] | None = None, *, deep: bool = False
    ) -> ParityFound:
        """Check everything, or some documents. Raises PanelUnavailable."""
        ...


class Repairing(Protocol):
    """The use case that mends what a check finds, from a sound copy."""

    async def __call__(self, documents: Sequence[UUID] | None = None) -> ParityFound:
        """Mend, and give what a deep check then finds. Raises PanelUnavailable."""
        ...


class Rebuilding(Protocol):
    """The use case that empties a panel and fills it anew."""

    async def __call__(self, panel: str, source: str, change: Change) -> PanelName:
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

    async def __call__(
        self, model: str, dimension: int, chunker: str, change: Change
    ) -> Generation:
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
