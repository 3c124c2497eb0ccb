"""A whole ingestion in memory: catalog, two panels, a reader and a chunker that cut by line."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from contracts.content import (
    Chunker,
    Embedder,
    Enclosed,
    NoteProgress,
    Source,
    TakeEnclosed,
    TakeRecognised,
)
from contracts.errors import (
    InvalidInput,
    SpaceMismatch,
    Unavailable,
    Unreadable,
    UnreadableDocument,
)
from contracts.members import Members
from contracts.nouns import (
    DEFAULT_WORKSPACE,
    Chunk,
    ChunkId,
    Generation,
    Mention,
    PanelName,
    PanelQuery,
    Part,
    Reading,
    Span,
    VersionRef,
)
from contracts.observing import NullMetrics
from contracts.panels import Holder, Panel
from contracts.policy import Change, Generations, PanelRegister
from contracts.recognition import RecognisedPage
from contracts.record import Ledger, Receipt
from ingestion.comparing import Compare
from ingestion.copying import Copy
from ingestion.discarding import Discard
from ingestion.draining import Drain
from ingestion.ending import Ended
from ingestion.generations import KeepGenerations
from ingestion.isolating import Isolate
from ingestion.languages import TellLanguages
from ingestion.opening import Open
from ingestion.parity import CheckParity
from ingestion.preparing import Prepare
from ingestion.quality.assessing import Assess
from ingestion.quality.renewing import RenewQuality
from ingestion.rebuilding import Rebuild
from ingestion.receiving import Receive, Upload
from ingestion.reconciling import Reconcile
from ingestion.repairing import Repair
from ingestion.sampling import Sample
from ingestion.screening import Count, Measure, Screen
from ingestion.stopping import Stopping
from ingestion.surveying import Survey
from ingestion.sweeping import Sweep
from ingestion.writing import Write
from tests.fakes.catalog import InMemoryCatalog
from tests.fakes.inference import HashEmbedder
from tests.fakes.languages import ByScript
from tests.fakes.personal import AtSignFinder
from tests.fakes.quality import OneLanguage, PlainWords
from tests.fakes.tracing import KeepingTracer, SteadyLoad
from tests.panels.fake import InMemoryPanel

GENERATION = Generation(1, "hash", 384, "lines")
LIMIT = 10_000
GRACE_S = 3600.0
TRASH_DAYS = 30
LOOK_EVERY_S = 0.01
CRASHES = 3
ME = Change("a test")


class LineReader:
    """Reads UTF-8; bytes that are not end as malformed. Counts how often it read.

    A JSON object ``{"box": {path: text or another box}}`` encloses files; its text is their paths.
    One ``{"scan": [text, ...]}`` shows pages, each recognised unless it was before; ``torn`` ends
    the reading when it comes to that page. ``recognised`` are the pages in the order of the work.
    ``read_as`` are texts that it reads as others from then on.
    """

    def __init__(self) -> None:
        self.reads = 0
        self.read_as: Mapping[str, str] = {}
        self.recognised: list[int] = []
        self.torn: int | None = None

    async def read(
        self,
        source: Source,
        enclosed: TakeEnclosed | None = None,
        progress: NoteProgress | None = None,
        recognised: TakeRecognised | None = None,
    ) -> Reading:
        self.reads += 1
        raw = source.path.read_bytes()[source.start : source.end]
        for known, now in self.read_as.items():
            raw = raw.replace(known.encode(), now.encode())
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise UnreadableDocument(Unreadable.MALFORMED, "Not text.", "Send text.") from error
        if not text.strip():
            raise UnreadableDocument(Unreadable.EMPTY, "Empty.", "Send more.")
        if text.startswith('{"box"'):
            text = await self._open(json.loads(text)["box"], enclosed)
        if text.startswith('{"scan"'):
            text = await self._scan(json.loads(text)["scan"], source, progress, recognised)
        elif progress:
            await progress(1, 1)
        return Reading("text/plain", (Part(0, "text", text),))

    async def _open(self, box: dict[str, object], enclosed: TakeEnclosed | None) -> str:
        for path, inside in box.items():
            data = inside if isinstance(inside, str) else json.dumps(inside)
            if enclosed:
                await enclosed(Enclosed(path, _pieces(data.encode())))
        return "\n".join(box)

    async def _scan(
        self,
        shown: list[str],
        source: Source,
        progress: NoteProgress | None,
        recognised: TakeRecognised | None,
    ) -> str:
        known = {page.page: page.text for page in source.recognised}
        for number, text in enumerate(shown, start=1):
            if number not in known and progress and recognised:
                if number == self.torn:
                    raise Unavailable("The reading process is gone.", "Read again.")
                self.recognised.append(number)
                await recognised(RecognisedPage(number, "eyes", text, 1.0, ("eng",)))
                await progress(number, len(shown))
        return "\n".join(known.get(n, text) for n, text in enumerate(shown, start=1))

    async def close(self) -> None:
        pass


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    yield data


class LineChunker:
    """One chunk per line."""

    name = "lines"

    def chunks(self, ref: VersionRef, generation: int, reading: Reading) -> Iterator[Chunk]:
        text, start = reading.parts[0].text, 0
        for ordinal, line in enumerate(text.splitlines()):
            start = text.index(line, start)
            span = Span(start, start + len(line))
            place = ChunkId(ref.document, ref.number, generation, ordinal)
            yield Chunk(place, 0, None, span, line, "", "en")


class AtExtractor:
    """Finds words with an @; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def mentions(self, text: str, language: str) -> list[Mention]:  # noqa: ARG002 - the port's
        self.asked += 1
        found = re.finditer(r"\S+@\S+", text)
        return [Mention(Span(*m.span()), "email", m.group().casefold()) for m in found]


