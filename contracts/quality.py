"""Quality of what was read: figures per version, what is usual, and what is thought of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from contracts.errors import InvalidInput
from contracts.nouns import LANGUAGES, UNDETERMINED, VersionRef
from contracts.policy import Change

Figures = Mapping[str, float]
"""Measured of one reading, by name; a figure that a reading cannot have is left out."""
LOGARITHMIC = ("characters", "characters_per_page")
"""Figures compared by their logarithm, ln(1 + x): a long document is nothing unusual."""
SAMPLE = 20
"""Documents of a kind from which on they are compared with each other."""


class QualityState(StrEnum):
    """What is thought of a version's text, best first."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a version is not good.

    ``code`` is stable and may be matched by programs; ``sentence`` is English. ``value`` of the
    figure says why: it is unusual among its like where it has a robust z-score ``z``; it is not
    what the workspace expects where that is given as ``expected``; else it passes its own limit.
    All figures in reasons are shares but those in LOGARITHMIC.
    """

    code: str
    state: QualityState
    sentence: str
    figure: str
    value: float
    z: float | None = None
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of a reading, and the lines that recur on most of its pages."""

    figures: Figures
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """What is compared with each other: the documents of one media type in one workspace."""

    workspace: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """A version's figures and what is thought of them.

    ``rules`` numbers the way in which the figures were taken.
    """

    ref: VersionRef
    kind: Kind
    rules: int
    measured: Measured
    state: QualityState
    reasons: tuple[Reason, ...]

    @property
    def z(self) -> float:
        """The largest robust z-score of the reasons, in size; 0 without one."""
        return max((abs(reason.z or 0.0) for reason in self.reasons), default=0.0)


@dataclass(frozen=True, slots=True)
class Norm:
    """What is usual of one figure: its median, and the median distance from that (MAD).

    Of figures in LOGARITHMIC both are of the logarithms.
    """

    count: int
    median: float
    mad: float


Norms = Mapping[str, Norm]
"""By figure."""


@dataclass(frozen=True, slots=True)
class Expectations:
    """What a workspace expects of its documents; None and () expect nothing.

    Raises InvalidInput for what cannot be expected.
    """

    languages: tuple[str, ...] = ()
    min_characters_per_page: float | None = None
    max_unknown_words: float | None = None
    min_ocr_confidence: float | None = None

    def __post_init__(self) -> None:
        """Check every value."""
        known = [language for language in LANGUAGES if language != UNDETERMINED]
        for language in self.languages:
            if language not in known:
                raise InvalidInput(
                    f"'{language[:20]}' is no language that is told apart.",
                    f"Choose from {', '.join(known)}.",
                )
        for name, most in BOUNDS.items():
            value: float | None = getattr(self, name)
            if value is not None and not 0 <= value <= most:
                raise InvalidInput(
                    f"{name} cannot be {value:g}.", f"Give a number from 0 to {most:g}."
                )


BOUNDS = {"min_characters_per_page": 1e6, "max_unknown_words": 1.0, "min_ocr_confidence": 1.0}
"""The most that can be expected of a figure; the least is 0."""


@dataclass(frozen=True, slots=True)
class Standards:
    """What versions are judged by: norms per kind, expectations per workspace."""

    norms: Mapping[Kind, Norms] = field(default_factory=dict)
    expectations: Mapping[str, Expectations] = field(default_factory=dict)

    def of(self, kind: Kind) -> tuple[Norms, Expectations]:
        """Give those of one kind; what nobody set or knows yet is empty."""
        expected = self.expectations.get(kind.workspace, Expectations())
        return self.norms.get(kind, {}), expected


@dataclass(frozen=True, slots=True)
class Assessed:
    """A document's newest version with its assessment, as people see it in a list."""

    assessment: Assessment
    title: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AssessedPage:
    """One page of a list; ``cursor`` gives the next, None at the end."""

    items: tuple[Assessed, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class QualityTotal:
    """How many documents of a media type are in a state."""

    media_type: str
    state: QualityState
    documents: int


@dataclass(frozen=True, slots=True)
class QualityDay:
    """How many versions that were read on a day (UTC) are in a state."""

    day: date
    state: QualityState
    documents: int


@dataclass(frozen=True, slots=True)
class QualitySummary:
    """Documents by state: now per media type, and per day on which they were read."""

    totals: tuple[QualityTotal, ...]
    days: tuple[QualityDay, ...]


class Words(Protocol):
    """Dictionaries; CPU-bound, called in threads."""

    def unknown(self, words: Sequence[str], language: str) -> int:
        """Count the lower-case words that the language's dictionary lacks.

        ``und``: those that none of the dictionaries has.
        """
        ...


class Assessments(Protocol):
    """Figures and states of versions in the record. Every verb raises CatalogUnavailable.

    Lists and sums speak of each document's newest version, deleted documents left out.
    """

    async def save(self, assessments: Sequence[Assessment]) -> None:
        """Keep assessments, in the place of earlier ones; versions that are gone are left out."""
        ...

    async def of(self, workspace: str, document: UUID) -> list[Assessment]:
        """Give those of a document's versions, newest first. Raises NotFound."""
        ...

    async def find(
        self,
        workspace: str | None,
        *,
        limit: int,
        cursor: str | None = None,
        state: QualityState | None = None,
        outliers: bool = False,
    ) -> AssessedPage:
        """List documents, the worst first: by state, then by z-score, then the newest.

        ``workspace`` None means all of them; ``outliers`` only those with a z-score. Raises
        InvalidInput for a foreign cursor.
        """
        ...

    async def summary(self, workspace: str | None, since: date) -> QualitySummary:
        """Sum up; the days from ``since`` on, in order."""
        ...

    async def standards(self, workspaces: Collection[str]) -> Standards:
        """Give what versions of these workspaces are judged by, in one round trip."""
        ...

    async def expect(self, workspace: str, expectations: Expectations, change: Change) -> None:
        """Set a workspace's expectations, with an audit row. Raises NotFound."""
        ...

    async def unmeasured(
        self, rules: int, after: VersionRef | None, limit: int, workspace: str | None = None
    ) -> list[VersionRef]:
        """Give read versions without figures taken by these rules, in order, past ``after``."""
        ...

    async def renew(self, workspace: str | None = None, *, force: bool = False) -> list[Kind]:
        """Compute the norms of kinds of which they are out of date; gives the kinds to judge again.

        So they are from SAMPLE documents on, after a tenth more of them, and when the expectations
        changed. ``force`` computes all. A kind is given again until ``judged``.
        """
        ...

    async def judged(self, kind: Kind) -> None:
        """Note that all of a kind are judged by its norms."""
        ...

    async def page(self, kind: Kind, after: VersionRef | None, limit: int) -> list[Assessment]:
        """Give assessments of a kind in order of their versions, past ``after``."""
        ...
