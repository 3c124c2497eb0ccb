"""The port of likeness: what documents of one workspace are to each other.

Nothing is dropped or merged because of it: a link is something that a person sees and decides.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from contracts.nouns import VersionRef
from contracts.policy import Change


class Likeness(StrEnum):
    """The verdict on two documents, the strongest first; the first three are duplicates."""

    SAME_FILE = "same_file"
    """Equal bytes."""
    SAME_TEXT = "same_text"
    """Equal words, whatever the format, the lines and the capitals."""
    NEAR_COPY = "near_copy"
    """The same words but for damage or a heading, and the same figures and names: a rescan."""
    SAME_TEMPLATE = "same_template"
    """The same words around other figures or names: not a duplicate but the next invoice."""


class Decision(StrEnum):
    """What a person makes of a link."""

    MERGE = "merge"
    """One document: the other's bytes become its newest version."""
    APART = "apart"
    """Two documents: the link is not shown again."""
    OPEN = "open"
    """Undecided: a link that was put apart is shown again."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a version's text is compared by; equal texts have equal ones, in every process.

    ``shingles`` are the letters whose runs are compared; ``signature`` and ``bands`` are empty for
    a text too short to be compared but as a whole. ``figures`` and ``names`` are what tells
    documents of one template apart, as often as they occur and in their order, a sample of them
    where there are very many; ``openers`` begin sentences and may be no names. Of a text that was
    ``recognised`` letter by letter, a ``?`` stands in a mark for what was not sure.
    """

    text: bytes
    shingles: int = 0
    signature: bytes = b""
    bands: tuple[int, ...] = ()
    figures: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    openers: tuple[str, ...] = ()
    recognised: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another document that may be alike, and whether the newest bytes of both are the same."""

    document: UUID
    other: UUID
    same_file: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A verdict on two documents; ``score`` is the share of their runs that they have in common."""

    document: UUID
    other: UUID
    verdict: Likeness
    score: float


@dataclass(frozen=True, slots=True)
class Side:
    """One document of a link, as people know it."""

    id: UUID
    title: str
    source: str
    filename: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Twins:
    """A link as people see it: ``document`` came first, ``other`` is alike."""

    document: Side
    other: Side
    verdict: Likeness
    score: float


@dataclass(frozen=True, slots=True)
class TwinsPage:
    """Some links; ``cursor`` gives the next, None at the end."""

    items: tuple[Twins, ...]
    cursor: str | None


class LikenessRecord(Protocol):
    """Fingerprints, links and decisions. Every verb raises CatalogUnavailable."""

    async def keep(self, prints: Mapping[VersionRef, Fingerprint], scheme: int) -> None:
        """Keep what documents are known by; ``scheme`` says how fingerprints are made.

        A document has the fingerprint of its newest version that was read, one at most of them in
        a call. What is gone is left out.
        """
        ...

    async def prints(self, documents: Collection[UUID], scheme: int) -> Mapping[UUID, Fingerprint]:
        """Give fingerprints of a scheme; documents without one are left out."""
        ...

    async def candidates(self, documents: Sequence[UUID]) -> list[Candidate]:
        """Give what may be alike each document in its workspace, deleted ones left out.

        Of those with equal bytes or an equal text the eldest few; of those that share a band the
        newest few: a document of a template of ten thousand costs what one of ten does.
        """
        ...

    async def link(self, documents: Sequence[UUID], links: Sequence[Link]) -> None:
        """Keep what is known of documents, in the place of what was."""
        ...

    async def unmeasured(self, limit: int, scheme: int) -> list[VersionRef]:
        """Give newest versions that were read and have no fingerprint of the scheme."""
        ...

    async def find(
        self,
        workspace: str,
        *,
        limit: int,
        cursor: str | None = None,
        verdict: Likeness | None = None,
        document: UUID | None = None,
        apart: bool = False,
    ) -> TwinsPage:
        """List links that nobody put apart, the newest first; of one document, or of all.

        ``apart`` lists those that somebody did put apart.
        Raises InvalidInput for a foreign cursor.
        """
        ...

    async def originals(self, workspace: str, documents: Sequence[UUID]) -> Mapping[UUID, UUID]:
        """Give for documents whose newest bytes an elder one has too the eldest of these.

        Those without one are left out, and so are those that were put apart from it.
        """
        ...

    async def decide(
        self, workspace: str, document: UUID, other: UUID, decision: Decision, change: Change
    ) -> None:
        """Note a decision in the audit; APART hides the link, for good or until OPEN.

        Raises NotFound unless both documents are there, InvalidInput when they are one.
        """
        ...
