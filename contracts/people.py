"""Port of people: workspaces, API keys and what each may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Role(StrEnum):
    """What a key may do: ask; also write documents; also manage people and the service."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"

    def allows(self, needed: "Role") -> bool:
        """Tell whether this role includes ``needed``."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking. ``workspace`` None (admins only) means every workspace."""

    key: UUID
    name: str
    role: Role
    workspace: str | None


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key as it can be listed: never the secret."""

    id: UUID
    name: str
    role: Role
    workspace: str | None
    created: datetime
    last_used: datetime | None
    revoked: datetime | None


class People(Protocol):
    """Workspaces and keys. Secrets are kept as SHA-256 of 256 random bits, shown once."""

    async def add_workspace(self, name: str) -> None:
        """Create a workspace; being there already is fine. Raises InvalidInput for a bad name."""
        ...

    async def workspaces(self) -> list[str]:
        """List workspace names in order."""
        ...

    async def remove_workspace(self, name: str) -> None:
        """Remove a workspace that holds nothing any more.

        Raises NotFound, and Conflict while it has documents, keys, suites, places or a policy.
        """
        ...

    async def add_key(self, name: str, role: Role, workspace: str | None) -> tuple[KeyRecord, str]:
        """Create a key and give its secret, the only time it is seen.

        Raises NotFound for an unknown workspace, InvalidInput for a non-admin without one.
        """
        ...

    async def first_key(self, name: str) -> str | None:
        """Create the first admin key and give its secret, or None when any key exists."""
        ...

    async def keys(self) -> list[KeyRecord]:
        """List keys, newest first."""
        ...

    async def revoke(self, key: UUID) -> None:
        """End a key at once. Raises NotFound."""
        ...

    async def identify(self, secret: str) -> Identity:
        """Tell who holds this secret. Raises Unauthenticated."""
        ...
