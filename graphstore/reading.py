"""Reads of the graph panel: passages, cards, digests and exports."""

from collections.abc import AsyncIterator, Sequence
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
from graphstore.names import document_id, version_id
from graphstore.rows import (
    CARD_KEYS,
    CHUNK_KEYS,
    is_whole,
    to_card,
    to_chunk,
    to_embedded,
)
from graphstore.schema import Neo4jSchema

DOCUMENTS_PAGE = 200
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
            if is_whole(row["version"], CARD_KEYS):
                card = to_card(row["version"])
                whole = (one for one in row["chunks"] if is_whole(one, CHUNK_KEYS))
                found |= {chunk.id: Passage(chunk, card) for chunk in map(to_chunk, whole)}
        return {i: found[i] for i in ids if i in found}

    async def staged(self, ref: VersionRef, generation: int) -> StagedVersion | None:
        """Give a version's card."""
        found = await self._client.read(queries.VERSION, {"id": version_id(ref, generation)})
        return StagedVersion(ref, generation, to_card(found[0]["version"])) if found else None

    async def digests(
        self, generation: int, documents: Sequence[UUID] | None
    ) -> AsyncIterator[VersionDigest]:
        """Sum up versions, a page of documents at a time."""
        async for page in self._pages(documents):
            named = {"documents": page, "generation": generation}
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

    async def export(self, ref: VersionRef, generation: int) -> AsyncIterator[EmbeddedChunk]:
        """Read a version's chunks by the ordinals that it had when the export began."""
        found = await self._client.scan(queries.ORDINALS, {"id": version_id(ref, generation)})
        ids = [str(ChunkId(ref.document, ref.number, generation, r["ordinal"])) for r in found]
        if not ids:
            return
        dimension = (await self._schema.generation(generation)).dimension
        for start in range(0, len(ids), CHUNKS_PAGE):
            named = {"ids": ids[start : start + CHUNKS_PAGE], "dimension": dimension}
            for row in await self._client.scan(queries.EXPORT, named):
                if is_whole(row["chunk"], CHUNK_KEYS) and row["embedding"] is not None:
                    yield to_embedded(row["chunk"], row["embedding"])

    async def _pages(self, documents: Sequence[UUID] | None) -> AsyncIterator[list[str]]:
        """Give ids of documents in order: the named ones, or all that are there."""
        if documents is not None:
            named = sorted({document_id(document) for document in documents})
            for start in range(0, len(named), DOCUMENTS_PAGE):
                yield named[start : start + DOCUMENTS_PAGE]
            return
        after = ""
        while True:
            params = {"after": after, "page": DOCUMENTS_PAGE}
            page = [row["id"] for row in await self._client.scan(queries.DOCUMENT_IDS, params)]
            if not page:
                return
            yield page
            after = page[-1]
