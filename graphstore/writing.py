"""Writes to the graph panel: stage, publish, remove; each may be repeated from any point."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np
from neo4j import AsyncTransaction

from contracts.errors import InvalidInput, SpaceMismatch
from contracts.nouns import METADATA_LIMIT, EmbeddedChunk, StagedVersion, VersionRef
from graphstore import queries
from graphstore.client import Neo4jClient, rows
from graphstore.names import document_id, language_labels, version_id, version_key
from graphstore.rows import Row, chunk_row, neighbours, version_row
from graphstore.schema import Neo4jSchema

T = TypeVar("T")

STATEMENT_CHUNKS = 1000
TRANSACTION_CHUNKS = 5000
"""Bounds what a transaction holds in the server's memory: 5,000 chunks are about 50 MB there."""
DELETE_CHUNKS = 2000
TARGETS = 500


class Neo4jWriter:
    """Stages, publishes and removes versions."""

    def __init__(self, client: Neo4jClient, schema: Neo4jSchema) -> None:
        self._client = client
        self._schema = schema

    async def stage(
        self, versions: Sequence[StagedVersion], chunks: Sequence[EmbeddedChunk]
    ) -> None:
        """Check everything, then store it: one transaction up to TRANSACTION_CHUNKS chunks."""
        await self._check(versions, chunks)
        workspaces = {version_id(v.ref, v.generation): v.card.workspace for v in versions}
        # Every writer takes its locks in the same order, so that two of them seldom deadlock.
        cards = sorted((version_row(v) for v in versions), key=lambda row: str(row["id"]))
        ordered = sorted(chunks, key=lambda one: one.chunk.id)
        for part in _slices(ordered, TRANSACTION_CHUNKS) if ordered else [()]:
            batches = await asyncio.to_thread(_batches, part, workspaces)
            pairs = neighbours(part)

            async def work(
                tx: AsyncTransaction,
                batches: Sequence[Row] = batches,
                pairs: Sequence[Sequence[str]] = pairs,
            ) -> None:
                await _put_cards(tx, cards)
                for batch in batches:
                    await rows(tx, queries.PUT_CHUNKS, batch)
                await rows(tx, queries.LINK_CHUNKS, {"pairs": pairs})

            await self._client.transact(work)

    async def publish(self, versions: Sequence[VersionRef]) -> None:
        """Raise each document's live number, all in one transaction."""
        newest: dict[str, int] = {}
        for ref in sorted(versions):
            newest[document_id(ref.document)] = ref.number
        found = [{"document": d, "number": n} for d, n in newest.items()]
        await self._client.write(queries.PUBLISH, {"rows": found})

    async def remove(self, targets: Sequence[Mapping[str, object]]) -> None:
        """Remove versions (``document``, ``number``) or documents (``number`` None).

        Readers lose them first; then chunks go in bounded transactions, the rest last. A
        process that dies in between leaves nothing that readers see, and a repetition ends it.
        """
        for part in _slices(targets, TARGETS):
            named = {"targets": part, "batch": DELETE_CHUNKS}
            await self._client.write(queries.HIDE, named)
            while (await self._client.write(queries.DROP_CHUNKS, named))[0]["dropped"]:
                continue

            async def work(tx: AsyncTransaction, named: Row = named) -> None:
                found = await rows(tx, queries.DROP_VERSIONS, named)
                await rows(tx, queries.DROP_FACETS, {"facets": sorted(r["facet"] for r in found)})
                await rows(tx, queries.DROP_DOCUMENTS, named)

            await self._client.transact(work)

    async def _check(
        self, versions: Sequence[StagedVersion], chunks: Sequence[EmbeddedChunk]
    ) -> None:
        named = set()
        for version in versions:
            named.add(version_id(version.ref, version.generation))
            metadata = json.dumps(version.card.metadata, ensure_ascii=False)
            if len(metadata.encode("utf-8", "surrogatepass")) > METADATA_LIMIT:
                raise InvalidInput(
                    f"The metadata of '{version.card.title[:80]}' are over {METADATA_LIMIT} bytes.",
                    "Send less metadata with the document.",
                )
        for one in chunks:
            dimension = (await self._schema.generation(one.chunk.id.generation)).dimension
            if one.embedding.shape != (dimension,):
                raise SpaceMismatch(
                    f"A vector of shape {one.embedding.shape} does not fit a generation of "
                    f"{dimension} dimensions.",
                    "Embed with the generation's model.",
                )
            if not np.isfinite(one.embedding).all():
                raise InvalidInput(
                    f"The embedding of chunk {one.chunk.id} is not finite.",
                    "Check the embedding model; this one is broken.",
                )
            if version_key(one.chunk.id) not in named:
                raise InvalidInput(
                    f"Chunk {one.chunk.id} belongs to no version of the same call.",
                    "Stage chunks together with their version.",
                )


async def _put_cards(tx: AsyncTransaction, cards: Sequence[Row]) -> None:
    await rows(tx, queries.PUT_VERSIONS, {"versions": cards})
    untagged = await rows(tx, queries.UNTAG, {"versions": cards})
    tags = [{"facet": f, "version": card["id"]} for card in cards for f in card["facets"]]
    if tags:
        tags.sort(key=lambda tag: str(tag["facet"]))
        await rows(tx, queries.TAG, {"tags": tags})
    if untagged:
        await rows(tx, queries.DROP_FACETS, {"facets": sorted(r["facet"] for r in untagged)})


def _batches(chunks: Sequence[EmbeddedChunk], workspaces: Mapping[str, str]) -> list[Row]:
    """Make the statements' parameters; in a thread, folding words takes a while."""
    made: list[Row] = []
    for batch in _slices(chunks, STATEMENT_CHUNKS):
        generations = {one.chunk.id.generation for one in batch}
        made.append(
            {
                "chunks": [chunk_row(o, workspaces[version_key(o.chunk.id)]) for o in batch],
                "language_labels": [name for g in generations for name in language_labels(g)],
            }
        )
    return made


def _slices(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
