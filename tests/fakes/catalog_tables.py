"""What the in-memory catalog remembers, and the views that its ports give of it."""

import asyncio
import itertools
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

from contracts.configurations import Version as ConfigurationVersion
from contracts.errors import CatalogUnavailable, NotFound, SetupFailed
from contracts.nouns import DEFAULT_WORKSPACE, Generation, Json, PanelName, ReadMode, VersionRef
from contracts.people import Identity, KeyRecord
from contracts.personal import MaskScope
from contracts.policy import (
    AuditRow,
    Change,
    Comparison,
    GenerationState,
    PanelStanding,
    ParityNote,
    Policy,
)
from contracts.recognition import RecognisedPage
from contracts.record import (
    Arrival,
    DocumentRecord,
    KeptReading,
    PanelState,
    Reached,
    VersionState,
    Wanted,
)
from contracts.review import ReviewSource
from contracts.trash import Merged, Trashed

Place: TypeAlias = tuple[int, PanelName]
"""Which generation in which panel."""


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
    seal: str | None = None
    open: bool = True
    queued: bool = True

    def shown(self) -> PanelState:
        state = (self.wanted, self.reached, self.chunks, self.attempts, self.error, self.seal)
        return PanelState(self.panel, *state)

    def again(self) -> None:
        """What was reached is to be reached again, now."""
        self.reached, self.chunks, self.seal = Reached.NOTHING, None, None
        self.attempts, self.error, self.open, self.queued = 0, None, True, False


@dataclass
class Version:
    ref: VersionRef
    arrival: Arrival
    rows: dict[Place, Row]
    state: VersionState = VersionState.ACCEPTED
    kept: KeptReading | None = None
    stale: bool = False
    reason: str | None = None
    detail: str | None = None
    stage: str = ""
    done: int = 0
    total: int = 0
    shown: bool = False
    crashes: int = 0
    settled: set[ReviewSource] = field(default_factory=set)
    paced_from: datetime | None = None
    paced_at: int = 0
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))

    def left_s(self) -> float | None:
        """How long the rest takes, if it goes on as so far."""
        at_work = self.state is VersionState.PROCESSING and self.total > self.done > self.paced_at
        if not at_work or self.paced_from is None:
            return None
        took = (self.updated - self.paced_from).total_seconds()
        return took / (self.done - self.paced_at) * (self.total - self.done)


@dataclass
class Document:
    id: UUID
    workspace: str
    source: str
    order: int
    newest: int = 0
    live: int | None = None
    deleted: bool = False
    parent: UUID | None = None
    opened: int = 0
    versions: dict[int, Version] = field(default_factory=dict)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Space:
    """A generation and what it is to the service."""

    generation: Generation
    state: GenerationState
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    def turn(self, state: GenerationState) -> None:
        self.state, self.since = state, datetime.now(UTC)


@dataclass
class Standing:
    """A panel and what it is to the service."""

    standing: PanelStanding = PanelStanding.SERVING
    source: str | None = None
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    def turn(self, standing: PanelStanding, source: str | None) -> None:
        self.standing, self.source, self.since = standing, source, datetime.now(UTC)


@dataclass
class Setting:
    """A policy and the one before; None follows the default."""

    policy: Policy | None
    previous: Policy | None = None
    changed: bool = False


