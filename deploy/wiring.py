"""Wiring: the one place that chooses adapters and puts the parts together."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from catalog.blobs import FolderBlobs
from catalog.postgres import PostgresCatalog
from contracts.content import ChatModel
from contracts.errors import SetupFailed
from contracts.nouns import Generation, PanelName
from contracts.observing import Metrics, NullMetrics
from contracts.panels import Panel
from contracts.people import People
from contracts.record import Blobs, Documents, Ledger, Queue, Watch
from deploy.embedded.lease import ServerLease
from deploy.embedded.neo4j import Neo4jAddress
from deploy.embedded.servers import EmbeddedServers
from deploy.panels import LazyPanel
from deploy.settings import Settings
from graphstore.panel import Neo4jPanel
from inference.e5 import ensure_e5
from inference.language import LangidDetector
from inference.openai_chat import OpenAIChat
from inference.openvino_embedder import OpenVinoEmbedder
from inference.sentences import SentencexSplitter
from ingestion.copying import Copy
from ingestion.parity import CheckParity
from ingestion.preparing import Prepare
from ingestion.receiving import Receive
from ingestion.reconciling import Reconcile
from ingestion.sweeping import Sweep
from ingestion.writing import Write
from readers.chunking import StructureChunker
from readers.pool import ProcessReader
from retrieval.answering import Ask
from retrieval.searching import Search
from vectorstore.panel import PostgresPanel

log = logging.getLogger(__name__)

Bar = Callable[[str, int, int], None]
WATCH_EVERY = 2.0
"""Seconds between looks at the embedded servers' processes."""

BUILD_STEPS = 3
"""Sentences that building the embedding model says."""


@dataclass(frozen=True, slots=True)
class Diptych:
    """The service's parts, wired to each other."""

    settings: Settings
    documents: Documents
    ledger: Ledger
    people: People
    queue: Queue
    watch: Watch
    blobs: Blobs
    panels: Mapping[PanelName, Panel]
    generation: Generation
    embedder: OpenVinoEmbedder
    receive: Receive
    reconcile: Reconcile
    sweep: Sweep
    parity: CheckParity
    search: Search
    ask: Ask

    async def warm(self) -> None:
        """Load the embedding model, so that the first question need not wait for it."""
        await self.embedder.load()

    async def work(self) -> None:
        """Work the queue until cancelled."""
        await self.queue.work(self.reconcile, self.sweep, concurrency=self.settings.concurrency)

    @asynccontextmanager
    async def helping(self, *, needed: bool) -> AsyncIterator[None]:
        """Work the queue here while the block runs, when it is needed and no worker is alive."""
        if not needed or await self.queue.workers():
            yield
            return
        async with asyncio.TaskGroup() as group:
            working = group.create_task(self.work())
            yield
            working.cancel()


@asynccontextmanager
async def open_diptych(
    settings: Settings,
    bar: Bar | None = None,
    *,
    metrics: Metrics | None = None,
    keep: bool = False,
) -> AsyncIterator[Diptych]:
    """Open everything that a command needs; give it all back at the end.

    ``bar`` is called with (label, done, total) while something long is provisioned. ``keep``
    leaves embedded servers running. Raises SetupFailed or CatalogUnavailable; a panel that is
    not there is no failure, it is told by its verbs.
    """
    async with AsyncExitStack() as stack:
        servers = await _servers(settings, bar, stack, keep=keep)
        model, url, neo4j = await asyncio.gather(
            asyncio.to_thread(_model, settings.cache, bar),
            _postgres(settings, servers),
            _neo4j(settings, servers),
        )
        catalog = PostgresCatalog(url)
        await catalog.open()
        stack.push_async_callback(catalog.close)
        detector = LangidDetector()
        text = Text(
            embedder=OpenVinoEmbedder(model, settings.threads),
            reader=ProcessReader(settings.readers),
            detector=detector,
            chunker=StructureChunker(model / "tokenizer.json", detector),
        )
        stack.push_async_callback(text.embedder.close)
        stack.push_async_callback(text.reader.close)
        generation = await catalog.generations.ensure(
            text.embedder.model, text.embedder.dimension, text.chunker.name
        )
        panels = _panels(url, neo4j, servers, generation)
        for panel in panels.values():
            stack.push_async_callback(panel.close)
        yield _assemble(settings, catalog, text, panels, generation, metrics or NullMetrics())


@dataclass(frozen=True, slots=True)
class Text:
    """The parts that handle text."""

    embedder: OpenVinoEmbedder
    reader: ProcessReader
    detector: LangidDetector
    chunker: StructureChunker


