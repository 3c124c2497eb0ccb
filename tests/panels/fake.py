"""A panel of plain dictionaries, for tests of everything that stands on the port."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from uuid import UUID

import numpy as np

from contracts.digests import card_digest, marks
from contracts.errors import InvalidInput, PanelUnavailable, SpaceMismatch
from contracts.nouns import (
    METADATA_LIMIT,
    ChunkId,
    EmbeddedChunk,
    Filters,
    Generation,
    Hit,
    PanelHealth,
    PanelHits,
    PanelName,
    PanelQuery,
    Passage,
    StagedVersion,
    VersionDigest,
    VersionRef,
    facets,
)
from tests.panels.analysis import tokens

K1, B = 1.2, 0.75


class InMemoryPanel:
    """Implements contracts.panels.Panel; set ``down`` to make every verb raise."""

    def __init__(self, name: PanelName = PanelName.VECTOR) -> None:
        self._name = name
        self.down = False
        self.generations: dict[int, Generation] = {}
        self.versions: dict[tuple[VersionRef, int], StagedVersion] = {}
        self.chunks: dict[ChunkId, EmbeddedChunk] = {}
        self.live: dict[UUID, int] = {}

    @property
    def name(self) -> PanelName:
        return self._name

    def _check_up(self) -> None:
        if self.down:
            raise PanelUnavailable(f"The {self._name} panel is down.", "Start it.")

    async def prepare(self, generation: Generation) -> None:
        self._check_up()
        if self.generations.setdefault(generation.number, generation) != generation:
            raise SpaceMismatch(f"Generation {generation.number} is another model.")

    async def stage(
        self, versions: Sequence[StagedVersion], chunks: Sequence[EmbeddedChunk]
    ) -> None:
        self._check_up()
        for version in versions:
            metadata = json.dumps(version.card.metadata, ensure_ascii=False)
            if len(metadata.encode()) > METADATA_LIMIT:
                raise InvalidInput("The metadata are too large.")
        for one in chunks:
            self._check_vector(one.embedding, self.generations.get(one.chunk.id.generation))
        self.versions |= {(v.ref, v.generation): v for v in versions}
        self.chunks |= {
            c.chunk.id: EmbeddedChunk(c.chunk, c.embedding.copy(), c.digest) for c in chunks
        }

    def _check_vector(self, vector: np.ndarray, generation: Generation | None) -> None:
        if generation is None or vector.shape != (generation.dimension,):
            raise SpaceMismatch(f"A vector of shape {vector.shape} is not of {generation}.")
        if not np.isfinite(vector).all():
            raise InvalidInput("An embedding is not finite.")

    async def publish(self, versions: Sequence[VersionRef]) -> None:
        self._check_up()
        for ref in versions:
            self.live[ref.document] = max(ref.number, self.live.get(ref.document, 0))

    async def retire(self, versions: Sequence[VersionRef]) -> None:
        self._check_up()
        gone = set(versions)
        self._drop(gone.__contains__)
        for ref in gone:
            if self.live.get(ref.document) == ref.number:
                del self.live[ref.document]

    async def erase(self, documents: Sequence[UUID]) -> None:
        self._check_up()
        gone = set(documents)
        self._drop(lambda ref: ref.document in gone)
        for document in gone:
            self.live.pop(document, None)

    def _drop(self, gone: Callable[[VersionRef], bool]) -> None:
        self.versions = {k: v for k, v in self.versions.items() if not gone(k[0])}
        self.chunks = {k: c for k, c in self.chunks.items() if not gone(k.ref)}

    async def search(self, query: PanelQuery) -> PanelHits:
        self._check_up()
        seen = [
            c
            for c in self.chunks.values()
            if c.chunk.id.generation == query.generation.number
            and (passage := self._visible(query.workspace, c.chunk.id)) is not None
            and _kept(c.chunk.id, passage, query.filters)
        ]
        dense: tuple[Hit, ...] = ()
        if query.vector is not None:
            self._check_vector(query.vector, query.generation)
            dense = _best([Hit(c.chunk.id, _cosine(c, query.vector)) for c in seen], query.limit)
        lexical = _best(self._bm25(query, seen), query.limit)
        named = {h.chunk for h in dense + lexical}
        return PanelHits(dense, lexical, await self.read(query.workspace, sorted(named)))

    def _bm25(self, query: PanelQuery, seen: Sequence[EmbeddedChunk]) -> list[Hit]:
        """Score with the statistics of all live chunks of a workspace, per language."""
        bags: dict[str, dict[ChunkId, Counter[str]]] = {}
        for c in self.chunks.values():
            if self._visible(query.workspace, c.chunk.id) is not None:
                bag = Counter(tokens(c.chunk.passage, c.chunk.language))
                bags.setdefault(c.chunk.language, {})[c.chunk.id] = bag
        allowed = {c.chunk.id for c in seen}
        hits = []
        for language, bag_of in bags.items():
            mean = sum(b.total() for b in bag_of.values()) / len(bag_of)
            scores: defaultdict[ChunkId, float] = defaultdict(float)
            for term in set(tokens(query.text, language)):
                holders = {i: b for i, b in bag_of.items() if term in b}
                idf = math.log(1 + (len(bag_of) - len(holders) + 0.5) / (len(holders) + 0.5))
                for i, b in holders.items():
                    norm = K1 * (1 - B + B * b.total() / mean)
                    scores[i] += idf * b[term] * (K1 + 1) / (b[term] + norm)
            hits += [Hit(i, s) for i, s in scores.items() if i in allowed]
        return hits

    def _visible(self, workspace: str, chunk: ChunkId) -> Passage | None:
        version = self.versions.get((chunk.ref, chunk.generation))
        if (
            version is None
            or version.card.workspace != workspace
            or self.live.get(chunk.document) != chunk.version
        ):
            return None
        return Passage(self.chunks[chunk].chunk, version.card)

    async def read(self, workspace: str, ids: Sequence[ChunkId]) -> dict[ChunkId, Passage]:
        self._check_up()
        found = {i: self._visible(workspace, i) for i in ids if i in self.chunks}
        return {i: passage for i, passage in found.items() if passage is not None}

    async def digests(
        self, generation: int, documents: Sequence[UUID] | None = None
    ) -> AsyncIterator[VersionDigest]:
        self._check_up()
        for (ref, number), version in sorted(self.versions.items(), key=lambda kv: kv[0]):
            if number != generation or (documents is not None and ref.document not in documents):
                continue
            sums = [
                marks(c.digest)
                for i, c in self.chunks.items()
                if i.ref == ref and i.generation == generation
            ]
            yield VersionDigest(
                ref,
                generation,
                version.card.workspace,
                len(sums),
                (sum(a for a, _ in sums), sum(b for _, b in sums)),
                card_digest(version.card),
                self.live.get(ref.document) == ref.number,
            )

    async def export(self, ref: VersionRef, generation: int) -> AsyncIterator[EmbeddedChunk]:
        self._check_up()
        for i in sorted(self.chunks):
            if i.ref == ref and i.generation == generation:
                yield self.chunks[i]

    async def staged(self, ref: VersionRef, generation: int) -> StagedVersion | None:
        self._check_up()
        return self.versions.get((ref, generation))

    async def health(self) -> PanelHealth:
        return PanelHealth(self._name, not self.down, "down" if self.down else "ok", "memory")

    async def close(self) -> None:
        """Nothing is held."""


def _kept(chunk: ChunkId, passage: Passage, filters: Filters) -> bool:
    of_document = not filters.documents or chunk.document in filters.documents
    return of_document and set(filters.facets) <= set(facets(passage.card.metadata))


def _cosine(one: EmbeddedChunk, vector: np.ndarray) -> float:
    a, b = one.embedding.astype(np.float64), vector.astype(np.float64)
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def _best(hits: Sequence[Hit], limit: int) -> tuple[Hit, ...]:
    return tuple(sorted(hits, key=lambda h: (-h.score, h.chunk))[:limit])
