"""The port of members: documents that lie inside others, as attachments and in archives.

A member's source is its parent's, ``!/`` and its path in there. It is a document like any other
and goes with its parent. Every verb raises CatalogUnavailable when the catalog cannot be reached.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from contracts.nouns import VersionRef
from contracts.record import Arrival, Receipt

INSIDE: Final = "!/"
"""What stands between a parent's source and a member's path."""


@dataclass(frozen=True, slots=True)
class Nesting:
    """How deep a document lies (0: in no other), and what else its topmost document holds.

    ``files`` and ``size`` (bytes) count all members of the topmost one, at any depth, but those
    that lie directly in the document itself.
    """

    depth: int
    files: int
    size: int


class Members(Protocol):
    """What lies inside documents; Documents lists and deletes them like any others."""

    async def nesting(self, document: UUID) -> Nesting:
        """Tell where a document stands. Raises NotFound."""
        ...

    async def enclose(self, parent: VersionRef, arrivals: Sequence[Arrival]) -> list[Receipt]:
        """Accept all that lies in a version, as ``Documents.accept`` does, as its members.

        One that is there by itself (it came back from the trash) becomes a member again. Members
        that are not among the arrivals are deleted with all in them. All in one transaction; the
        same again is nothing new. Nothing happens and nothing is given when the document is
        deleted, the version cancelled or a later one opened before.
        """
        ...

    async def unnamed(self, blobs: Collection[str]) -> list[str]:
        """Give those of the blobs that no version names."""
        ...
