"""The stand's worker: the real reconciliation over fakes, and a reader of plain text."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from contracts.content import Embedder, NoteProgress, Source, TakeEnclosed, TakeRecognised
from contracts.errors import InvalidInput, Unreadable, UnreadableDocument
from contracts.nouns import (
    UNDETERMINED,
    Chunk,
    ChunkId,
    Mention,
    PanelName,
    Part,
    Reading,
    Span,
    VersionRef,
)
from contracts.observing import NullMetrics
from contracts.panels import Holder, Panel
from ingestion.comparing import Compare
from ingestion.copying import Copy
from ingestion.ending import Ended
from ingestion.languages import TellLanguages
from ingestion.opening import Open
from ingestion.preparing import Prepare
from ingestion.quality.assessing import Assess
from ingestion.reconciling import Reconcile
from ingestion.screening import Count, Screen
from ingestion.writing import Write
from tests.fakes.catalog import InMemoryCatalog
from tests.fakes.inference import FixedSpaces
from tests.fakes.personal import AtSignFinder
from tests.fakes.quality import OneLanguage
from tests.fakes.tracing import KeepingTracer, SteadyLoad


class PlainReader:
    """Reads UTF-8, the first line is the title; what begins with ``%BAD`` has a password."""

    async def read(
        self,
        source: Source,
        enclosed: TakeEnclosed | None = None,  # noqa: ARG002 - the port's
        progress: NoteProgress | None = None,  # noqa: ARG002 - the port's
        recognised: TakeRecognised | None = None,  # noqa: ARG002 - the port's
    ) -> Reading:
        text = source.path.read_bytes()[source.start : source.end].decode()
        if text.startswith("%BAD"):
            raise UnreadableDocument(Unreadable.ENCRYPTED, "It has a password.")
        part = Part(0, "text", text, 1, confidence=0.75)
        return Reading("text/plain", (part,), text.splitlines()[0][:80])

    async def close(self) -> None:
        pass


class ParagraphChunker:
    """One chunk per paragraph, under the document's title."""

    name = "paragraphs"

    def chunks(self, ref: VersionRef, generation: int, reading: Reading) -> Iterator[Chunk]:
        start, title = 0, reading.title or ""
        for ordinal, paragraph in enumerate(reading.parts[0].text.split("\n\n")):
            span = Span(start, start + len(paragraph))
            place = ChunkId(ref.document, ref.number, generation, ordinal)
            yield Chunk(place, 0, 1, span, paragraph, title, "en")
            start = span.end + 2


class NoNames:
    def mentions(self, text: str, language: str) -> list[Mention]:  # noqa: ARG002 - the port's
        return []


async def _no_file(path: Path) -> Holder:
    raise InvalidInput(f"There is no file {path}.", "Name another.")


def worker(
    catalog: InMemoryCatalog,
    panels: Mapping[PanelName, Panel],
    embedder: Embedder,
    assess: Assess,
    *,
    limit: int,
) -> Reconcile:
    """Give what does a worker's jobs, put together as the service does it."""
    ledger, metrics = catalog.ledger, NullMetrics()
    ended = Ended(metrics, KeepingTracer(), SteadyLoad())
    opening = Open(
        ledger, catalog.members, catalog.recognised, catalog.blobs, PlainReader(), limit=limit
    )
    prepare = Prepare(
        ledger,
        opening,
        metrics,
        tell=TellLanguages(OneLanguage(UNDETERMINED)),
        assess=assess,
        screen=Screen(Count(AtSignFinder()), catalog.personal, catalog.policies),
        compare=Compare(catalog.likeness, metrics),
        ended=ended,
    )
    return Reconcile(
        ledger,
        catalog.blobs,
        panels,
        catalog.generations,
        FixedSpaces([embedder], [ParagraphChunker()]),
        prepare=prepare,
        write=Write(ledger, NoNames(), panels, metrics),
        copy=Copy(ledger, panels, catalog.policies, catalog.register, _no_file, metrics),
        ended=ended,
    )