class HouseSpaces:
    """Knows the models that it is given, and the chunker by lines."""

    def __init__(self, *embedders: HashEmbedder) -> None:
        self.embedders = {e.model: e for e in embedders}

    def embedder(self, generation: Generation) -> Embedder:
        if generation.model not in self.embedders:
            raise SpaceMismatch(f"The model {generation.model} is not configured.", "Set it.")
        return self.embedders[generation.model]

    def chunker(self, generation: Generation) -> Chunker:
        if generation.chunker != LineChunker.name:
            raise SpaceMismatch(f"Nobody knows the chunker {generation.chunker}.", "Update.")
        return LineChunker()


class Gauges(NullMetrics):
    """Keeps what parity was last found to be."""

    def __init__(self) -> None:
        self.faults: dict[str, int] = {}
        self.assessed_as: Counter[str] = Counter()

    def parity(self, panel: str, faults: int) -> None:
        self.faults[panel] = faults

    def assessed(self, state: str, count: int) -> None:
        self.assessed_as[state] += count


@dataclass
class House:
    """The use cases over fakes; ``run`` works until the queue and the ledger are at rest."""

    folder: Path
    catalog: InMemoryCatalog = field(init=False)
    vector: InMemoryPanel = field(default_factory=lambda: InMemoryPanel(PanelName.VECTOR))
    graph: InMemoryPanel = field(default_factory=lambda: InMemoryPanel(PanelName.GRAPH))
    embedder: HashEmbedder = field(default_factory=HashEmbedder)
    reader: LineReader = field(default_factory=LineReader)
    extractor: AtExtractor = field(default_factory=AtExtractor)
    files: dict[Path, Holder] = field(default_factory=dict)
    metrics: Gauges = field(default_factory=Gauges)
    tracer: KeepingTracer = field(default_factory=KeepingTracer)
    is_alone: bool = True

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.catalog = InMemoryCatalog(self.folder)
        self.spaces = HouseSpaces(self.embedder)
        self.panels = {PanelName.VECTOR: self.vector, PanelName.GRAPH: self.graph}
        catalog = self.catalog
        self.assess = Assess(catalog.assessments, PlainWords(), OneLanguage(), self.metrics)
        self.compare = Compare(catalog.likeness, self.metrics)
        self.discard = Discard(catalog.documents, catalog.trash, catalog.blobs, days=TRASH_DAYS)
        self.wire(catalog.ledger, self.panels)

    async def open(self) -> "House":
        """Record the first generation and prepare the panels for it."""
        found = await self.catalog.generations.ensure(
            GENERATION.model, GENERATION.dimension, GENERATION.chunker
        )
        assert found == GENERATION
        for panel in self.panels.values():
            await panel.prepare(GENERATION)
        return self

    def wire(
        self,
        ledger: Ledger,
        panels: Mapping[PanelName, Panel],
        register: PanelRegister | None = None,
        generations: Generations | None = None,
        members: Members | None = None,
    ) -> None:
        """Put the use cases together, over these ports in the place of the house's own."""
        catalog, metrics = self.catalog, self.metrics
        register, generations = register or catalog.register, generations or catalog.generations
        ended = Ended(metrics, self.tracer, SteadyLoad())
        members = members or catalog.members
        opening = Open(ledger, members, catalog.recognised, catalog.blobs, self.reader, limit=LIMIT)
        self.renew = RenewQuality(catalog.ledger, catalog.assessments, self.assess)
        count = Count(AtSignFinder())
        screen = Screen(count, catalog.personal, catalog.policies)
        self.measure = Measure(ledger, count, catalog.personal)
        self.receive = Receive(catalog.documents, catalog.blobs, limit=LIMIT)
        self.reconcile = Reconcile(
            ledger,
            catalog.blobs,
            panels,
            generations,
            self.spaces,
            prepare=Prepare(
                ledger,
                opening,
                metrics,
                tell=TellLanguages(ByScript()),
                assess=self.assess,
                screen=screen,
                compare=self.compare,
                ended=ended,
                stopping=Stopping(ledger, LOOK_EVERY_S),
            ),
            write=Write(ledger, self.extractor, panels, metrics),
            copy=Copy(ledger, panels, catalog.policies, register, self.open_file, metrics),
            ended=ended,
        )
        self.isolate = Isolate(ledger, panels, self.reconcile, ended, most=CRASHES)
        survey = Survey(ledger, panels, register, generations)
        self.parity = CheckParity(ledger, survey, catalog.parity_log)
        self.repair = Repair(ledger, survey, self.parity, metrics)
        self.rebuild = Rebuild(ledger, panels, register, survey, self.open_file, self.alone)
        self.drain = Drain(ledger, register, generations, self.reconcile)
        self.keep = KeepGenerations(generations, panels, register, self.spaces, grace_s=GRACE_S)
        self.sample = Sample(ledger, survey, catalog.policies, catalog.parity_log, self.metrics)
        duties = (self.keep.step, self.rebuild.step, self.sample, self.discard.step)
        self.sweep = Sweep(ledger, catalog.queue, panels, metrics, duties)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """Lend the right to move rebuilds on, unless a test gave it to another process."""
        yield self.is_alone

    async def open_file(self, path: Path) -> Holder:
        """Open an export file that a test put there."""
        if path not in self.files:
            raise InvalidInput(f"There is no file {path}.", "Name another.")
        return self.files[path]

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
        await self.catalog.queue.drain(self.isolate)
        await self.sweep()
        await self.catalog.queue.drain(self.isolate)

    async def rest(self) -> None:
        """Work as workers do, long enough for whatever takes several steps."""
        for _ in range(6):
            await self.run()

    async def texts(self, panel: InMemoryPanel) -> set[str]:
        """Give the texts that readers of a panel see in the live generation."""
        generation = (await self.catalog.policies.plan()).generation
        vector = await self.spaces.embedder(generation).embed_query("anything")
        query = PanelQuery(DEFAULT_WORKSPACE, generation, "", vector, 1000)
        return {p.chunk.text for p in (await panel.search(query)).passages.values()}

    async def both(self) -> set[str]:
        """Give what readers see, after checking that both panels show the same."""
        vector, graph = await self.texts(self.vector), await self.texts(self.graph)
        assert vector == graph
        return vector
