"""The relational panel behind the Panel port: PostgreSQL with pgvector and BM25 of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final
from uuid import UUID

from contracts.errors import DiptychError, SpaceMismatch
from contracts.nouns import (
    ChunkId,
    EmbeddedChunk,
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
)
from vectorstore import queries, rows, schema, writing
from vectorstore.connections import READ_SECONDS, WRITE_SECONDS, Connections
from vectorstore.migrations import HEAD

HEALTH_SECONDS: Final = 2.0
"""For the server to answer; as long again for a connection to it."""
DIGESTS_PAGE: Final = 1000
EXPORT_PAGE: Final = 500
"""Rows fetched at once; between two pages no connection is held."""


class PostgresPanel:
    """Implements contracts.panels.Panel on one database; connects at its first use.

    ``url`` is a libpq connection string, ``pool_size`` the most connections at a time. Both legs
    of a search see one snapshot and cost one round trip.
    """

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self._url = url
        self._connections = Connections(url, pool_size)
        self._generations: dict[int, Generation] = {}
        self._published = 0
        self._analyse_at = 1

    @property
    def name(self) -> PanelName:
        """The relational one."""
        return PanelName.VECTOR

    async def prepare(self, generation: Generation) -> None:
        """Migrate the schema, record the generation and make its index."""
        await schema.migrate(self._url, generation)
        self._generations[generation.number] = generation

    async def stage(
        self, versions: Sequence[StagedVersion], chunks: Sequence[EmbeddedChunk]
    ) -> None:
        """Write chunks with their bags of words, in one transaction."""
        for number in {v.generation for v in versions} | {c.chunk.id.generation for c in chunks}:
            await self._know(number)
        writing.check(chunks, self._generations)
        if not versions and not chunks:
            return
        async with self._connections.transaction(WRITE_SECONDS) as connection:
            await writing.stage(connection, versions, chunks)

    async def _know(self, number: int) -> None:
        """Learn of a generation that another process prepared."""
        if number in self._generations:
            return
        async with self._connections.lend(READ_SECONDS) as connection:
            found = await schema.known(connection, number)
        if found is None:
            raise SpaceMismatch(
                f"The relational panel has no generation {number}.", "Prepare it first."
            )
        self._generations[number] = found

    async def publish(self, versions: Sequence[VersionRef]) -> None:
        """Show the versions in one transaction, then bring the word counts up to date."""
        if not versions:
            return
        async with self._connections.transaction(WRITE_SECONDS) as connection:
            await writing.publish(connection, versions)
        await self._fold()
        await self._count(len(versions))

    async def retire(self, versions: Sequence[VersionRef]) -> None:
        """Remove the versions in one transaction."""
        if not versions:
            return
        async with self._connections.transaction(WRITE_SECONDS) as connection:
            await writing.retire(connection, versions)
        await self._fold()

    async def erase(self, documents: Sequence[UUID]) -> None:
        """Remove the documents in one transaction."""
        if not documents:
            return
        async with self._connections.transaction(WRITE_SECONDS) as connection:
            await writing.erase(connection, documents)
        await self._fold()

    async def _count(self, published: int) -> None:
        """Let the planner know how many versions there are, while they quickly become more.

        Autovacuum does it within a minute or two. Until then the planner takes the tables for
        empty, and a search of 10,000 chunks just loaded takes 115 ms instead of 4.
        """
        self._published += published
        if self._published >= self._analyse_at:
            self._analyse_at = 2 * self._published
            async with self._connections.lend(WRITE_SECONDS) as connection:
                await connection.execute(queries.ANALYSE)

    async def _fold(self) -> None:
        """Apply what writers noted of their words; what a crash leaves is folded the next time."""
        async with self._connections.lend(WRITE_SECONDS) as connection:
            await connection.execute(queries.FOLD)

    async def search(self, query: PanelQuery) -> PanelHits:
        """Run both legs in one statement."""
        dimension = query.generation.dimension
        if query.vector is not None and query.vector.shape != (dimension,):
            raise SpaceMismatch(
                f"The question's vector has shape {query.vector.shape},"
                f" generation {query.generation.number} has {dimension} dimensions.",
                "Embed the question with the generation's model.",
            )
        values = {
            "workspace": query.workspace,
            "generation": query.generation.number,
            "dimension": dimension,
            "documents": list(query.filters.documents) or None,
            "facets": list(query.filters.facets) or None,
            "text": _plain(query.text),
            "probe": None if query.vector is None else query.vector.tolist(),
            "limit": query.limit,
        }
        async with self._connections.lend(READ_SECONDS) as connection:
            found = await (await connection.execute(queries.SEARCH, values)).fetchall()
        passages = rows.Passages()
        legs: dict[str, list[Hit]] = {"dense": [], "lexical": []}
        for leg, score, *columns in found:
            legs[leg].append(Hit(passages.add(columns), score))
        return PanelHits(tuple(legs["dense"]), tuple(legs["lexical"]), passages.found)

    async def read(self, workspace: str, ids: Sequence[ChunkId]) -> dict[ChunkId, Passage]:
        """Give the live ones of the named chunks."""
        if not ids:
            return {}
        values = {
            "workspace": workspace,
            "documents": [i.document for i in ids],
            "numbers": [i.version for i in ids],
            "generations": [i.generation for i in ids],
            "ordinals": [i.ordinal for i in ids],
        }
        passages = rows.Passages()
        async with self._connections.lend(READ_SECONDS) as connection:
            async for row in await connection.execute(queries.READ, values):
                passages.add(row)
        return passages.found

    async def digests(
        self, generation: int, documents: Sequence[UUID] | None = None
    ) -> AsyncIterator[VersionDigest]:
        """Sum the marks per version in the server, page by page."""
        named = None if documents is None else list(documents)
        values = {"generation": generation, "documents": named, "page": DIGESTS_PAGE}
        last: VersionRef | None = None
        while True:
            after = {"document": last and last.document, "number": last and last.number}
            async with self._connections.lend(WRITE_SECONDS) as connection:
                found = await connection.execute(queries.DIGESTS, values | after)
                page = await found.fetchall()
            for document, number, workspace, chunks, one, two, digest, live in page:
                last = VersionRef(document, number)
                yield VersionDigest(last, generation, workspace, chunks, (one, two), digest, live)
            if len(page) < DIGESTS_PAGE:
                return

    async def export(self, ref: VersionRef, generation: int) -> AsyncIterator[EmbeddedChunk]:
        """Give a version's chunks, page by page."""
        values = {"document": ref.document, "number": ref.number, "generation": generation}
        after = -1
        while True:
            async with self._connections.lend(READ_SECONDS) as connection:
                cursor = connection.cursor(binary=True)
                window = {"after": after, "page": EXPORT_PAGE}
                page = await (await cursor.execute(queries.EXPORT, values | window)).fetchall()
            for row in page:
                one = rows.embedded(row)
                after = one.chunk.id.ordinal
                yield one
            if len(page) < EXPORT_PAGE:
                return

    async def staged(self, ref: VersionRef, generation: int) -> StagedVersion | None:
        """Give a version's card as it was staged."""
        values = {"document": ref.document, "number": ref.number, "generation": generation}
        async with self._connections.lend(READ_SECONDS) as connection:
            row = await (await connection.execute(queries.STAGED, values)).fetchone()
        return None if row is None else StagedVersion(ref, generation, rows.card(row))

    async def health(self) -> PanelHealth:
        """Ask the server in at most a few seconds; an answer, never an error."""
        try:
            async with asyncio.timeout(2 * HEALTH_SECONDS):
                async with self._connections.lend(HEALTH_SECONDS) as connection:
                    row = await (await connection.execute(queries.HEALTH)).fetchone()
        except (DiptychError, TimeoutError) as error:
            detail = str(error) or "The server did not answer in time."
            return PanelHealth(self.name, ready=False, detail=detail)
        standby, read_only, server, extension, prepared = row or (True, True, "", None, False)
        version = f"PostgreSQL {server}, pgvector {extension or 'missing'}, schema {HEAD}"
        if standby or read_only:
            detail = "The server is read-only."
        elif not prepared:
            detail = "The schema is not there yet."
        else:
            return PanelHealth(self.name, ready=True, detail="Ready.", version=version)
        return PanelHealth(self.name, ready=False, detail=detail, version=version)

    async def close(self) -> None:
        """Give back the connections."""
        await self._connections.close()


def _plain(text: str) -> str:
    """Leave out what PostgreSQL's text cannot hold: NUL and lone surrogates."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()
