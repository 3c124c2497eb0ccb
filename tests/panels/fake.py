"""A panel of plain dictionaries, for tests of everything that stands on the port."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from uuid import UUID

import numpy as np

from contracts.digests import card_digest, marks
from contracts.errors import InvalidInput, PanelUnavailable, SpaceMismatch
from contracts.nouns import (
    METADATA_LIMIT,
    NAME_LIMIT,
    Card,
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
    Stray,
    StrayKind,
    VersionDigest,
    VersionRef,
    facets,
)
from tests.panels.analysis import tokens

K1, B = 1.2, 0.75


class InMemoryPanel:
    """Implements contracts.panels.Panel; set ``down`` to make every verb raise.

    Tests may change ``chunks``, ``versions`` and ``live`` as a hand in a real store would, and
    put words into ``words`` by which a chunk is found instead of those of its text.
    """

    def __init__(self, name: PanelName = PanelName.VECTOR) -> None:
        self._name = name
        self.down = False
        self.spaces: dict[int, Generation] = {}
        self.unindexed: set[int] = set()
        self.versions: dict[tuple[VersionRef, int], StagedVersion] = {}
        self.chunks: dict[ChunkId, EmbeddedChunk] = {}
        self.words: dict[ChunkId, list[str]] = {}
        self.live: dict[tuple[UUID, int], int] = {}

    @property
    def name(self) -> PanelName:
        return self._name

    def _check_up(self) -> None:
        if self.down:
            raise PanelUnavailable(f"The {self._name} panel is down.", "Start it.")

    async def prepare(self, generation: Generation) -> None:
        self._check_up()
        if self.spaces.setdefault(generation.number, generation) != generation:
            raise SpaceMismatch(f"Generation {generation.number} is another model.")
        self.unindexed.discard(generation.number)

    async def unindex(self, generation: int) -> None:
        self._check_up()
        if generation in self.spaces:
            self.unindexed.add(generation)

    async def stage(
        self,
        versions: Sequence[StagedVersion],
        chunks: Sequence[EmbeddedChunk],
        *,
        overwrite: bool = False,
    ) -> None:
        self._check_up()
        belonging = {(v.ref, v.generation) for v in versions}
        for version in versions:
            _check_card(version.card)
        for one in chunks:
            _check_chunk(one)
            if (one.chunk.id.ref, one.chunk.id.generation) not in belonging:
                raise InvalidInput(f"Chunk {one.chunk.id} came without its version.")
            self._check_vector(one.embedding, self.spaces.get(one.chunk.id.generation))
        self.versions |= {(v.ref, v.generation): v for v in versions}
        for one in chunks:
            there = self.chunks.get(one.chunk.id)
            if overwrite or there is None or there.digest != one.digest:
                kept = replace(one, embedding=one.embedding.copy())
                self.chunks[one.chunk.id] = kept
                self.words.pop(one.chunk.id, None)

    def _check_vector(self, vector: np.ndarray, generation: Generation | None) -> None:
        if generation is None or vector.shape != (generation.dimension,):
            raise SpaceMismatch(f"A vector of shape {vector.shape} is not of {generation}.")
        if not np.isfinite(vector).all():
            raise InvalidInput("An embedding is not finite.")

    async def publish(self, versions: Sequence[VersionRef], generation: int) -> None:
        self._check_up()
        for ref in versions:
            place = (ref.document, generation)
            self.live[place] = max(ref.number, self.live.get(place, 0))

    async def retire(self, versions: Sequence[VersionRef], generation: int | None = None) -> None:
        self._check_up()
        gone = set(versions)
        self._drop(lambda ref, own: ref in gone and generation in (None, own))

    async def erase(self, documents: Sequence[UUID]) -> None:
        self._check_up()
        gone = set(documents)
        self._drop(lambda ref, _: ref.document in gone)

    async def discard(self, chunks: Sequence[ChunkId]) -> None:
        self._check_up()
        for one in chunks:
            self.chunks.pop(one, None)

    async def forget(self, generation: int) -> None:
        self._check_up()
        self._drop(lambda _, own: own == generation)
        self.spaces.pop(generation, None)
        self.unindexed.discard(generation)

    async def clear(self) -> None:
        self._check_up()
        self._drop(lambda _, __: True)

    def _drop(self, gone: Callable[[VersionRef, int], bool]) -> None:
        self.versions = {k: v for k, v in self.versions.items() if not gone(*k)}
        self.chunks = {k: c for k, c in self.chunks.items() if not gone(k.ref, k.generation)}
        self.live = {
            (document, own): number
            for (document, own), number in self.live.items()
            if not gone(VersionRef(document, number), own)
        }

    async def search(self, query: PanelQuery) -> PanelHits:
        self._check_up()
        if query.generation.number in self.unindexed:
            raise PanelUnavailable("The generation has no index.", "Prepare it.")
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
            own = c.chunk.id.generation == query.generation.number
            if own and self._visible(query.workspace, c.chunk.id) is not None:
                bag = Counter(self.words.get(c.chunk.id, _words(c)))
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
            or self.live.get((chunk.document, chunk.generation)) != chunk.version
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
                self.live.get((ref.document, generation)) == ref.number,
            )

    async def export(
        self, refs: Sequence[VersionRef], generation: int
    ) -> AsyncIterator[EmbeddedChunk]:
        self._check_up()
        wanted = set(refs)
        for i in sorted(self.chunks):
            if i.ref in wanted and i.generation == generation:
                yield self.chunks[i]

    async def cards(
        self, refs: Sequence[VersionRef], generation: int
    ) -> dict[VersionRef, StagedVersion]:
        self._check_up()
        found = {ref: self.versions.get((ref, generation)) for ref in refs}
        return {ref: version for ref, version in found.items() if version is not None}

    async def misindexed(
        self, refs: Sequence[VersionRef], generation: int
    ) -> AsyncIterator[ChunkId]:
        async for one in self.export(refs, generation):
            if self.words.get(one.chunk.id, _words(one)) != _words(one):
                yield one.chunk.id

    async def strays(self, generation: int) -> AsyncIterator[Stray]:
        self._check_up()
        for i in self._orphans(generation):
            yield Stray(StrayKind.ORPHAN, i.ref, f"Chunk {i} has no version.")

    def _orphans(self, generation: int) -> list[ChunkId]:
        own = [i for i in sorted(self.chunks) if i.generation == generation]
        return [i for i in own if (i.ref, generation) not in self.versions]

    async def tidy(self, generation: int) -> int:
        orphans = self._orphans(generation)
        await self.discard(orphans)
        return len(orphans)

    async def generations(self) -> list[int]:
        self._check_up()
        return sorted(self.spaces)

    async def health(self) -> PanelHealth:
        return PanelHealth(self._name, not self.down, "down" if self.down else "ok", "memory")

    async def close(self) -> None:
        """Nothing is held."""


def _words(one: EmbeddedChunk) -> list[str]:
    return tokens(one.chunk.passage, one.chunk.language)


def _check_card(card: Card) -> None:
    metadata = json.dumps(card.metadata, ensure_ascii=False)
    if len(metadata.encode()) > METADATA_LIMIT:
        raise InvalidInput("The metadata are too large.")


def _check_chunk(one: EmbeddedChunk) -> None:
    for text in (one.chunk.text, one.chunk.context, *(m.name for m in one.mentions)):
        if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
            raise InvalidInput("A text holds a NUL or a lone surrogate.")
    if any(not 0 < len(m.name) <= NAME_LIMIT for m in one.mentions):
        raise InvalidInput(f"A name has no character or over {NAME_LIMIT}.")


def _kept(chunk: ChunkId, passage: Passage, filters: Filters) -> bool:
    of_document = not filters.documents or chunk.document in filters.documents
    return of_document and set(filters.facets) <= set(facets(passage.card.metadata))


def _cosine(one: EmbeddedChunk, vector: np.ndarray) -> float:
    a, b = one.embedding.astype(np.float64), vector.astype(np.float64)
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def _best(hits: Sequence[Hit], limit: int) -> tuple[Hit, ...]:
    return tuple(sorted(hits, key=lambda h: (-h.score, h.chunk))[:limit])
