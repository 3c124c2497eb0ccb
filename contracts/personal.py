"""Personal data: what was found in texts, how grave that is, and what stands in its place.

No value is ever kept: a finding is a kind and a place. What is counted is counted before any mask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from contracts.nouns import Span, VersionRef


class PersonalKind(StrEnum):
    """What names or reaches a person, or an enterprise that may be one."""

    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    NIR = "nir"
    """French social security number."""
    SIREN = "siren"
    SIRET = "siret"
    CARD = "card"
    PASSPORT = "passport"
    INN = "inn"
    """Russian taxpayer's number, of a person or an organisation."""
    SNILS = "snils"
    """Russian insurance number."""


class Certainty(StrEnum):
    """Why something was taken for personal data."""

    CHECKED = "checked"
    """A checksum in it is right."""
    LIKELY = "likely"
    """Its form is, and where that is a common one the words before it say so."""


class PersonalLevel(StrEnum):
    """How grave it is what a document tells of people."""

    NONE = "none"
    LOW = "low"
    HIGH = "high"


class MaskScope(StrEnum):
    """Where personal data is masked; a workspace wants any of them, or none."""

    INDEX = "index"
    """In the text that is kept, embedded and searched."""
    PROMPTS = "prompts"
    """In what chat models are shown."""
    TRACES = "traces"
    """In questions, answers and comments that are kept, and in their mirrors."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Personal data in a text: ``text[span.start:span.end]`` is all of it and nothing else."""

    span: Span
    kind: PersonalKind
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Occurrence:
    """How often a kind was found in a version, and where.

    ``pages`` are in order; where a document has none, a part's place (from 1) counts as its page.
    """

    count: int
    pages: tuple[int, ...]


_GRAVE = frozenset({PersonalKind.NIR, PersonalKind.CARD, PersonalKind.PASSPORT, PersonalKind.SNILS})
_ENTERPRISE = frozenset({PersonalKind.SIREN, PersonalKind.SIRET, PersonalKind.INN})


@dataclass(frozen=True, slots=True)
class PersonalCount:
    """What one version tells of people; kinds that were not found are left out."""

    ref: VersionRef
    found: Mapping[PersonalKind, Occurrence] = field(default_factory=dict)

    @property
    def level(self) -> PersonalLevel:
        """High with any identity or card number, or an account that no enterprise's number claims.

        An IBAN in a document that also gives a SIREN, SIRET or INN is taken for that
        enterprise's. Anything else that was found is low.
        """
        kinds = self.found.keys()
        lone_account = PersonalKind.IBAN in kinds and not kinds & _ENTERPRISE
        if lone_account or kinds & _GRAVE:
            return PersonalLevel.HIGH
        return PersonalLevel.LOW if kinds else PersonalLevel.NONE


@dataclass(frozen=True, slots=True)
class PersonalDocument:
    """A document with what its live (else its newest) version tells of people."""

    source: str
    count: PersonalCount


@dataclass(frozen=True, slots=True)
class PersonalPage:
    """One page of a list; ``cursor`` gives the next, None at the end."""

    items: tuple[PersonalDocument, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class PersonalTotals:
    """What all documents of a workspace tell: documents by level, and by kind how much in how many.

    ``unmeasured`` counts documents that are live and were never looked at.
    """

    levels: Mapping[PersonalLevel, int]
    kinds: Mapping[PersonalKind, tuple[int, int]]
    unmeasured: int


def placeholder(kind: PersonalKind) -> str:
    """Give what stands for masked data of a kind: ``[IBAN]``. It is never found itself."""
    return f"[{kind.upper()}]"


def masked(text: str, findings: Sequence[Finding]) -> str:
    """Give a text with placeholders for findings in it, which are in order and do not overlap."""
    pieces: list[str] = []
    place = 0
    for one in findings:
        pieces += text[place : one.span.start], placeholder(one.kind)
        place = one.span.end
    return "".join([*pieces, text[place:]])


class PersonalDataFinder(Protocol):
    """Finds personal data in a text; CPU-bound, called in a thread unless the text is short."""

    def find(self, text: str, language: str) -> list[Finding]:
        """Give findings in order, none overlapping; ``language`` is one of LANGUAGES.

        In linear time, whatever the text. Safe in any number of threads.
        """
        ...


class PersonalCounts(Protocol):
    """What was counted, per version; gone with its version. Raises CatalogUnavailable."""

    async def save(self, counts: Sequence[PersonalCount]) -> None:
        """Keep counts, in the place of former ones; a version that is gone is left out."""
        ...

    async def get(self, workspace: str, document: UUID) -> PersonalDocument:
        """Give one document's. Raises NotFound, also for one that was not measured yet."""
        ...

    async def find(
        self,
        workspace: str,
        *,
        limit: int,
        level: PersonalLevel | None = None,
        cursor: str | None = None,
    ) -> PersonalPage:
        """List documents that tell anything (or are of the level), newest first.

        Raises InvalidInput for a foreign cursor.
        """
        ...

    async def totals(self, workspace: str) -> PersonalTotals:
        """Sum up a workspace."""
        ...

    async def unmeasured(
        self, workspace: str, limit: int, after: UUID | None = None
    ) -> list[VersionRef]:
        """Give live versions that were never counted, oldest first, of documents past ``after``."""
        ...
