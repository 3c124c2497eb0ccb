"""Reads of the graph panel: passages, cards, digests and exports."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from contracts.nouns import (
    ChunkId,
    EmbeddedChunk,
    Passage,
    StagedVersion,
    VersionDigest,
    VersionRef,
)
from graphstore import queries
from graphstore.client import Neo4jClient
from graphstore.names import document_id, live_key, version_id
from graphstore.rows import (
    CHUNK_KEYS,
    EXPORT_KEYS,
    Row,
    is_whole,
    to_card,
    to_chunk,
    to_embedded,
)
from graphstore.schema import Neo4jSchema
from graphstore.searchtext import searchable

T = TypeVar("T")

DOCUMENTS_PAGE = 200
VERSIONS_PAGE = 1000
IDS_PAGE = 10_000
CHUNKS_PAGE = 500


class Neo4jReader:
    """Reads what is stored, in pages, so that no stream holds a transaction open."""

    def __init__(self, client: Neo4jClient, schema: Neo4jSchema) -> None:
        self._client = client
        self._schema = schema

    async def read(self, workspace: str, ids: Sequence[ChunkId]) -> dict[ChunkId, Passage]:
        """Give the live ones among these chunks, in the order asked for."""
        if not ids:
            return {}
        found: dict[ChunkId, Passage] = {}
        named = {"ids": [str(i) for i in ids], "workspace": workspace}
        for row in await self._client.read(queries.READ, named):
            if (card := to_card(row["version"])) is not None:
                whole = (one for one in row["chunks"] if is_whole(one, CHUNK_KEYS))
                found |= {chunk.id: Passage(chunk, card) for chunk in map(to_chunk, whole)}
        return {i: found[i] for i in ids if i in found}

    async def cards(
        self, refs: Sequence[VersionRef], generation: int
    ) -> dict[VersionRef, StagedVersion]:
        """Give versions' cards; one that can no longer be read counts as not there."""
        found: dict[VersionRef, StagedVersion] = {}
        for part in slices(sorted(set(refs)), VERSIONS_PAGE):
            named = {version_id(ref, generation): ref for ref in part}
            for row in await self._client.scan(queries.CARDS, {"ids": list(named)}):
                ref, card = named[row["version"]["id"]], to_card(row["version"])
                if card is not None:
                    found[ref] = StagedVersion(ref, generation, card)
        return found

    async def digests(
        self, generation: int, documents: Sequence[UUID] | None
    ) -> AsyncIterator[VersionDigest]:
        """Sum up versions, a page of documents at a time."""
        async for page in self.pages(documents):
            named = {"documents": page, "generation": generation, "live": live_key(generation)}
            for row in await self._client.scan(queries.DIGESTS, named):
                if not is_whole(row.data(), ("document", "number", "workspace", "card")):
                    continue
                yield VersionDigest(
                    VersionRef(UUID(row["document"]), row["number"]),
                    generation,
                    row["workspace"],
                    row["chunks"],
                    (row["mark_a"], row["mark_b"]),
                    row["card"],
                    bool(row["live"]),
                )

    async def export(
        self, refs: Sequence[VersionRef], generation: int
    ) -> AsyncIterator[EmbeddedChunk]:
        """Read chunks by the ids that their versions had when a page of them began."""
        if not refs:
            return
        dimension = (await self._schema.generation(generation)).dimension
        async for ids in self._chunk_ids(refs, generation):
            named = {"ids": ids, "dimension": dimension}
            page = (await self._client.scan(queries.EXPORT, named))[0]["chunks"]
            found = {row["id"]: row for row in page}
            for id_ in ids:
                if id_ in found and is_whole(found[id_], EXPORT_KEYS):
                    yield to_embedded(found[id_])

    async def misindexed(
        self, refs: Sequence[VersionRef], generation: int
    ) -> AsyncIterator[ChunkId]:
        """Fold the words of chunks again, and give those that are indexed by others."""
        async for ids in self._chunk_ids(refs, generation):
            page = (await self._client.scan(queries.INDEXED, {"ids": ids}))[0]["chunks"]
            for one in await asyncio.to_thread(_misindexed, page):
                yield one

    async def _chunk_ids(
        self, refs: Sequence[VersionRef], generation: int
    ) -> AsyncIterator[Sequence[str]]:
        """Give ids of versions' chunks in order, a page at a time."""
        for part in slices(sorted(set(refs)), VERSIONS_PAGE):
            versions = [version_id(ref, generation) for ref in part]
            sizes = await self._client.scan(queries.SIZES, {"ids": versions})
            held = {row["id"]: row["chunks"] for row in sizes}
            for group in _together(versions, held):
                rows = await self._client.scan(queries.CHUNK_IDS, {"versions": group})
                ordinals = {row["version"]: sorted(row["ordinals"]) for row in rows}
                ids = [f"{one}.{n}" for one in group for n in ordinals.get(one, ())]
                for page in slices(ids, CHUNKS_PAGE):
                    yield page

    async def pages(self, documents: Sequence[UUID] | None = None) -> AsyncIterator[Sequence[str]]:
        """Give ids of documents in order: the named ones, or all that are there."""
        if documents is not None:
            for part in slices(sorted({document_id(one) for one in documents}), DOCUMENTS_PAGE):
                yield part
            return
        after = ""
        while True:
            params = {"after": after, "page": DOCUMENTS_PAGE}
            page = [row["id"] for row in await self._client.scan(queries.DOCUMENT_IDS, params)]
            if not page:
                return
            yield page
            after = page[-1]


def slices(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a sequence into parts of at most ``size``."""
    return (items[start : start + size] for start in range(0, len(items), size))


def _misindexed(page: Sequence[Row]) -> list[ChunkId]:
    found = ((to_chunk(row), row["search"]) for row in page if is_whole(row, CHUNK_KEYS))
    return sorted(chunk.id for chunk, search in found if search != searchable(chunk.passage))


def _together(versions: Sequence[str], sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """Group versions that are there into at most IDS_PAGE chunks, or one version."""
    group: list[str] = []
    total = 0
    for one in versions:
        if group and total + sizes.get(one, 0) > IDS_PAGE:
            yield group
            group, total = [], 0
        if sizes.get(one, 0):
            group.append(one)
            total += sizes[one]
    if group:
        yield group