class Tables:
    """Everything that the in-memory catalog holds. Set ``down`` to make every verb fail."""

    def __init__(self) -> None:
        self.down = False
        self.workspaces: set[str] = {DEFAULT_WORKSPACE}
        self.order = itertools.count()
        self.documents: dict[UUID, Document] = {}
        self.recognised: dict[tuple[str, int], dict[int, RecognisedPage]] = {}
        self.held: set[UUID] = set()
        self.jobs: deque[list[UUID]] = deque()
        self.running = 0
        self.wake = asyncio.Event()
        self.changed: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self.spaces: dict[int, Space] = {}
        self.panels = {panel: Standing() for panel in sorted(PanelName)}
        self.policies: dict[str | None, Setting] = {None: Setting(Policy(ReadMode.FUSED))}
        self.masking: dict[str, frozenset[MaskScope]] = {}
        self.audit: list[AuditRow] = []
        self.champion: ConfigurationVersion | None = None
        self.comparisons: list[Comparison] = []
        self.parity_notes: list[ParityNote] = []
        self.keys: dict[UUID, KeyRecord] = {}
        self.secrets: dict[str, Identity] = {}
        self.workers = 0
        self.trash: dict[UUID, Trashed] = {}
        """What was deleted and is kept, by document."""
        self.trash_of: dict[UUID, str] = {}
        """The workspace of each."""
        self.merged: dict[UUID, tuple[str, Merged]] = {}
        """Where documents went that were merged into others, and what those held, by workspace."""

    def check(self) -> None:
        """Raise what a catalog out of reach raises."""
        if self.down:
            raise CatalogUnavailable("The catalog does not answer.", "Start the database again.")

    def document(self, workspace: str, document: UUID) -> Document:
        found = self.documents.get(document)
        if found is None or found.deleted or found.workspace != workspace:
            raise NotFound(f"There is no document {document}.", "List the documents to find it.")
        return found

    def members(self, parent: UUID) -> list[Document]:
        """Give what lies directly in a document."""
        return [d for d in self.documents.values() if d.parent == parent and not d.deleted]

    def named_blobs(self) -> set[str]:
        """Give the blobs of every version, and of what is in the trash."""
        kept = {one.arrival.blob for one in self.trash.values()}
        kept |= {one.before.blob for _, one in self.merged.values()}
        return kept | {version.arrival.blob for version in self.versions()}

    def version(self, ref: VersionRef) -> Version | None:
        document = self.documents.get(ref.document)
        return document.versions.get(ref.number) if document else None

    def live_space(self) -> Space:
        for space in self.spaces.values():
            if space.state is GenerationState.LIVE:
                return space
        raise SetupFailed("The record has no generation yet.", "Start the service once.")

    def kept_up(self) -> list[int]:
        """Generations whose rows every version has."""
        return [n for n, s in self.spaces.items() if s.state is not GenerationState.RETIRING]

    def switched_on(self) -> list[PanelName]:
        """Panels whose rows every version has."""
        return [p for p, s in self.panels.items() if s.standing is not PanelStanding.OFF]

    def is_workable(self, row: Row) -> bool:
        """Tell whether a worker may do something about a row now."""
        return (
            self.spaces[row.generation].state is not GenerationState.PAUSED
            and self.panels[row.panel].standing is not PanelStanding.CLEARING
        )

    def gaps(self) -> Iterator[tuple[VersionRef, Row]]:
        """Yield the rows of live versions that are not true."""
        for document in self.documents.values():
            if document.live is not None and not document.deleted:
                version = document.versions[document.live]
                for row in version.rows.values():
                    if row.reached is not Reached.LIVE:
                        yield version.ref, row

    def shown(self) -> int:
        """Count the documents that readers see."""
        return sum(d.live is not None and not d.deleted for d in self.documents.values())

    def note(self, change: Change, action: str, subject: str, before: Json, after: Json) -> None:
        """Add an audit row."""
        why = (change.forced, change.reasons)
        row = AuditRow(datetime.now(UTC), change.actor, action, subject, before, after, *why)
        self.audit.append(row)

    def record(self, document: Document, number: int | None = None) -> DocumentRecord:
        """Give a document as people see it: its newest version, titled by the newest readable."""
        version = document.versions[number or document.newest]
        wanted = [version.ref.number] if number else sorted(document.versions, reverse=True)
        kept = next((k for n in wanted if (k := document.versions[n].kept)), None)
        arrival = version.arrival
        live = self.live_space().generation.number
        return DocumentRecord(
            id=document.id,
            workspace=document.workspace,
            source=document.source,
            filename=arrival.filename,
            title=kept.card.title if kept else arrival.filename,
            external_id=kept.card.external_id if kept else None,
            media_type=kept.card.media_type if kept else arrival.media_type,
            metadata=kept.card.metadata if kept else arrival.metadata,
            sha256=arrival.sha256,
            size=arrival.end - arrival.start,
            version=version.ref.number,
            state=version.state,
            live=document.live,
            reason=version.reason,
            detail=version.detail,
            stage=version.stage,
            done=version.done,
            total=version.total,
            created=document.created,
            updated=version.updated,
            panels=tuple(r.shown() for p, r in sorted(version.rows.items()) if p[0] == live),
            parent=document.parent,
            left_s=version.left_s(),
            parts=len(version.kept.reading.parts) if version.kept else 0,
        )

    def versions(self) -> Iterator[Version]:
        for document in self.documents.values():
            yield from document.versions.values()

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


def named(policy: Policy) -> set[str]:
    """Give the panels that a policy names."""
    return {policy.primary.value, policy.trial.candidate.value if policy.trial else ""}
