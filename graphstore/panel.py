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
    VersionDigest,
    VersionRef,
)
from graphstore import queries
from graphstore.client import Neo4jClient
from graphstore.names import document_id
from graphstore.reading import Neo4jReader
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

    async def stage(
        self, versions: Sequence[StagedVersion], chunks: Sequence[EmbeddedChunk]
    ) -> None:
        """Store versions and chunks where readers do not see them yet."""
        if versions or chunks:
            await self._writer.stage(versions, chunks)

    async def publish(self, versions: Sequence[VersionRef]) -> None:
        """Make each version the one that readers see, all in one transaction."""
        if versions:
            await self._writer.publish(versions)

    async def retire(self, versions: Sequence[VersionRef]) -> None:
        """Remove versions for good, in all generations."""
        await self._writer.remove(
            [{"document": document_id(r.document), "number": r.number} for r in versions]
        )

    async def erase(self, documents: Sequence[UUID]) -> None:
        """Remove documents with everything that belongs to them."""
        await self._writer.remove(
            [{"document": document_id(document), "number": None} for document in documents]
        )

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

    def export(self, ref: VersionRef, generation: int) -> AsyncIterator[EmbeddedChunk]:
        """Stream a version's chunks, float32 bit for bit."""
        return self._reader.export(ref, generation)

    async def staged(self, ref: VersionRef, generation: int) -> StagedVersion | None:
        """Give the card under which a version was staged."""
        return await self._reader.staged(ref, generation)

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
