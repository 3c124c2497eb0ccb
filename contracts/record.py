"""Ports of the catalog: the record of documents and the ledger.

PostgreSQL holds the truth about what was accepted and what must be true in each panel. Every
verb raises CatalogUnavailable when it cannot be reached.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from contracts.errors import Unreadable
from contracts.nouns import Card, Json, PanelName, Part, Reading, VersionRef


class VersionState(StrEnum):
    """Where a version is on its way; see FINAL for those that are ends."""

    ACCEPTED = "accepted"
    PROCESSING = "processing"
    LIVE = "live"
    QUARANTINED = "quarantined"
    CANCELLED = "cancelled"
    RETIRED = "retired"


FINAL = frozenset(VersionState) - {VersionState.ACCEPTED, VersionState.PROCESSING}
"""States in which nothing more happens to a version by itself."""


class Wanted(StrEnum):
    """What the ledger says must be true of a version in a panel."""

    LIVE = "live"
    ABSENT = "absent"


class Reached(StrEnum):
    """What the ledger knows to be true of a version in a panel."""

    NOTHING = "nothing"
    STAGED = "staged"
    LIVE = "live"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One document to accept: bytes already durable, and where they came from.

    ``source`` identifies the document in its workspace: the same source again is a new version
    of that document, or nothing new when the bytes (``sha256``) are those of its newest
    version. ``start``/``end`` mark the slice of the blob that is this document's.
    """

    source: str
    filename: str
    sha256: str
    blob: str
    start: int
    end: int
    media_type: str | None = None
    metadata: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What accepting an arrival came to; ``unchanged`` when nothing new had to be done."""

    ref: VersionRef
    source: str
    filename: str
    unchanged: bool


@dataclass(frozen=True, slots=True)
class PanelState:
    """One ledger row, as people see it; ``seal`` is what the panel held when it became live."""

    panel: PanelName
    wanted: Wanted
    reached: Reached
    chunks: int | None
    attempts: int
    error: str | None
    seal: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document with its newest version's state; ``live`` is the version that readers see.

    ``panels`` are the ledger rows of the live generation; ``parent`` is the document that it
    lies in, where it came inside another. ``left_s`` are the seconds that the rest of the stage
    in hand takes at this version's own pace so far; None while that is unknown. ``parts`` were read
    of it: pages, sheets, slides, the text.
    """

    id: UUID
    workspace: str
    source: str
    filename: str
    title: str
    external_id: str | None
    media_type: str | None
    metadata: Json
    sha256: str
    size: int
    version: int
    state: VersionState
    live: int | None
    reason: str | None
    detail: str | None
    stage: str
    done: int
    total: int
    created: datetime
    updated: datetime
    panels: tuple[PanelState, ...]
    parent: UUID | None = None
    left_s: float | None = None
    parts: int = 0


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One page of a listing; ``cursor`` gives the next, None at the end."""

    items: tuple[DocumentRecord, ...]
    cursor: str | None


class Documents(Protocol):
    """Accepting, listing and deleting documents; every verb acts in one workspace."""

    async def accept(
        self,
        workspace: str,
        arrivals: Sequence[Arrival],
        *,
        bulk: bool = False,
    ) -> list[Receipt]:
        """Write documents, versions, ledger rows and their jobs in one transaction, in order.

        Few documents that a person waits for come before what is sent in ``bulk``, and before
        many at once; among their like, workspaces take turns.

        A version gets a ledger row for each panel that is on and each generation that is kept
        up. After it returns, the work will be done, whatever is killed. Raises NotFound for an
        unknown workspace, SetupFailed when there is no generation yet.
        """
        ...

    async def get(self, workspace: str, document: UUID) -> DocumentRecord:
        """Give one document. Raises NotFound (also for a deleted one)."""
        ...

    async def find(
        self,
        workspace: str,
        *,
        limit: int,
        cursor: str | None = None,
        state: VersionState | None = None,
        ids: Sequence[UUID] | None = None,
        parents: Sequence[UUID] | None = None,
        members: bool = True,
    ) -> DocumentPage:
        """List documents, newest first. Raises InvalidInput for a foreign cursor.

        ``parents`` narrows to what lies directly in those documents; without ``members``, what
        lies in others is left out.
        """
        ...

    async def versions(self, workspace: str, document: UUID) -> list[DocumentRecord]:
        """Give every version that is still recorded, newest first. Raises NotFound."""
        ...

    async def delete(
        self, workspace: str, documents: Sequence[UUID], *, keep_days: int = 0, by: str = ""
    ) -> list[UUID]:
        """Forget documents at once for readers of the record; the panels follow by the ledger.

        One transaction with the jobs, and with all that lies in the documents; gives the ids that
        existed, then those of their members at any depth. For ``keep_days`` the newest version of
        each named document stays in the trash (contracts.trash), with who deleted it.
        """
        ...

    async def original(self, workspace: str, document: UUID) -> tuple[DocumentRecord, "Slice"]:
        """Give where the newest version's bytes lie. Raises NotFound."""
        ...

    async def parts(self, workspace: str, ref: VersionRef) -> list[Part]:
        """Give the text that was read, part by part. Raises NotFound."""
        ...

    async def counts(self, workspace: str | None = None) -> Mapping[VersionState, int]:
        """Count documents by the state of their newest version."""
        ...


