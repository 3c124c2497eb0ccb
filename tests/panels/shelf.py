"""Builds versions for the panel contract, and reads a panel in the fewest words."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import numpy as np
import numpy.typing as npt
import pytest

from contracts.digests import card_digest, embed, marks
from contracts.nouns import (
    NO_FILTERS,
    Card,
    Chunk,
    ChunkId,
    EmbeddedChunk,
    Filters,
    Generation,
    Json,
    Mention,
    PanelHits,
    PanelQuery,
    Parent,
    Span,
    StagedVersion,
    Stray,
    Vector,
    VersionDigest,
    VersionRef,
)
from contracts.panels import Panel


@dataclass(frozen=True, slots=True)
class Bundle:
    """A version with all its chunks, as ingestion would stage it."""

    version: StagedVersion
    chunks: tuple[EmbeddedChunk, ...]

    @property
    def ref(self) -> VersionRef:
        return self.version.ref

    @property
    def document(self) -> UUID:
        return self.version.ref.document

    @property
    def ids(self) -> list[ChunkId]:
        return [c.chunk.id for c in self.chunks]

    def digest(self, *, live: bool) -> VersionDigest:
        """What every panel must say of this version."""
        sums = np.array([marks(c.digest) for c in self.chunks] or [(0, 0)], dtype=object).sum(0)
        v = self.version
        return VersionDigest(
            v.ref,
            v.generation,
            v.card.workspace,
            len(self.chunks),
            (int(sums[0]), int(sums[1])),
            card_digest(v.card),
            live,
        )


class Shelf:
    """One workspace of a panel. Every document made here is erased at the end of its test."""

    def __init__(self, panel: Panel, workspace: str, generation: Generation) -> None:
        self.panel = panel
        self.workspace = workspace
        self.generation = generation
        self.random = np.random.default_rng(20)
        self.documents: set[UUID] = set()

    def vector(self) -> Vector:
        raw = self.random.standard_normal(self.generation.dimension)
        return (raw / np.linalg.norm(raw)).astype(np.float32)

    def version(
        self,
        *texts: str,
        document: UUID | None = None,
        number: int = 1,
        language: str = "fr",
        context: str = "",
        metadata: Json | None = None,
        vectors: Sequence[npt.NDArray[np.float32]] | None = None,
        mentions: Sequence[Sequence[Mention]] = (),
    ) -> Bundle:
        """Make a version with one chunk for each text, its vectors random unless given.

        ``mentions`` are the first chunks' ones.
        """
        ref = VersionRef(document or uuid4(), number)
        self.documents.add(ref.document)
        card = Card(
            self.workspace, "Bail", f"{ref.document}.txt", "text/plain", None, metadata or {}
        )
        chunks = []
        for ordinal, text in enumerate(texts):
            chunk_id = ChunkId(ref.document, ref.number, self.generation.number, ordinal)
            span = Span(7, 7 + len(text))
            chunk = Chunk(chunk_id, 0, 1 + ordinal, span, text, context, language)
            vector = vectors[ordinal] if vectors is not None else self.vector()
            named = mentions[ordinal] if ordinal < len(mentions) else ()
            chunks.append(embed(chunk, vector, self.generation.model, named))
        return Bundle(StagedVersion(ref, self.generation.number, card), tuple(chunks))

    def again(self, bundle: Bundle, ordinal: int, text: str) -> Bundle:
        """The same version with one chunk's text changed, and so its digest."""
        chunks = list(bundle.chunks)
        old = chunks[ordinal]
        chunk = replace(old.chunk, text=text, span=Span(7, 7 + len(text)))
        chunks[ordinal] = embed(chunk, old.embedding, self.generation.model, old.mentions)
        return Bundle(bundle.version, tuple(chunks))

    def renamed(self, bundle: Bundle, mentions: Sequence[Mention]) -> Bundle:
        """The same version with other mentions in its first chunk."""
        first, *others = bundle.chunks
        changed = embed(first.chunk, first.embedding, self.generation.model, mentions)
        return Bundle(bundle.version, (changed, *others))

    def family(self, bundle: Bundle, parent: Parent) -> Bundle:
        """The same version with the chunks of these ordinals as children of one parent."""
        own = range(parent.first, parent.end)
        chunks = [
            embed(
                replace(c.chunk, parent=parent if c.chunk.id.ordinal in own else None),
                c.embedding, self.generation.model, c.mentions,
            )
            for c in bundle.chunks
        ]  # fmt: skip
        return Bundle(bundle.version, tuple(chunks))

    async def stage(self, *bundles: Bundle) -> None:
        await self.panel.stage([b.version for b in bundles], [c for b in bundles for c in b.chunks])

    async def show(self, *bundles: Bundle) -> None:
        await self.stage(*bundles)
        await self.publish(*bundles)

    async def publish(self, *bundles: Bundle) -> None:
        await self.panel.publish([b.ref for b in bundles], self.generation.number)

    async def search(
        self,
        text: str = "",
        vector: Vector | None = None,
        limit: int = 10,
        filters: Filters = NO_FILTERS,
    ) -> PanelHits:
        query = PanelQuery(self.workspace, self.generation, text, vector, limit, filters)
        return await self.panel.search(query)

    async def lexical(
        self, text: str, limit: int = 10, filters: Filters = NO_FILTERS
    ) -> list[ChunkId]:
        found = await self.search(text, None, limit, filters)
        return [h.chunk for h in found.lexical]

    async def dense(
        self, vector: Vector, limit: int = 10, filters: Filters = NO_FILTERS
    ) -> list[ChunkId]:
        found = await self.search("", vector, limit, filters)
        return [h.chunk for h in found.dense]

    async def everything(self) -> set[ChunkId]:
        """Every chunk that readers can see, told by the dense leg (at most 1,000)."""
        return set(await self.dense(self.vector(), limit=1000))

    async def digests(self, *bundles: Bundle) -> list[VersionDigest]:
        """What the panel says of these bundles' documents, or of all made here."""
        documents = [b.document for b in bundles] or list(self.documents)
        stream = self.panel.digests(self.generation.number, documents)
        return [d async for d in stream]

    async def exported(self, *bundles: Bundle) -> list[EmbeddedChunk]:
        refs = [b.ref for b in bundles]
        return [c async for c in self.panel.export(refs, self.generation.number)]

    async def card(self, bundle: Bundle) -> StagedVersion | None:
        found = await self.panel.cards([bundle.ref], self.generation.number)
        return found.get(bundle.ref)

    async def strays(self) -> list[Stray]:
        """What is inconsistent with this shelf's documents, or with no document at all."""
        found = [s async for s in self.panel.strays(self.generation.number)]
        return [s for s in found if s.ref is None or s.ref.document in self.documents]

    async def misindexed(self) -> list[ChunkId]:
        """Chunks of this shelf that are found by other words than their text's."""
        refs = [digest.ref for digest in await self.digests()]
        return [c async for c in self.panel.misindexed(refs, self.generation.number)]

    async def is_gone(self, bundle: Bundle) -> bool:
        """Tell whether nothing of this version can be seen through any verb."""
        panel, ref = self.panel, bundle.ref
        return (
            not [d for d in await self.digests(bundle) if d.ref == ref]
            and not await self.exported(bundle)
            and await self.card(bundle) is None
            and not await panel.read(self.workspace, bundle.ids)
            and not await self.everything() & set(bundle.ids)
            and not set(await self.lexical(bundle.chunks[0].chunk.text, 100)) & set(bundle.ids)
        )


