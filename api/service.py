"""What the routes and pages call: ports and use cases, filled in by the wiring."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from api.curation import Curation
from api.intake_desk import IntakeDesk
from api.operations import Operations
from api.quality_desk import QualityDesk
from contracts.blobs import Blobs
from contracts.handling import Watch
from contracts.likeness import Decision, LikenessRecord
from contracts.measuring import Runs
from contracts.nouns import PanelName
from contracts.panels import Panel
from contracts.people import People
from contracts.personal import PersonalCounts
from contracts.policy import ReadPlan
from contracts.record import Documents, Receipt
from contracts.review import Review
from contracts.tracing import Feedback, Traces
from ingestion.discarding import Discard
from ingestion.ordering import Order
from ingestion.receiving import Upload
from retrieval.asking import Answer, AskEvent, AskRequest, SearchRequest, SearchResult
from retrieval.switching import Backlog


class Asking(Protocol):
    """The use case that answers from the documents."""

    async def __call__(self, request: AskRequest) -> Answer:
        """Give the whole answer at once."""
        ...

    def stream(self, request: AskRequest) -> AsyncIterator[AskEvent]:
        """Give the answer as it is written; closing the iterator stops the writing."""
        ...


class Receiving(Protocol):
    """The use case that accepts one file."""

    async def __call__(self, workspace: str, upload: Upload) -> list[Receipt]:
        """Accept; what is returned will be read, whatever is killed."""
        ...


class Deciding(Protocol):
    """The use case that makes one document of two that are alike, or puts them apart."""

    async def __call__(
        self, workspace: str, document: UUID, other: UUID, decision: Decision, actor: str
    ) -> None:
        """Decide. Raises NotFound, InvalidInput, Conflict."""
        ...


class Workforce(Protocol):
    """The part of the queue that people look at."""

    async def workers(self) -> int:
        """Count workers with a fresh heartbeat."""
        ...

    async def waiting(self) -> int:
        """Count jobs that are queued or running."""
        ...


async def _nothing() -> None:
    """Start or stop nothing."""


@dataclass(frozen=True, slots=True)
class PagesSettings:
    """What the pages need: a secret that signs the session cookie, and a private folder.

    The folder keeps each browser's session (its key, language and recent questions).
    """

    secret: str
    folder: Path


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """Everything behind the routes.

    ``plans`` gives the read plan of the moment. ``max_upload_bytes`` bounds one upload request,
    all its files together; ``admit`` refuses one before its bytes are read. ``pages`` None serves
    the API alone. ``start`` runs before the first request, ``stop`` after the last.
    """

    version: str
    search: Callable[[SearchRequest], Awaitable[SearchResult]]
    ask: Asking
    receive: Receiving
    documents: Documents
    order: Order
    likeness: LikenessRecord
    decide: Deciding
    discard: Discard
    watch: Watch
    people: People
    personal: PersonalCounts
    intake: IntakeDesk
    queue: Workforce
    ledger: Backlog
    panels: Mapping[PanelName, Panel]
    blobs: Blobs
    traces: Traces
    feedback: Callable[[Feedback, str | None], Awaitable[None]]
    runs: Runs
    review: Review
    plans: Callable[[], ReadPlan]
    operations: Operations
    curation: Curation
    quality: QualityDesk
    metrics_text: Callable[[], tuple[bytes, str]]
    max_upload_bytes: int
    pages: PagesSettings | None = None
    admit: Callable[[], Awaitable[None]] = _nothing
    start: Callable[[], Awaitable[None]] = _nothing
    stop: Callable[[], Awaitable[None]] = _nothing
