"""What the routes and pages of places call."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.intake import Place, PlaceRecord, Places, Wish
from contracts.people import Identity


@dataclass(frozen=True, slots=True, eq=False)
class IntakeDesk:
    """Everything behind the routes and pages of places.

    ``add`` opens the place that is wished for and keeps it, False when exactly that one is there
    already; it raises InvalidInput, Conflict and what opening raises. ``folders`` tells
    whether folders can be added so, ``variables`` which environment variables hold the secrets of
    a place of that kind and name.
    """

    places: Places
    add: Callable[[Wish], Awaitable[tuple[Place, bool]]]
    variables: Callable[[str, str], list[str]]
    folders: bool = False

    async def seen(self, identity: Identity) -> list[PlaceRecord]:
        """Give the places that fill the workspaces of a key, by name."""
        return [one for one in await self.places.all() if _is_theirs(identity, one)]

    async def hasten(self, identity: Identity, name: str) -> PlaceRecord:
        """Have a worker look at a place now; one that takes long to look at is given rest before.

        Raises NotFound, also for one that does not fill the key's workspaces.
        """
        if not _is_theirs(identity, await self.places.get(name)):
            raise NotFound(
                f"There is no place '{name}'.", "List the places to see which there are."
            )
        await self.places.hasten(name, 0.0)
        return await self.places.get(name)


def _is_theirs(identity: Identity, record: PlaceRecord) -> bool:
    return identity.workspace in {None, record.place.workspace}