@dataclass(frozen=True, slots=True)
class Slice:
    """Which bytes of which blob."""

    blob: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Task:
    """What the ledger wants done for one version in one generation, with all that is needed.

    ``states`` has one entry per enabled panel. ``read`` tells that the reading is stored, and not
    to be made again from the original.
    ``serving`` tells that the generation is the one that reads use: only its tasks decide when
    the version goes live. ``deleted`` tells that the document is.
    """

    ref: VersionRef
    workspace: str
    filename: str
    source: str
    media_type: str | None
    metadata: Json
    slice: Slice
    generation: int
    state: VersionState
    read: bool
    states: Mapping[PanelName, PanelState]
    serving: bool = True
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class KeptReading:
    """What was read of one version, and the card under which the panels show it."""

    ref: VersionRef
    reading: Reading
    card: Card


@dataclass(frozen=True, slots=True)
class Held:
    """What a panel holds of a version that was verified: chunks, and the seal of all of it."""

    chunks: int
    seal: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """A version that every serving panel must show in a generation, and as what.

    ``seals`` is empty for a version whose rows are not true yet.
    """

    ref: VersionRef
    workspace: str
    seals: Mapping[PanelName, str]


class Ledger(Protocol):
    """Per version, generation and panel: what must be true, and what is.

    Only the reconciler writes here.

    A version that is accepted has wanted ``live`` in every panel. When a newer version becomes
    live, the older ones' rows turn to wanted ``absent``; when a document is deleted, all turn.
    """

    async def suspects(self, documents: Sequence[UUID]) -> Mapping[UUID, int]:
        """Give those that were in hand when a worker process died, and how often by now.

        What a worker has in hand now is left out.
        """
        ...

    def claim(self, documents: Sequence[UUID]) -> AbstractAsyncContextManager[list[Task]]:
        """Lock documents against other workers and give what is not yet true of them.

        Documents that another worker holds are left out, and so are generations that are paused
        and panels that are being cleared.
        The locks end with the block, or with the worker's connection. Tasks come in order of
        document, version and generation, the one that serves first. A version is given
        until ``go_live`` noted it live everywhere, ``quarantine`` ended it or ``gone`` dropped
        it, so that a crash between two verbs loses nothing. What is not at its end counts as in
        hand from before the block until after it, see ``suspects``; going live clears the count.
        """
        ...

    async def save_readings(self, readings: Sequence[KeptReading]) -> None:
        """Keep parts, title, media type, external id and metadata; saving again replaces them."""
        ...

    async def readings(self, refs: Sequence[VersionRef]) -> Mapping[VersionRef, KeptReading]:
        """Give back what ``save_readings`` kept; versions never saved are left out."""
        ...

    async def quarantine(self, ref: VersionRef, reason: Unreadable, detail: str) -> None:
        """End a version that cannot be read; an earlier live version stays live."""
        ...

    async def still_wanted(self, refs: Sequence[VersionRef]) -> set[VersionRef]:
        """Give those that were neither cancelled, nor deleted, nor replaced meanwhile."""
        ...

    async def may_publish(self, refs: Sequence[VersionRef]) -> set[VersionRef]:
        """Give those that are still wanted; from now on they cannot be cancelled any more."""
        ...

    async def progress(
        self, refs: Sequence[VersionRef], stage: str, done: int = 0, total: int = 0
    ) -> None:
        """Note how far versions are, for people watching; wakes ``Watch``."""
        ...

    async def reached(
        self,
        refs: Sequence[VersionRef],
        generation: int | None,
        panel: PanelName,
        reached: Reached,
        held: Mapping[VersionRef, Held] | None = None,
    ) -> None:
        """Write what is now true of versions in a panel, and clear its error.

        ``generation`` None means in all of them: what is said of versions that were removed.
        """
        ...

    async def failed(
        self, refs: Sequence[VersionRef], generation: int | None, panel: PanelName, error: str
    ) -> None:
        """Count a failed attempt in a panel, with its reason."""
        ...

    async def redo(self, refs: Sequence[VersionRef], generation: int, panel: PanelName) -> None:
        """Note that a panel does not hold versions after all: they are backlog again, now."""
        ...

    async def go_live(self, refs: Sequence[VersionRef]) -> None:
        """Make each the live version in the record, and turn its elders to wanted ``absent``.

        Called for the serving generation alone. Elders become ``retired``. A version below the
        live one, of a deleted document, or that no panel has reached in the generation that
        serves now, is left as it is.
        """
        ...

    async def gone(self, refs: Sequence[VersionRef]) -> list[str]:
        """Drop versions that are absent everywhere; give blobs that nothing names any more.

        A cancelled version of a document that is there stays recorded, with nothing left to do.
        """
        ...

    async def unfinished(self, limit: int, down: Collection[PanelName] = ()) -> list[UUID]:
        """Give documents whose ledger is not true and that no waiting job names, oldest first.

        Rows of panels that are ``down`` wait until these are back.
        """
        ...

    async def backlog(self) -> Mapping[PanelName, int]:
        """Count ledger rows not yet true, per panel; quarantined versions do not count.

        Rows of a paused generation count.
        """
        ...

    async def moving(self, documents: Sequence[UUID], generation: int | None = None) -> set[UUID]:
        """Give those of the documents that have a ledger row that is not true yet.

        ``generation`` None means in any of them.
        """
        ...

    def expectations(
        self, generation: int, documents: Sequence[UUID] | None = None
    ) -> AsyncIterator[Expectation]:
        """Stream what every panel must hold live, by document: the third witness of parity."""
        ...

    async def sample(self, generation: int, count: int) -> list[UUID]:
        """Give live documents at random, for checks that run all the time."""
        ...