def _assemble(
    settings: Settings,
    catalog: PostgresCatalog,
    text: Text,
    panels: Mapping[PanelName, Panel],
    generation: Generation,
    metrics: Metrics,
) -> Diptych:
    """Give the use cases over the parts."""
    blobs, ledger = FolderBlobs(settings.home / "blobs"), catalog.ledger
    search = Search(panels, text.embedder, generation, metrics, settings.panel)
    prepare = Prepare(ledger, blobs, text.reader, text.chunker, metrics)
    write = Write(ledger, text.embedder, panels, metrics)
    copy = Copy(ledger, panels, metrics)
    return Diptych(
        settings=settings,
        documents=catalog.documents,
        ledger=ledger,
        people=catalog.people,
        queue=catalog.queue,
        watch=catalog.watch,
        blobs=blobs,
        panels=panels,
        generation=generation,
        embedder=text.embedder,
        receive=Receive(
            catalog.documents, blobs, tuple(panels), generation, limit=settings.max_upload_bytes
        ),
        reconcile=Reconcile(ledger, blobs, panels, prepare, write, copy, metrics),
        sweep=Sweep(ledger, catalog.queue, metrics),
        parity=CheckParity(ledger, panels, generation),
        search=search,
        ask=Ask(
            search, SentencexSplitter(), text.detector, text.embedder, metrics, _chat(settings)
        ),
    )


async def _servers(
    settings: Settings, bar: Bar | None, stack: AsyncExitStack, *, keep: bool
) -> EmbeddedServers:
    """Prepare the embedded servers of this home; those acquired are released at the end."""
    await asyncio.to_thread(settings.home.mkdir, parents=True, exist_ok=True)

    def fetched(done: int, total: int) -> None:
        if bar:
            bar("Fetching Neo4j (once)", done, total)

    servers = EmbeddedServers(settings.home, settings.cache, fetched)
    stack.push_async_callback(asyncio.to_thread, servers.release, keep=keep)
    watching = asyncio.create_task(_keep_running(settings, servers))
    stack.callback(watching.cancel)
    return servers


async def _keep_running(settings: Settings, servers: EmbeddedServers) -> None:
    """Start an embedded server again when it died; whoever held a connection reconnects."""
    leases: list[ServerLease[str] | ServerLease[Neo4jAddress]] = []
    if settings.postgres_url is None:
        leases.append(servers.postgres)
    if settings.neo4j_url is None:
        leases.append(servers.neo4j)
    ran: set[int] = set()
    while True:
        await asyncio.sleep(WATCH_EVERY)
        for number, lease in enumerate(leases):
            if await asyncio.to_thread(lease.running):
                ran.add(number)
            elif number in ran:
                log.warning("An embedded database has died and is started again.")
                try:
                    await asyncio.to_thread(lease.acquire)
                except SetupFailed as error:
                    log.warning("It does not start: %s", error)


async def _postgres(settings: Settings, servers: EmbeddedServers) -> str:
    """Give the configured PostgreSQL's URL, or that of the embedded one, started if need be."""
    if settings.postgres_url:
        return settings.postgres_url
    return await asyncio.to_thread(servers.postgres.acquire)


async def _neo4j(settings: Settings, servers: EmbeddedServers) -> Neo4jAddress | None:
    """Give the configured Neo4j, or the embedded one; None when it cannot be had now."""
    if settings.neo4j_url:
        password = settings.neo4j_password.get_secret_value()
        return Neo4jAddress(settings.neo4j_url, settings.neo4j_user, password)
    try:
        return await asyncio.to_thread(servers.neo4j.acquire)
    except SetupFailed as error:
        log.warning("Going on without the graph panel. %s", error)
        return None


def _panels(
    url: str, neo4j: Neo4jAddress | None, servers: EmbeddedServers, generation: Generation
) -> dict[PanelName, Panel]:
    """Give both panels; each is connected and prepared at its first use."""

    async def vector() -> Panel:
        panel = PostgresPanel(url)
        await panel.prepare(generation)
        return panel

    async def graph() -> Panel:
        address = neo4j
        if address is None:  # it could not be run at the start: try again
            address = await asyncio.to_thread(servers.neo4j.acquire)
        panel = Neo4jPanel(address.url, address.user, address.password)
        await panel.prepare(generation)
        return panel

    return {
        PanelName.VECTOR: LazyPanel(PanelName.VECTOR, vector),
        PanelName.GRAPH: LazyPanel(PanelName.GRAPH, graph),
    }


def _model(cache: Path, bar: Bar | None) -> Path:
    """Give the embedding model's folder, built at the first start."""
    heard: list[str] = []

    def told(sentence: str) -> None:
        heard.append(sentence)
        if bar:
            bar("Building the embedding model (once)", len(heard), BUILD_STEPS)

    return ensure_e5(cache / "models", told)


def _chat(settings: Settings) -> ChatModel | None:
    """Give the chat model that writes answers, when one is configured."""
    if settings.llm_url is None:
        return None
    key = settings.llm_key.get_secret_value() if settings.llm_key else None
    return OpenAIChat(settings.llm_url, settings.llm_model, key)
