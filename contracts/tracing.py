"""Nouns and ports of traces: what came of every question and document, and what people said of it.

A trace names who asked by the id of the key, never by its secret. Own tables are the truth;
whoever else takes traces (a ``Tracer``) is a mirror and may be dead at no cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID, uuid5

from contracts.nouns import ChunkId, ReadMode, Span, VersionRef

TRACED_HITS = 20
"""Passages that a trace keeps of those found, best first."""
COMMENT_LIMIT = 2000
"""Characters of the comment of a feedback."""


class TraceKind(StrEnum):
    """What was done."""

    ASK = "ask"
    SEARCH = "search"
    INGEST = "ingest"


class Outcome(StrEnum):
    """How it ended: questions in one of the first five, documents in one of the last two."""

    ANSWERED = "answered"
    DEGRADED = "degraded"
    """Answered, but not as asked: a panel or a model was away."""
    REFUSED = "refused"
    CANCELLED = "cancelled"
    """Whoever asked went away before the answer was whole."""
    FAILED = "failed"
    LIVE = "live"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class TracedHit:
    """A passage that was found; its rank is its place. ``legs`` maps legs to ranks in them."""

    chunk: ChunkId
    score: float
    legs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TracedCitation:
    """The words that an answer rests on; ``document`` is the external id, or else the source."""

    chunk: ChunkId
    document: str
    part: int
    span: Span
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What came of one question, or of one version of a document.

    ``at`` is when it began. ``text`` is the question; for a document its source, and ``version``
    names it. ``mode`` says how the read was to be served, ``served_by`` which panels did.
    ``configuration`` is the opaque id of the configuration that answered, None for the default.
    ``took_ms`` maps stages to milliseconds; ``total`` is among them. ``method`` is
    ``extractive`` or the chat model's name, ``model`` the embedding model's. ``tokens`` maps
    ``input`` and ``output`` to counts where a model told them; ``cost`` is in the currency of the
    model's price, None where nobody knows it. ``error`` is the code of a failure, or why a
    document was quarantined. ``load`` is the machine's about then, in percent: ``cpu``,
    ``memory``, and ``gpu`` with ``gpu_memory`` where there is one.
    """

    id: UUID
    kind: TraceKind
    workspace: str
    at: datetime
    outcome: Outcome
    text: str = ""
    key: UUID | None = None
    version: VersionRef | None = None
    mode: ReadMode | None = None
    served_by: tuple[str, ...] = ()
    generation: int | None = None
    configuration: str | None = None
    took_ms: Mapping[str, float] = field(default_factory=dict)
    hits: tuple[TracedHit, ...] = ()
    answer: str | None = None
    citations: tuple[TracedCitation, ...] = ()
    method: str | None = None
    model: str | None = None
    tokens: Mapping[str, int] = field(default_factory=dict)
    cost: float | None = None
    error: str | None = None
    load: Mapping[str, float] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether the answer was that the documents do not hold it."""
        return self.outcome is Outcome.REFUSED


class Verdict(StrEnum):
    """What somebody thinks of an answer."""

    UP = "up"
    DOWN = "down"

    @property
    def score(self) -> int:
        """The same as a number: 1 or -1."""
        return 1 if self is Verdict.UP else -1


@dataclass(frozen=True, slots=True)
class Feedback:
    """A verdict on what a trace tells; ``by`` is the id of the key that gave it."""

    trace: UUID
    by: UUID
    verdict: Verdict
    at: datetime
    comment: str = ""

    @property
    def id(self) -> UUID:
        """The same for whatever the same key says of the same trace: the latest word holds."""
        return uuid5(self.trace, str(self.by))


@dataclass(frozen=True, slots=True)
class UsageDay:
    """What one panel was asked in one day (UTC) in one way, ``ask`` or ``search``.

    ``panel`` is the read mode. ``askers`` counts different keys; ``up`` and ``down`` count the
    feedback on that day's questions. The times are of those that came to an answer, 0 without any.
    """

    day: date
    panel: ReadMode
    kind: TraceKind
    questions: int
    askers: int
    refusals: int
    errors: int
    up: int
    down: int
    p50_ms: float
    p95_ms: float


def first_day(days: int, now: datetime) -> datetime:
    """Give the beginning (UTC) of the first of so many days, of which today is the last."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)


@dataclass(frozen=True, slots=True)
class TraceFilter:
    """Narrows a list of traces; None means any. ``verdict`` asks for feedback of that kind."""

    workspace: str | None = None
    kind: TraceKind | None = None
    outcome: Outcome | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class TracePage:
    """Traces, newest first; ``cursor`` gives the next page."""

    items: tuple[Trace, ...]
    cursor: str | None


class Tracer(Protocol):
    """Takes traces and feedback: in less than a millisecond, never waiting, never raising.

    What cannot be delivered is dropped, the oldest first; memory stays bounded.
    """

    def record(self, trace: Trace) -> None:
        """Take a trace that has ended."""
        ...

    def judge(self, feedback: Feedback) -> None:
        """Take feedback on a trace; the same id again replaces what was said before."""
        ...


class NullTracer:
    """Takes nothing."""

    def record(self, trace: Trace) -> None:
        """Do nothing."""

    def judge(self, feedback: Feedback) -> None:
        """Do nothing."""


class Traces(Protocol):
    """Traces as they are kept. Verbs raise CatalogUnavailable."""

    async def add(self, traces: Sequence[Trace]) -> None:
        """Keep traces in one transaction; one that is kept already is nothing new."""
        ...

    async def get(self, trace: UUID, workspace: str | None = None) -> Trace:
        """Give a trace. Raises NotFound, also for one outside ``workspace`` (None: any)."""
        ...

    async def find(
        self, wanted: TraceFilter, *, limit: int = 50, cursor: str | None = None
    ) -> TracePage:
        """List traces, newest first. Raises InvalidInput for a cursor of something else."""
        ...

    async def judge(self, feedback: Feedback, workspace: str | None = None) -> None:
        """Keep feedback in the place of what the same key said of the same trace before.

        Raises NotFound for a trace that is not kept, or outside ``workspace`` (None: any).
        """
        ...

    async def feedback(self, traces: Sequence[UUID]) -> list[Feedback]:
        """Give what was said of these traces, oldest first."""
        ...

    async def usage(self, since: datetime, workspace: str | None = None) -> list[UsageDay]:
        """Sum up the questions since a moment, per day, panel and kind, in this order."""
        ...

    async def prune(self, before: datetime) -> int:
        """Forget traces that began before, with their feedback; give how many, 0 when done.

        One call forgets a bounded number, so that it never takes long.
        """
        ...


class LoadNow(Protocol):
    """What the machine does about now, sampled once a second for all who ask."""

    def now(self) -> Mapping[str, float]:
        """Give the latest sample, as ``Trace.load``; never waits."""
        ...
