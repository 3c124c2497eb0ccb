"""The review list: everything about documents that waits for a person, from every source."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from contracts.likeness import Likeness, Side
from contracts.policy import Change
from contracts.quality import Reason


class ReviewSource(StrEnum):
    """What finds that a person has to look."""

    READING = "reading"
    """The newest version could not be read: it is quarantined."""
    QUALITY = "quality"
    """What was read is doubtful or bad."""
    LIKENESS = "likeness"
    """An elder document is the same, as a file, as a text, or nearly; nobody decided on the two."""


_ADVICE: Mapping[ReviewSource, str] = {
    ReviewSource.READING: (
        "Send a mended file under the same source, have it read again, delete it, or settle it."
    ),
    ReviewSource.QUALITY: (
        "Compare it with the original: send a better copy under the same source, or settle it."
    ),
    ReviewSource.LIKENESS: "Decide whether they are one document (merge) or two (apart).",
}
_ALIKE: Mapping[Likeness, str] = {
    Likeness.SAME_FILE: "The same file as",
    Likeness.SAME_TEXT: "The same text as",
    Likeness.NEAR_COPY: "Nearly the same as",
}


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing about a document that waits.

    ``code`` is stable: of READING an Unreadable with its ``detail``, of QUALITY the worst of the
    ``reasons``, of LIKENESS the verdict on it and the ``other`` document.
    """

    source: ReviewSource
    code: str
    detail: str | None = None
    reasons: tuple[Reason, ...] = ()
    other: Side | None = None

    @property
    def sentence(self) -> str:
        """Why it waits, in English."""
        if self.other is not None:
            return f"{_ALIKE[Likeness(self.code)]} '{self.other.title}' ({self.other.source})."
        return " ".join(reason.sentence for reason in self.reasons) or self.detail or self.code

    @property
    def advice(self) -> str:
        """What to do next, in English."""
        return _ADVICE[self.source]


@dataclass(frozen=True, slots=True)
class ReviewEntry:
    """A document with all that waits about its newest version, at least one thing."""

    document: Side
    version: int
    matters: tuple[Matter, ...]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One page of the list; ``cursor`` gives the next, None at the end."""

    entries: tuple[ReviewEntry, ...]
    cursor: str | None


class Review(Protocol):
    """What waits for people. Every verb raises CatalogUnavailable."""

    async def find(
        self,
        workspace: str,
        *,
        limit: int,
        cursor: str | None = None,
        source: ReviewSource | None = None,
    ) -> ReviewPage:
        """List documents about which anything (of the source) waits, the newest first.

        Raises InvalidInput for a foreign cursor.
        """
        ...

    async def counts(self, workspace: str) -> Mapping[ReviewSource, int]:
        """Count the documents about which something waits, by source; sources with none too."""
        ...

    async def settle(
        self, workspace: str, document: UUID, source: ReviewSource, change: Change
    ) -> None:
        """Take a matter off the list, with an audit row: this version is well enough as it is.

        It holds until the version is read again (``Handling.retry``). Raises NotFound when
        nothing of the source waits about the document, InvalidInput for LIKENESS, on which one
        decides with both documents (``LikenessRecord.decide``).
        """
        ...