class PanelFixtures:
    """What a contract's tests ask for; a subclass supplies ``panel``."""

    @pytest.fixture
    def generation(self) -> Generation:
        return Generation(1, "test-model", 8, "test-chunker")

    @pytest.fixture
    def other_generation(self, generation: Generation) -> Generation:
        return replace(generation, number=generation.number + 1, model="test-other", dimension=4)

    @pytest.fixture
    def workspace(self) -> str:
        return f"w-{uuid4()}"

    @pytest.fixture
    async def shelf(
        self, panel: Panel, workspace: str, generation: Generation
    ) -> AsyncIterator[Shelf]:
        shelf = Shelf(panel, workspace, generation)
        yield shelf
        await panel.erase(list(shelf.documents))

    @pytest.fixture
    async def other(self, shelf: Shelf, other_generation: Generation) -> AsyncIterator[Shelf]:
        """The same workspace in the next generation, which is forgotten afterwards."""
        await shelf.panel.prepare(other_generation)
        yield Shelf(shelf.panel, shelf.workspace, other_generation)
        await shelf.panel.forget(other_generation.number)


def same(left: Sequence[EmbeddedChunk], right: Sequence[EmbeddedChunk]) -> bool:
    """Tell whether two lists of chunks are equal to the last bit."""
    return [(c.chunk, c.embedding.tobytes(), c.digest, c.mentions) for c in left] == [
        (c.chunk, c.embedding.tobytes(), c.digest, c.mentions) for c in right
    ]
