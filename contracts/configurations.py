"""Port of configurations: versions of how questions are answered, and which one does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from contracts.policy import AuditRow, Change, Policy
from contracts.tuning import Configuration

CHAMPION = "champion"
"""What answers: every process follows it within a second."""
CHALLENGER = "challenger"
"""What may follow it."""


@dataclass(frozen=True, slots=True)
class Version:
    """A configuration as it is kept for ever, under its number from 1.

    ``run`` is the run that it was taken from, if it was.
    """

    number: int
    configuration: Configuration
    note: str
    by: str
    at: datetime
    run: UUID | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """What a name means, and what it meant before its last change."""

    name: str
    number: int
    previous: int | None


class Configurations(Protocol):
    """Configurations in versions. Verbs raise CatalogUnavailable."""

    async def add(
        self, configuration: Configuration, note: str, change: Change, run: UUID | None = None
    ) -> Version:
        """Keep a configuration under the next number, with its audit row.

        One that is kept already is given as it is: the same settings have one number.
        """
        ...

    async def get(self, number: int) -> Version:
        """Give a version. Raises NotFound."""
        ...

    async def find(self, name: str) -> Version:
        """Give the version of that number or alias. Raises NotFound."""
        ...

    async def latest(self, limit: int = 100) -> list[Version]:
        """Give the latest versions, newest first."""
        ...

    async def aliases(self) -> Mapping[str, Alias]:
        """Give what the names mean."""
        ...

    async def point(
        self, name: str, number: int, change: Change, policy: Policy | None = None
    ) -> None:
        """Let a name (CHAMPION, CHALLENGER) mean a version, with its audit row.

        ``policy`` becomes the default read policy in the same transaction. The name's former
        meaning becomes its ``previous``. Raises NotFound for an unknown version, Conflict when
        the policy names a panel that is off.
        """
        ...

    async def history(self, limit: int = 100) -> list[AuditRow]:
        """Give the latest changes of configurations and names, newest first."""
        ...
