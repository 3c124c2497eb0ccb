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
    Stray,
    VersionDigest,
    VersionRef,
)
from vectorstore import indexes, queries, rows, schema, tending, writing
from vectorstore.connections import READ_SECONDS, WRITE_SECONDS, Connections
from vectorstore.migrations import HEAD

HEALTH_SECONDS: Final = 2.0
"""For the server to answer; as long again for a connection to it."""
DIGESTS_PAGE: Final = 1000
EXPORT_PAGE: Final = 1000
"""Rows fetched at once; between two pages no connection is held."""
FORGET_PAGE: Final = 200
"""Documents that one transaction of ``forget`` removes."""


class PostgresPanel:
    """Implements contracts.panels.Panel on one database; connects at its first use.

    ``url`` is a libpq connection string, ``pool_size`` the most connections at a time. Both legs
    of a search see one snapshot and cost one round trip.
    """

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self._url = url
        self._connections = Connections(url, pool_size)
        self._published = 0
        self._analyse_at = 1

    @property
    def name(self) -> PanelName:
        """The relational one."""
        return PanelName.VECTOR

    async def prepare(self, generation: Generation) -> None:
        """Migrate the schema, record the generation and build its indexes."""
        await schema.migrate(self._url, generation)

    async def unindex(self, generation: int) -> None:
        """Drop the generation's indexes of embeddings and of terms."""
        async with self._connections.lend(WRITE_SECONDS) as connection:
            await indexes.drop(connection, generation)

    async def stage(
        self,
        versions: Sequence[StagedVersion],
        chunks: Sequence[EmbeddedChunk],
        *,
        overwrite: bool = False,
    ) -> None:
        """Write chunks with their bags of words, in one transaction."""
        if not versions and not chunks:
            return
        async with self._connections.transaction(WRITE_SECONDS) as connection:
            await writing.stage(connection, versions, chunks, overwrite=overwrite)

    async def publish(self, versions: Sequence[VersionRef], generation: int) -> None:
        """Show the versions in one transaction, then bring the word counts up to date."""
        if not versions:
            return
        async with self._connections.transaction(WRITE_SECONDS) as connection:
            await writing.publish(connection, versions, generation)
        await self._fold()
        await self._count(len(versions))

    async def retire(self, versions: Sequence[VersionRef], generation: int | None = None) -> None:
        """Remove the versions in one transaction."""
        if not versions:
            return
        async with self._connections.transaction(WRITE_SECONDS) as connection:
            await writing.retire(connection, versions, generation)
        await self._fold()

    async def erase(self, documents: Sequence[UUID]) -> None:
        """Remove the documents in one transaction."""
        if not documents:
            return
        async with self._connections.transaction(WRITE_SECONDS) as connection:
            await writing.erase(connection, documents)
        await self._fold()

    async def discard(self, chunks: Sequence[ChunkId]) -> None:
        """Remove the chunks in one transaction."""
        if not chunks:
            return
        async with self._connections.transaction(WRITE_SECONDS) as connection:
            await writing.discard(connection, chunks)
        await self._fold()

    async def forget(self, generation: int) -> None:
        """Remove a generation, some documents at a time; its claim goes last."""
        more = True
        while more:
            async with self._connections.transaction(WRITE_SECONDS) as connection:
                more = await writing.forget_some(connection, generation, FORGET_PAGE)
        async with self._connections.transaction(WRITE_SECONDS) as connection:
            await writing.forget_rest(connection, generation)
        await self._fold()

    async def clear(self) -> None:
        """Empty the tables; their size makes no difference."""
        async with self._connections.transaction(WRITE_SECONDS) as connection:
            await connection.execute(queries.CLEAR)

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

    async def export(
        self, refs: Sequence[VersionRef], generation: int
    ) -> AsyncIterator[EmbeddedChunk]:
        """Give the versions' chunks, page by page."""
        ahead = [(ref, -1) for ref in sorted(set(refs))]
        while ahead:
            window = ahead[:EXPORT_PAGE]
            values = {
                "generation": generation,
                "documents": [ref.document for ref, _ in window],
                "numbers": [ref.number for ref, _ in window],
                "afters": [after for _, after in window],
                "page": EXPORT_PAGE,
            }
            async with self._connections.lend(READ_SECONDS) as connection:
                cursor = connection.cursor(binary=True)
                page = await (await cursor.execute(queries.EXPORT, values)).fetchall()
            for row in page:
                yield rows.embedded(row)
            if len(page) < EXPORT_PAGE:
                ahead = ahead[EXPORT_PAGE:]
            else:
                last = VersionRef(*page[-1][:2])
                passed = next(n for n, (ref, _) in enumerate(window) if ref == last)
                ahead = [(last, page[-1][rows.ORDINAL]), *ahead[passed + 1 :]]

    async def misindexed(
        self, refs: Sequence[VersionRef], generation: int
    ) -> AsyncIterator[ChunkId]:
        """Give the chunks whose bag of words is not the one that was made of their text."""
        values = {
            "generation": generation,
            "documents": [ref.document for ref in refs],
            "numbers": [ref.number for ref in refs],
        }
        async with self._connections.lend(READ_SECONDS) as connection:
            found = await (await connection.execute(queries.MISINDEXED, values)).fetchall()
        for row in found:
            yield ChunkId(*row)

    async def cards(
        self, refs: Sequence[VersionRef], generation: int
    ) -> dict[VersionRef, StagedVersion]:
        """Give the versions' cards as they were staged."""
        values = {
            "generation": generation,
            "documents": [ref.document for ref in refs],
            "numbers": [ref.number for ref in refs],
        }
        found = {}
        if refs:
            async with self._connections.lend(READ_SECONDS) as connection:
                async for document, number, *row in await connection.execute(queries.CARDS, values):
                    ref = VersionRef(document, number)
                    found[ref] = StagedVersion(ref, generation, rows.card(row))
        return found

    async def strays(self, generation: int) -> AsyncIterator[Stray]:
        """Give what does not fit together, at most one entry for each version and kind."""
        async with self._connections.lend(WRITE_SECONDS) as connection:
            inconsistent = await tending.found(connection, generation)
        for stray in inconsistent:
            yield stray
        last, more = None, True
        while more:
            async with self._connections.lend(READ_SECONDS) as connection:
                wrong, last = await tending.wrong_facets(connection, generation, last)
            more = last is not None
            for ref, _ in wrong:
                yield tending.of_facets(ref)

    async def tidy(self, generation: int) -> int:
        """Mend in one transaction."""
        async with self._connections.transaction(WRITE_SECONDS) as connection:
            return await tending.tidy(connection, generation)

    async def generations(self) -> list[int]:
        """Give the numbers that are claimed."""
        async with self._connections.lend(READ_SECONDS) as connection:
            return [number async for (number,) in await connection.execute(queries.GENERATIONS)]

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
