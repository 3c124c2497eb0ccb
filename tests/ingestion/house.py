"""A whole ingestion in memory: catalog, two panels, a reader and a chunker that cut by line."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from contracts.content import Source
from contracts.errors import Unreadable, UnreadableDocument
from contracts.nouns import (
    DEFAULT_WORKSPACE,
    Chunk,
    ChunkId,
    Generation,
    PanelName,
    PanelQuery,
    Part,
    Reading,
    Span,
    VersionRef,
)
from contracts.observing import NullMetrics
from contracts.record import Receipt
from ingestion.copying import Copy
from ingestion.parity import CheckParity
from ingestion.preparing import Prepare
from ingestion.receiving import Receive, Upload
from ingestion.reconciling import Reconcile
from ingestion.sweeping import Sweep
from ingestion.writing import Write
from tests.fakes.catalog import InMemoryCatalog
from tests.fakes.inference import HashEmbedder
from tests.panels.fake import InMemoryPanel

GENERATION = Generation(1, "hash", 384, "lines")
LIMIT = 10_000


class LineReader:
    """Reads UTF-8; bytes that are not end as malformed. Counts how often it read."""

    def __init__(self) -> None:
        self.reads = 0

    async def read(self, source: Source) -> Reading:
        self.reads += 1
        raw = source.path.read_bytes()[source.start : source.end]
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise UnreadableDocument(Unreadable.MALFORMED, "Not text.", "Send text.") from error
        if not text.strip():
            raise UnreadableDocument(Unreadable.EMPTY, "Empty.", "Send more.")
        return Reading("text/plain", (Part(0, "text", text),))

    async def close(self) -> None:
        pass


class LineChunker:
    """One chunk per line."""

    name = "lines"

    def chunks(self, ref: VersionRef, generation: int, reading: Reading) -> Iterator[Chunk]:
        text, start = reading.parts[0].text, 0
        for ordinal, line in enumerate(text.splitlines()):
            start = text.index(line, start)
            span = Span(start, start + len(line))
            yield Chunk(
                ChunkId(ref.document, ref.number, generation, ordinal),
                0,
                None,
                span,
                line,
                "",
                "en",
            )


@dataclass
class House:
    """The use cases over fakes; ``run`` works until the queue and the ledger are at rest."""

    folder: Path
    catalog: InMemoryCatalog = field(init=False)
    vector: InMemoryPanel = field(default_factory=lambda: InMemoryPanel(PanelName.VECTOR))
    graph: InMemoryPanel = field(default_factory=lambda: InMemoryPanel(PanelName.GRAPH))
    embedder: HashEmbedder = field(default_factory=HashEmbedder)
    reader: LineReader = field(default_factory=LineReader)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.catalog = InMemoryCatalog(self.folder)
        for panel in (self.vector, self.graph):
            panel.generations[1] = GENERATION
        panels = {PanelName.VECTOR: self.vector, PanelName.GRAPH: self.graph}
        catalog, metrics = self.catalog, NullMetrics()
        self.receive = Receive(
            catalog.documents, catalog.blobs, tuple(panels), GENERATION, limit=LIMIT
        )
        self.reconcile = Reconcile(
            catalog.ledger,
            catalog.blobs,
            panels,
            Prepare(catalog.ledger, catalog.blobs, self.reader, LineChunker(), metrics),
            Write(catalog.ledger, self.embedder, panels, metrics),
            Copy(catalog.ledger, panels, metrics),
            metrics,
        )
        self.sweep = Sweep(catalog.ledger, catalog.queue, metrics)
        self.parity = CheckParity(catalog.ledger, panels, GENERATION)

    async def pour(self, text: str | bytes, source: str = "a.txt") -> Receipt:
        """Accept one document."""
        receipts = await self.pour_file(text, "a.txt", source)
        return receipts[0]

    async def pour_file(self, data: str | bytes, name: str, source: str) -> list[Receipt]:
        """Accept a file of any name."""
        raw = data.encode() if isinstance(data, str) else data

        async def pieces() -> AsyncIterator[bytes]:
            yield raw

        return await self.receive(DEFAULT_WORKSPACE, Upload(name, pieces(), source))

    async def run(self) -> None:
        """Do the jobs; what a job leaves is found by the sweep, once."""
        await self.catalog.queue.drain(self.reconcile)
        await self.sweep()
        await self.catalog.queue.drain(self.reconcile)

    async def texts(self, panel: InMemoryPanel) -> set[str]:
        """Give the texts that readers of a panel see."""
        vector = await self.embedder.embed_query("anything")
        query = PanelQuery(DEFAULT_WORKSPACE, GENERATION, "", vector, 1000)
        return {p.chunk.text for p in (await panel.search(query)).passages.values()}

    async def both(self) -> set[str]:
        """Give what readers see, after checking that both panels show the same."""
        vector, graph = await self.texts(self.vector), await self.texts(self.graph)
        assert vector == graph
        return vector
