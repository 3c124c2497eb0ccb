"""Recent keys: who was let in lately can go on reading while the catalog does not answer."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

from contracts.errors import CatalogUnavailable, Unauthenticated
from contracts.people import Identity, KeyRecord, People, Role

AGE_S = 600.0
"""A key that was revoked just before an outage lives on for this long at most."""
KEYS = 1000
DEADLINE_S = 2.0
"""A catalog that hangs must not hold up every read for as long as its connections wait."""


class RecentKeys:
    """People, remembering who was identified lately, by a digest of the secret.

    The memory is asked only when the catalog does not answer: while it does, a revoked key ends
    at once. An unknown key then gets CatalogUnavailable, for nobody can say what it is.
    """

    def __init__(
        self,
        people: People,
        *,
        age_s: float = AGE_S,
        keys: int = KEYS,
        deadline_s: float = DEADLINE_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._people = people
        self._age_s = age_s
        self._keys = keys
        self._deadline_s = deadline_s
        self._now = now
        self._seen: OrderedDict[bytes, tuple[float, Identity]] = OrderedDict()

    async def identify(self, secret: str) -> Identity:
        """Tell who holds this secret. Raises Unauthenticated, CatalogUnavailable."""
        digest = sha256(secret.encode()).digest()
        try:
            async with asyncio.timeout(self._deadline_s):
                identity = await self._people.identify(secret)
        except Unauthenticated:
            self._seen.pop(digest, None)
            raise
        except (CatalogUnavailable, TimeoutError) as error:
            at, known = self._seen.get(digest, (0.0, None))
            if known is not None and self._now() - at <= self._age_s:
                return known
            raise CatalogUnavailable(
                "The catalog does not answer, so this key cannot be checked.",
                "Try again in a moment.",
            ) from error
        self._seen[digest] = (self._now(), identity)
        self._seen.move_to_end(digest)
        if len(self._seen) > self._keys:
            self._seen.popitem(last=False)
        return identity

    async def revoke(self, key: UUID) -> None:
        """End a key at once, here too."""
        await self._people.revoke(key)
        for digest in [d for d, (_, known) in self._seen.items() if known.key == key]:
            del self._seen[digest]

    async def add_workspace(self, name: str) -> None:
        """Create a workspace."""
        await self._people.add_workspace(name)

    async def workspaces(self) -> list[str]:
        """List workspace names."""
        return await self._people.workspaces()

    async def remove_workspace(self, name: str) -> None:
        """Remove a workspace that holds nothing any more."""
        await self._people.remove_workspace(name)

    async def add_key(self, name: str, role: Role, workspace: str | None) -> tuple[KeyRecord, str]:
        """Create a key and give its secret."""
        return await self._people.add_key(name, role, workspace)

    async def first_key(self, name: str) -> str | None:
        """Create the first admin key."""
        return await self._people.first_key(name)

    async def keys(self) -> list[KeyRecord]:
        """List keys."""
        return await self._people.keys()
