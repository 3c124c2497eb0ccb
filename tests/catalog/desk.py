"""A catalog on the desk of a test: short words for what the suites do again and again."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, Self
from uuid import UUID

from contracts.configurations import Configurations
from contracts.curating import Suites
from contracts.handling import Handling, Queue, Watch
from contracts.intake import Places
from contracts.judging import Judgements
from contracts.likeness import LikenessRecord
from contracts.measuring import Runs
from contracts.members import Members
from contracts.nouns import (
    DEFAULT_WORKSPACE,
    Card,
    Heading,
    Json,
    PanelName,
    Part,
    Reading,
    VersionRef,
)
from contracts.people import People
from contracts.personal import PersonalCounts
from contracts.policy import (
    Change,
    Evidence,
    Generations,
    PanelRegister,
    ParityLog,
    Policies,
)
from contracts.quality import Assessments
from contracts.recognition import RecognisedPages
from contracts.record import (
    Arrival,
    DocumentRecord,
    Documents,
    Held,
    KeptReading,
    Ledger,
    Reached,
    Receipt,
    Task,
)
from contracts.review import Review
from contracts.tracing import Traces
from contracts.trash import Trash
from contracts.variants import Variants

PANELS = (PanelName.VECTOR, PanelName.GRAPH)
SPACE = ("e5", 384, "sentences")
OTHER_SPACE = ("bge", 1024, "sentences")
CHANGE = Change("ada")
HELD = Held(3, "3.a.b.c")
DEADLINE = 30.0


class Catalog(Protocol):
    """What the in-memory catalog and the one on PostgreSQL have in common."""

    @property
    def documents(self) -> Documents: ...
    @property
    def members(self) -> Members: ...
    @property
    def handling(self) -> Handling: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def queue(self) -> Queue: ...
    @property
    def watch(self) -> Watch: ...
    @property
    def people(self) -> People: ...
    @property
    def personal(self) -> PersonalCounts: ...
    @property
    def generations(self) -> Generations: ...
    @property
    def register(self) -> PanelRegister: ...
    @property
    def policies(self) -> Policies: ...
    @property
    def evidence(self) -> Evidence: ...
    @property
    def parity_log(self) -> ParityLog: ...
    @property
    def recognised(self) -> RecognisedPages: ...
    @property
    def places(self) -> Places: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def configurations(self) -> Configurations: ...
    @property
    def judgements(self) -> Judgements: ...
    @property
    def assessments(self) -> Assessments: ...
    @property
    def likeness(self) -> LikenessRecord: ...
    @property
    def review(self) -> Review: ...
    @property
    def suites(self) -> Suites: ...
    @property
    def trash(self) -> Trash: ...
    @property
    def traces(self) -> Traces: ...
    @property
    def variants(self) -> Variants: ...


def arrival(
    source: str,
    text: str = "",
    *,
    blob: str | None = None,
    metadata: Json | None = None,
    size: int | None = None,
) -> Arrival:
    """One document of its own blob, whose bytes are ``text`` (its source when empty)."""
    raw = (text or source).encode("utf-8", "replace")
    digest = hashlib.sha256(raw).hexdigest()
    filename = f"{source[:50]}.txt"
    length = len(raw) if size is None else size
    return Arrival(source, filename, digest, blob or digest, 0, length, None, metadata or {})


def kept(
    ref: VersionRef, title: str = "Bail", text: str = "Le bail.", **metadata: object
) -> KeptReading:
    """A reading of one part, and its card in the default workspace."""
    part = Part(0, "text", text, 1, (Heading(0, 1, title),), "fr", 0.875)
    reading = Reading("text/plain", (part,), title, {"pages": 1}, "ext-1")
    merged: Json = {**reading.metadata, **metadata}
    card = Card(DEFAULT_WORKSPACE, title, "source", "text/plain", "ext-1", merged)
    return KeptReading(ref, reading, card)


class Desk:
    """The verbs of a client and of a worker, each in one word; generation 1 is the live one."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    async def opened(self) -> Self:
        """Have the first generation."""
        await self.catalog.generations.ensure(*SPACE)
        return self

    async def accept(self, *arrivals: Arrival, workspace: str = DEFAULT_WORKSPACE) -> list[Receipt]:
        return await self.catalog.documents.accept(workspace, arrivals)

    async def accept_one(self, source: str, text: str = "") -> VersionRef:
        (receipt,) = await self.accept(arrival(source, text))
        return receipt.ref

    async def get(self, document: UUID) -> DocumentRecord:
        return await self.catalog.documents.get(DEFAULT_WORKSPACE, document)

    async def delete(self, *documents: UUID) -> list[UUID]:
        return await self.catalog.documents.delete(DEFAULT_WORKSPACE, documents)

    async def tasks(self, *documents: UUID) -> list[Task]:
        async with self.catalog.ledger.claim(documents) as tasks:
            return tasks

    async def ingest(self, *refs: VersionRef) -> None:
        """Do for these versions what a worker does when both panels answer."""
        ledger = self.catalog.ledger
        async with ledger.claim([ref.document for ref in refs]):
            await ledger.save_readings([kept(ref) for ref in refs])
            await self.fill(*refs)
            await ledger.go_live(refs)

    async def fill(
        self, *refs: VersionRef, generation: int = 1, panels: tuple[PanelName, ...] = PANELS
    ) -> None:
        """Note that these panels show the versions in a generation."""
        held = dict.fromkeys(refs, HELD)
        for panel in panels:
            await self.catalog.ledger.reached(refs, generation, panel, Reached.LIVE, held)

    async def remove(self, *refs: VersionRef) -> list[str]:
        """Do for these versions what a worker does when both panels removed them."""
        ledger = self.catalog.ledger
        async with ledger.claim([ref.document for ref in refs]):
            for panel in PANELS:
                await ledger.reached(refs, None, panel, Reached.ABSENT)
            return await ledger.gone(refs)

    async def live_documents(self, *sources: str) -> list[VersionRef]:
        receipts = await self.accept(*map(arrival, sources))
        refs = [receipt.ref for receipt in receipts]
        await self.ingest(*refs)
        return refs


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition of another process or task, with a deadline."""
    async with asyncio.timeout(DEADLINE):
        while not await condition():  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.02)


async def stream(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
