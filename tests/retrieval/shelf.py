"""Documents poured into panels in memory, for the use cases of reading."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from contracts.digests import embed
from contracts.nouns import (
    Card,
    Chunk,
    ChunkId,
    Generation,
    PanelName,
    Parent,
    ReadMode,
    Span,
    StagedVersion,
    VersionRef,
)
from contracts.observing import Metrics, NullMetrics
from contracts.policy import Policy, ReadPlan, Trial
from contracts.tuning import Tuning
from retrieval.searching import Search
from retrieval.shadowing import Seen
from tests.fakes.inference import FixedSpaces, HashEmbedder
from tests.panels.fake import InMemoryPanel

NAMESPACE = uuid.UUID("6f9619ff-8b86-d011-b42d-00cf4fc964ff")
GENERATION = Generation(1, "hash", 384, "paragraphs")


class Counting(NullMetrics):
    """Keeps what was counted."""

    def __init__(self) -> None:
        self.questions: list[tuple[str, str, str]] = []

    def asked(self, verb: str, panel: str, outcome: str) -> None:
        self.questions.append((verb, panel, outcome))


@dataclass
class Shelf:
    """Panels in memory with one chunk per paragraph; ``parts`` keeps each document's text.

    ``plan`` is the read plan of the moment; ``seen`` are the reads offered for comparison.
    """

    names: Sequence[PanelName] = tuple(PanelName)
    embedder: HashEmbedder = field(default_factory=HashEmbedder)
    parts: dict[VersionRef, str] = field(default_factory=dict)
    panels: dict[PanelName, InMemoryPanel] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.panels = {name: InMemoryPanel(name) for name in self.names}
        self.plan = ReadPlan(GENERATION, frozenset(self.names), Policy(ReadMode.FUSED))

    def follow(self, primary: ReadMode, trial: Trial | None = None) -> None:
        """Change the default policy from now on."""
        self.plan = replace(self.plan, default=Policy(primary, trial))

    def tune(self, **settings: object) -> None:
        """Change the champion's tuning from now on: ``fusion__k=30``."""
        changes = {key.replace("__", "."): value for key, value in settings.items()}
        self.plan = replace(self.plan, tuning=Tuning().changed(changes))

    def search(
        self,
        metrics: Metrics | None = None,
        *,
        chance: Callable[[], float] = lambda: 0.999,
    ) -> Search:
        """Search this shelf by its plan; ``chance`` says no to each sample unless told."""
        return Search(
            self.panels,
            FixedSpaces([self.embedder], []),
            lambda: self.plan,
            metrics or NullMetrics(),
            self.seen.append,
            chance=chance,
        )

    async def pour(
        self,
        source: str,
        text: str,
        *,
        language: str = "fr",
        workspace: str = "default",
        version: int = 1,
        only: PanelName | None = None,
    ) -> VersionRef:
        """Stage and publish one document in every panel, or in one of them."""
        document = uuid.uuid5(NAMESPACE, f"{workspace}/{source}")
        ref = VersionRef(document, version)
        self.parts[ref] = text
        chunks = []
        start = 0
        for ordinal, paragraph in enumerate(text.split("\n\n")):
            span = Span(start, start + len(paragraph))
            chunks.append(
                Chunk(
                    ChunkId(document, version, 1, ordinal), 0, 1, span, paragraph, source, language
                )
            )
            start = span.end + 2
        vectors = await self.embedder.embed_passages([chunk.passage for chunk in chunks])
        card = Card(workspace, source.title(), source, "text/plain", None, {"kind": "note"})
        for panel in self.panels.values():
            if only in (None, panel.name):
                await panel.prepare(GENERATION)
                await panel.stage(
                    [StagedVersion(ref, 1, card)],
                    [embed(c, v, "hash") for c, v in zip(chunks, vectors, strict=True)],
                )
                await panel.publish([ref], 1)
        return ref


def make_family(
    panels: Iterable[InMemoryPanel], text: str, ref: VersionRef, parent: Parent
) -> None:
    """Make paragraphs that a panel holds the children of a parent, touching as children do."""
    for panel in panels:
        for key, one in list(panel.chunks.items()):
            if key.ref != ref or not parent.first <= key.ordinal < parent.end:
                continue
            gap = 2 if key.ordinal < parent.end - 1 else 0  # the blank line up to the next one
            span = Span(one.chunk.span.start, one.chunk.span.end + gap)
            words = text[span.start : span.end]
            chunk = replace(one.chunk, parent=parent, text=words, span=span)
            panel.chunks[key] = embed(chunk, one.embedding, "hash")
