"""Removes from the graph panel, in transactions of bounded size; each may be repeated."""

from collections.abc import Mapping, Sequence
from typing import LiteralString

from neo4j import AsyncTransaction

from contracts.nouns import ChunkId, VersionRef
from graphstore import queries
from graphstore.client import Neo4jClient, Params, rows
from graphstore.names import document_id, live_key
from graphstore.reading import Neo4jReader, slices
from graphstore.schema import Neo4jSchema

DELETE_CHUNKS = 2000
TARGETS = 500

Target = Mapping[str, object]


def target(document: str, number: int | None = None, generation: int | None = None) -> Target:
    """Name a document, a version of it in all generations, or in one.

    ``prefix`` is what the ids of its chunks begin with.
    """
    named = [part for part in (document, number, generation) if part is not None]
    return {
        "document": document,
        "number": number,
        "live": None if generation is None else live_key(generation),
        "prefix": ".".join(map(str, named)) + ".",
    }


class Neo4jRemover:
    """Removes chunks, versions, documents, generations, and everything."""

    def __init__(self, client: Neo4jClient, schema: Neo4jSchema, reader: Neo4jReader) -> None:
        self._client = client
        self._schema = schema
        self._reader = reader

    async def retire(self, versions: Sequence[VersionRef], generation: int | None) -> None:
        """Remove versions, in one generation or in all."""
        await self._remove(
            [target(document_id(r.document), r.number, generation) for r in sorted(set(versions))]
        )

    async def erase(self, documents: Sequence[str]) -> None:
        """Remove documents with all their versions."""
        await self._remove([target(document) for document in sorted(set(documents))])

    async def discard(self, chunks: Sequence[ChunkId]) -> None:
        """Remove single chunks; their versions stay."""
        for part in slices([str(one) for one in sorted(set(chunks))], DELETE_CHUNKS):
            await self._drop(queries.DROP_NAMED, {"ids": part})

    async def forget(self, generation: int) -> None:
        """Remove a generation from all documents, then its indexes and its claim."""
        live = live_key(generation)
        async for page in self._reader.pages():
            named = {"documents": page, "generation": generation, "live": live}
            held = await self._client.scan(queries.HELD, named)
            # Number 0 is no version: what is live without ever being staged is only hidden.
            await self._remove(
                [
                    {**target(row["document"], number, generation), "number": None}
                    for row in held
                    for number in row["numbers"] or [0]
                ]
            )
        await self._schema.unindex(generation)
        await self._schema.forget(generation)

    async def clear(self) -> None:
        """Remove every document; what readers see goes first.

        Indexes that ``unindex`` dropped are made again while there is nothing to index: loading
        60,000 chunks into them costs the server 38 s of processor time, loading without and
        building afterwards 73 s. Dropping them pays for the removal alone.
        """
        for statement in queries.CLEAR:
            while (await self._client.write(statement, {"batch": DELETE_CHUNKS}))[0]["dropped"]:
                continue
        for number in await self._schema.generations():
            await self._schema.index(number)

    async def _remove(self, targets: Sequence[Target]) -> None:
        """Hide, drop chunks, drop the rest.

        Readers lose them first; then chunks go in bounded transactions, the rest last. A
        process that dies in between leaves nothing that readers see, and a repetition ends it.
        """
        for part in slices(targets, TARGETS):
            named = {"targets": part, "batch": DELETE_CHUNKS}
            await self._client.write(queries.HIDE, named)
            while await self._drop(queries.DROP_CHUNKS, named):
                continue

            async def work(tx: AsyncTransaction, named: Params = named) -> None:
                found = await rows(tx, queries.DROP_VERSIONS, named)
                await rows(tx, queries.DROP_FACETS, {"facets": sorted(r["facet"] for r in found)})
                await rows(tx, queries.DROP_DOCUMENTS, named)

            await self._client.transact(work)

    async def _drop(self, statement: LiteralString, params: Params) -> int:
        """Drop chunks with the entities that they alone mention; give how many chunks."""

        async def work(tx: AsyncTransaction) -> int:
            found = (await rows(tx, statement, params))[0]
            if found["entities"]:
                named = {"entities": sorted(found["entities"])}
                await rows(tx, queries.DROP_ENTITIES, named)
            return int(found["dropped"])

        return await self._client.transact(work)
