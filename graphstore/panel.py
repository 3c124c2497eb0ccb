"""The graph panel: a complete, searchable copy of the documents in Neo4j."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import numpy as np

from contracts.errors import PanelUnavailable
from contracts.nouns import (
    ChunkId,
    EmbeddedChunk,
    Generation,
    PanelHealth,
    PanelHits,
    PanelName,
    PanelQuery,
    Passage,
    StagedVersion,
    Stray,
    VersionDigest,
    VersionRef,
)
from graphstore import queries
from graphstore.client import Neo4jClient
from graphstore.mending import Neo4jMender
from graphstore.names import document_id
from graphstore.reading import Neo4jReader
from graphstore.removing import Neo4jRemover
from graphstore.schema import Neo4jSchema
from graphstore.searching import Neo4jSearch
from graphstore.writing import Neo4jWriter


class Neo4jPanel:
    """Implements contracts.panels.Panel on Neo4j 2026.01 or later, any edition.

    ``url`` is a ``bolt://`` or ``neo4j://`` address (``+s`` for TLS). All times are seconds:
    ``connect_timeout`` to reach the server, ``read_timeout`` and ``write_timeout`` for one
    transaction with its retries, ``health_timeout`` for a look at the server,
    ``index_timeout`` for new indexes to come online. Construction opens no connection.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        *,
        database: str = "neo4j",
        connections: int = 20,
        connect_timeout: float = 3.0,
        read_timeout: float = 15.0,
        write_timeout: float = 60.0,
        health_timeout: float = 3.0,
        index_timeout: float = 300.0,
    ) -> None:
        self._client = Neo4jClient(
            url,
            user,
            password,
            database=database,
            connections=connections,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            write_timeout=write_timeout,
        )
        self._health_timeout = health_timeout
        self._schema = Neo4jSchema(self._client, index_timeout)
        self._reader = Neo4jReader(self._client, self._schema)
        self._writer = Neo4jWriter(self._client, self._schema)
        self._remover = Neo4jRemover(self._client, self._schema, self._reader)
        self._mender = Neo4jMender(self._client, self._reader)
        self._search = Neo4jSearch(self._client, self._schema, self._reader)

    @property
    def name(self) -> PanelName:
        """Which panel this is."""
        return PanelName.GRAPH

    async def prepare(self, generation: Generation) -> None:
        """Create the schema and the generation's indexes, and wait until they are usable.

        A server that has just started takes seconds to plan its first search; one that finds
        nothing is run here, so that no reader waits for it.
        """
        await self._schema.prepare(generation)
        axis = np.eye(1, generation.dimension, dtype=np.float32)[0]
        await self._search.search(PanelQuery("", generation, "a", axis, 1))

    async def unindex(self, generation: int) -> None:
        """Drop the generation's indexes; searches raise until ``prepare`` has built them again."""
        await self._schema.unindex(generation)

    async def stage(
        self,
        versions: Sequence[StagedVersion],
        chunks: Sequence[EmbeddedChunk],
        *,
        overwrite: bool = False,
    ) -> None:
        """Store versions and chunks where readers do not see them yet."""
        if versions or chunks:
            await self._writer.stage(versions, chunks, overwrite=overwrite)

    async def publish(self, versions: Sequence[VersionRef], generation: int) -> None:
        """Make each version the one that readers see, all in one transaction."""
        if versions:
            await self._writer.publish(versions, generation)

    async def retire(self, versions: Sequence[VersionRef], generation: int | None = None) -> None:
        """Remove versions for good, in one generation or in all."""
        await self._remover.retire(versions, generation)

    async def erase(self, documents: Sequence[UUID]) -> None:
        """Remove documents with everything that belongs to them."""
        await self._remover.erase([document_id(document) for document in documents])

    async def discard(self, chunks: Sequence[ChunkId]) -> None:
        """Remove single chunks."""
        await self._remover.discard(chunks)

    async def forget(self, generation: int) -> None:
        """Remove a generation with its indexes and its claim on the number."""
        await self._remover.forget(generation)

    async def clear(self) -> None:
        """Remove every document; the schema, the indexes and the claims stay."""
        await self._remover.clear()

    async def search(self, query: PanelQuery) -> PanelHits:
        """Find the best live chunks by cosine and by BM25."""
        return await self._search.search(query)

    async def read(self, workspace: str, ids: Sequence[ChunkId]) -> dict[ChunkId, Passage]:
        """Give the named live chunks of one workspace."""
        return await self._reader.read(workspace, ids)

    def digests(
        self, generation: int, documents: Sequence[UUID] | None = None
    ) -> AsyncIterator[VersionDigest]:
        """Stream sums over what is stored, ordered by document and version."""
        return self._reader.digests(generation, documents)

    def export(self, refs: Sequence[VersionRef], generation: int) -> AsyncIterator[EmbeddedChunk]:
        """Stream versions' chunks, float32 bit for bit."""
        return self._reader.export(refs, generation)

    def misindexed(self, refs: Sequence[VersionRef], generation: int) -> AsyncIterator[ChunkId]:
        """Stream chunks whose indexed words are not those of their text."""
        return self._reader.misindexed(refs, generation)

    async def cards(
        self, refs: Sequence[VersionRef], generation: int
    ) -> dict[VersionRef, StagedVersion]:
        """Give the cards under which versions were staged."""
        return await self._reader.cards(refs, generation)

    async def strays(self, generation: int) -> AsyncIterator[Stray]:
        """Stream what is inconsistent in a generation."""
        async for fault, found in self._mender.faults(generation):
            for one in found:
                yield fault.stray(one)

    async def tidy(self, generation: int) -> int:
        """Mend what is inconsistent in a generation."""
        return await self._mender.mend(generation)

    async def generations(self) -> list[int]:
        """Give the numbers of the generations that are claimed."""
        return await self._schema.generations()

    async def health(self) -> PanelHealth:
        """Look whether the server answers and its database takes writes."""
        try:
            server = await self._client.read(queries.SERVER, within=self._health_timeout)
            found = await self._client.read(
                queries.HEALTH, {"database": self._client.database}, within=self._health_timeout
            )
        except PanelUnavailable as error:
            return PanelHealth(self.name, ready=False, detail=str(error))
        version = f"Neo4j {server[0]['version']} {server[0]['edition']}"
        if any(r["access"] == "read-write" and r["currentStatus"] == "online" for r in found):
            return PanelHealth(self.name, ready=True, detail="ready", version=version)
        state = "; ".join(f"{r['currentStatus']}, {r['access']}" for r in found) or "not there"
        detail = f"The database '{self._client.database}' is {state}. Bring it online for writes."
        return PanelHealth(self.name, ready=False, detail=detail, version=version)

    async def close(self) -> None:
        """Give back connections; the panel is not used afterwards."""
        await self._client.close()
