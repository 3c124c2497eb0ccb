"""What the in-memory catalog remembers, and the views that its ports give of it."""

import asyncio
import itertools
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from contracts.errors import CatalogUnavailable, NotFound
from contracts.nouns import DEFAULT_WORKSPACE, Generation, PanelName, VersionRef
from contracts.people import Identity, KeyRecord
from contracts.record import (
    Arrival,
    DocumentRecord,
    KeptReading,
    PanelState,
    Reached,
    VersionState,
    Wanted,
)


@dataclass
class Row:
    """One ledger row; ``open`` until nothing is left to do, ``queued`` while a job names it."""

    panel: PanelName
    generation: int
    wanted: Wanted = Wanted.LIVE
    reached: Reached = Reached.NOTHING
    chunks: int | None = None
    attempts: int = 0
    error: str | None = None
    open: bool = True
    queued: bool = True

    def shown(self) -> PanelState:
        return PanelState(
            self.panel, self.wanted, self.reached, self.chunks, self.attempts, self.error
        )


@dataclass
class Version:
    ref: VersionRef
    arrival: Arrival
    rows: dict[PanelName, Row]
    state: VersionState = VersionState.ACCEPTED
    kept: KeptReading | None = None
    reason: str | None = None
    detail: str | None = None
    stage: str = ""
    done: int = 0
    total: int = 0
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Document:
    id: UUID
    workspace: str
    source: str
    order: int
    newest: int = 0
    live: int | None = None
    deleted: bool = False
    versions: dict[int, Version] = field(default_factory=dict)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    def record(self, number: int | None = None) -> DocumentRecord:
        """The document as people see it: its newest version, titled by the newest readable."""
        version = self.versions[number or self.newest]
        wanted = [version.ref.number] if number else sorted(self.versions, reverse=True)
        kept = next((k for n in wanted if (k := self.versions[n].kept)), None)
        arrival = version.arrival
        return DocumentRecord(
            id=self.id,
            workspace=self.workspace,
            source=self.source,
            filename=arrival.filename,
            title=kept.card.title if kept else arrival.filename,
            external_id=kept.card.external_id if kept else None,
            media_type=kept.card.media_type if kept else arrival.media_type,
            metadata=kept.card.metadata if kept else arrival.metadata,
            sha256=arrival.sha256,
            size=arrival.end - arrival.start,
            version=version.ref.number,
            state=version.state,
            live=self.live,
            reason=version.reason,
            detail=version.detail,
            stage=version.stage,
            done=version.done,
            total=version.total,
            created=self.created,
            updated=version.updated,
            panels=tuple(row.shown() for _, row in sorted(version.rows.items())),
        )


class Tables:
    """Everything that the in-memory catalog holds. Set ``down`` to make every verb fail."""

    def __init__(self) -> None:
        self.down = False
        self.workspaces: set[str] = {DEFAULT_WORKSPACE}
        self.order = itertools.count()
        self.documents: dict[UUID, Document] = {}
        self.held: set[UUID] = set()
        self.jobs: deque[list[UUID]] = deque()
        self.running = 0
        self.wake = asyncio.Event()
        self.changed: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self.generations: list[Generation] = []
        self.keys: dict[UUID, KeyRecord] = {}
        self.secrets: dict[str, Identity] = {}
        self.workers = 0

    def check(self) -> None:
        """Raise what a catalog out of reach raises."""
        if self.down:
            raise CatalogUnavailable("The catalog does not answer.", "Start the database again.")

    def document(self, workspace: str, document: UUID) -> Document:
        found = self.documents.get(document)
        if found is None or found.deleted or found.workspace != workspace:
            raise NotFound(f"There is no document {document}.", "List the documents to find it.")
        return found

    def version(self, ref: VersionRef) -> Version | None:
        document = self.documents.get(ref.document)
        return document.versions.get(ref.number) if document else None

    def rows(self, document: UUID) -> list[Row]:
        found = self.documents.get(document)
        return [r for v in found.versions.values() for r in v.rows.values()] if found else []

    def enqueue(self, documents: list[UUID], size: int = 128) -> None:
        for start in range(0, len(documents), size):
            self.jobs.append(documents[start : start + size])
        for document in documents:
            for row in self.rows(document):
                row.queued = True
        self.wake.set()

    def release(self, documents: list[UUID]) -> None:
        """What no job names any more may be found by the sweep."""
        for document in documents:
            for row in self.rows(document):
                row.queued = False

    def notify(self, document: UUID) -> None:
        for event in self.changed.get(document, ()):
            event.set()
