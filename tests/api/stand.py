"""A whole service in memory: real use cases over the shared fakes, and a worker for plain text."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
from fastapi import FastAPI

from api.app import create_app
from api.curation import Curation
from api.intake_desk import IntakeDesk
from api.quality_desk import QualityDesk
from api.service import PagesSettings, Service
from contracts.likeness import Fingerprint, Likeness, Link
from contracts.nouns import (
    Generation,
    PanelName,
    ReadMode,
    Span,
    VersionRef,
)
from contracts.observing import NullMetrics
from contracts.people import Role
from contracts.policy import Policy, ReadPlan
from contracts.record import Arrival
from deploy.intake import Gathering, desk
from deploy.settings import Settings
from eval.collecting import Collect
from eval.curating import Curate
from inference.sentences import SentencexSplitter
from ingestion.deciding import Decide
from ingestion.discarding import Discard
from ingestion.ordering import Order
from ingestion.quality.assessing import Assess
from ingestion.quality.renewing import RenewQuality
from ingestion.receiving import Receive
from ingestion.sweeping import Sweep
from retrieval.asking import (
    Answer,
    AskEvent,
    AskRequest,
    Citation,
    Cited,
    Delta,
    Final,
    SearchDone,
    SearchRequest,
    SearchResult,
)
from retrieval.feedback import GiveFeedback
from retrieval.searching import Search
from retrieval.tracing import TracedAsk, TracedSearch, Tracing
from telemetry.recording import BufferedTracer
from tests.api.operating import Operating
from tests.api.working import worker
from tests.fakes.catalog import InMemoryCatalog
from tests.fakes.inference import FixedSpaces, HashEmbedder
from tests.fakes.quality import OneLanguage, PlainWords
from tests.fakes.tracing import KeepingTracer, SteadyLoad
from tests.panels.fake import InMemoryPanel

GENERATION = Generation(1, "hash", 384, "paragraphs")
TRASH_DAYS = 30
UPLOAD_LIMIT = 4 * 1024 * 1024
REFUSAL = "The documents do not answer this."


class FirstSentence:
    """Answers with the best passage's first sentence; refuses what is not a question.

    Clear ``go_on`` to stop it in the middle of an answer; ``fails`` is raised there; ``closed``
    is set when a stream ends, however it ends.
    """

    def __init__(self, search: Search) -> None:
        self._search = search
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.closed = asyncio.Event()
        self.fails: Exception | None = None
        self.asked: list[AskRequest] = []

    async def __call__(self, request: AskRequest) -> Answer:
        events = [event async for event in self.stream(request)]
        last = events[-1]
        assert isinstance(last, Final)
        return last.answer

    async def stream(self, request: AskRequest) -> AsyncGenerator[AskEvent, None]:
        self.asked.append(request)
        self.closed.clear()
        asked = SearchRequest(
            request.workspace, request.question, request.mode, request.limit or 8,
            request.filters, request.key,
        )  # fmt: skip
        try:
            result = await self._search(asked)
            yield SearchDone(result)
            if not result.found or "?" not in request.question:
                yield Delta(REFUSAL)
                yield Final(_answer(REFUSAL, result))
                return
            citation = _citation(result)
            half = len(citation.quote) // 2
            yield Delta(citation.quote[:half])
            await self.go_on.wait()
            if self.fails is not None:
                raise self.fails
            yield Delta(f"{citation.quote[half:]} [1]")
            yield Cited(citation)
            yield Final(_answer(f"{citation.quote} [1]", result, citation))
        finally:
            self.closed.set()


def _citation(result: SearchResult) -> Citation:
    best = result.found[0]
    quote = best.chunk.text.split(". ")[0]
    start = best.chunk.span.start
    return Citation(
        number=1,
        chunk=best.chunk.id,
        part=best.chunk.part,
        page=best.chunk.page,
        span=Span(start, start + len(quote)),
        quote=quote,
        title=best.title,
        source=best.source,
        external_id=best.external_id,
    )


def _answer(text: str, result: SearchResult, *citations: Citation) -> Answer:
    return Answer(
        text=text,
        refused=not citations,
        citations=citations,
        method="extractive",
        language="en",
        search=result,
    )


def curation(catalog: InMemoryCatalog) -> Curation:
    """The suites of a catalog in memory."""

    def now() -> datetime:
        return datetime.now(UTC)

    suites, documents = catalog.suites, catalog.documents
    collect = Collect(suites, catalog.traces, documents, now)
    return Curation(suites, Curate(suites, documents, now), collect, SentencexSplitter())


def ways_in(
    catalog: InMemoryCatalog, discard: Discard, receive: Receive, shares: Path
) -> IntakeDesk:
    """The places of a catalog in memory; folders may lie below ``shares``."""
    shares.mkdir()
    settings = Settings(home=shares.parent / "home", intake_root=shares)
    return desk(Gathering.over(catalog.places, discard, receive, settings), settings)


class Stand:
    """The service, its parts within a test's reach, and a key for each role."""

    _served: Service | None = None
    _app: FastAPI

    def __init__(self, folder: Path) -> None:
        self.catalog = catalog = InMemoryCatalog(folder)
        catalog.tables.workers = 1
        self.panels = {name: InMemoryPanel(name) for name in PanelName}
        self.embedder = HashEmbedder()
        self.plan = ReadPlan(GENERATION, frozenset(PanelName), Policy(ReadMode.FUSED))
        spaces, metrics = FixedSpaces([self.embedder], []), NullMetrics()
        search = Search(self.panels, spaces, lambda: self.plan, metrics)
        self.ask = FirstSentence(search)
        self.operating, self.mirror = Operating(catalog), KeepingTracer()
        self.tracer = BufferedTracer(self.catalog.traces, metrics, [self.mirror])
        assess = Assess(catalog.assessments, PlainWords(), OneLanguage(), metrics)
        self._work = worker(catalog, self.panels, self.embedder, assess, limit=UPLOAD_LIMIT)
        self.sweep = Sweep(catalog.ledger, catalog.queue, self.panels, metrics)
        renewal = RenewQuality(catalog.ledger, catalog.assessments, assess)
        tracing = Tracing(self.tracer, SteadyLoad(), search.mode)
        self.keys: dict[str, str] = {}
        self.shares = folder / "shares"
        discard = Discard(catalog.documents, catalog.trash, catalog.blobs, days=TRASH_DAYS)
        receive = Receive(catalog.documents, catalog.blobs, limit=UPLOAD_LIMIT)
        self.service = Service(
            version="0.0.test",
            search=TracedSearch(search, tracing),
            ask=TracedAsk(self.ask.stream, tracing),
            receive=receive,
            documents=catalog.documents,
            order=Order(catalog.handling, catalog.documents),
            likeness=catalog.likeness,
            decide=Decide(catalog.documents, catalog.likeness, discard),
            discard=discard,
            watch=catalog.watch,
            people=catalog.people,
            personal=catalog.personal,
            intake=ways_in(catalog, discard, receive, self.shares),
            queue=catalog.queue,
            ledger=catalog.ledger,
            panels=self.panels,
            blobs=catalog.blobs,
            traces=catalog.traces,
            feedback=GiveFeedback(catalog.traces, self.tracer, self.tracer.flush),
            runs=catalog.runs,
            review=catalog.review,
            plans=lambda: self.plan,
            operations=self.operating.operations(),
            curation=curation(catalog),
            quality=QualityDesk(catalog.assessments, renewal),
            metrics_text=lambda: (b"diptych_up 1\n", "text/plain; version=0.0.4"),
            max_upload_bytes=UPLOAD_LIMIT,
            pages=PagesSettings("not a secret, a test", folder / "pages"),
        )

    async def follow(self) -> None:
        """Read the plan again, as every process does within a second."""
        self.plan = await self.catalog.policies.plan()

    async def prepare(self) -> None:
        """Make the workspaces, a key for each role, and one bound to another workspace."""
        people = self.catalog.people
        await self.catalog.generations.ensure(
            GENERATION.model, GENERATION.dimension, GENERATION.chunker
        )
        await people.add_workspace("other")
        for role in Role:
            self.keys[role] = (await people.add_key(f"a {role}", role, "default"))[1]
        self.keys["root"] = (await people.add_key("root", Role.ADMIN, None))[1]
        self.keys["stranger"] = (await people.add_key("stranger", Role.EDITOR, "other"))[1]
        for panel in self.panels.values():
            await panel.prepare(GENERATION)

    def app(self, *, pages: bool = False) -> FastAPI:
        """The application; with pages once per process, as the pages' framework wants it."""
        if pages:
            return create_app(self.service)
        if self._served is not self.service:  # making one takes 60 ms, for each client of a test
            self._served, self._app = self.service, create_app(replace(self.service, pages=None))
        return self._app

    def client(self, key: str | None = "root") -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.keys[key]}"} if key else {}
        transport = httpx.ASGITransport(self.app())
        return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)

    async def read(self, documents: Sequence[UUID]) -> None:
        """Do a worker's job on plain text; '%BAD' is quarantined, what is deleted is removed."""
        await self._work(documents)

    async def enclosed(self, parent: UUID, filename: str, text: str) -> UUID:
        """Put a document into another one, as the worker does that opens it; it waits."""

        async def pieces() -> AsyncIterator[bytes]:
            yield text.encode()

        stored = await self.catalog.blobs.put(pieces(), limit=UPLOAD_LIMIT)
        record = await self.catalog.documents.get("default", parent)
        source = f"{record.source}!/{filename}"
        arrival = Arrival(source, filename, stored.sha256, stored.sha256, 0, stored.size)
        (receipt,) = self.catalog.documents.take("default", [arrival], parent)
        return receipt.ref.document

    async def compared(self, one: UUID, two: UUID, verdict: Likeness) -> None:
        """Link two documents, as a worker does that finds them alike."""
        likeness = self.catalog.likeness
        prints = {VersionRef(d, 1): Fingerprint(d.bytes) for d in (one, two)}
        await likeness.keep(prints, 1)
        await likeness.link([two], [Link(two, one, verdict, 0.5)])

    async def pour(self, filename: str, text: str, **fields: str) -> UUID:
        """Upload one document as the free administrator and read it; give its id."""
        async with self.client() as client:
            files = [("file", (filename, text.encode()))]
            answer = await client.post("/v1/documents", files=files, data=fields)
            assert answer.status_code == 202, answer.text
        await self.catalog.queue.drain(self.read)
        return UUID(answer.json()["documents"][0]["id"])
