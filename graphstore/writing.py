"""Writes to the graph panel: stage and publish; each may be repeated from any point."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from neo4j import AsyncTransaction

from contracts.errors import InvalidInput
from contracts.nouns import EmbeddedChunk, StagedVersion, VersionRef
from graphstore import queries
from graphstore.checking import check_card, check_chunk
from graphstore.client import Neo4jClient, rows
from graphstore.names import document_id, live_key, version_id, version_key
from graphstore.reading import slices
from graphstore.rows import Row, chunk_groups, mention_rows, neighbours, version_row
from graphstore.schema import Neo4jSchema

STATEMENT_CHUNKS = 256
"""While the server stores one statement's chunks, the next one's words are folded."""
STATEMENT_MENTIONS = 10_000
TRANSACTION_CHUNKS = 512
"""Bounds a transaction's memory, and the vector index's work: of what one transaction brings it
makes a segment, which it searches whole up to some 600 vectors, and builds a graph for above.
Staging 20,000 chunks costs the server 5 s of processor time by 512, 41 s by 4,096."""


@dataclass(frozen=True, slots=True)
class _Load:
    """What one transaction stores."""

    cards: Sequence[Row]
    chunks: Sequence[EmbeddedChunk]
    workspaces: Mapping[str, str]
    overwrite: bool


class Neo4jWriter:
    """Stages and publishes versions."""

    def __init__(self, client: Neo4jClient, schema: Neo4jSchema) -> None:
        self._client = client
        self._schema = schema

    async def stage(
        self,
        versions: Sequence[StagedVersion],
        chunks: Sequence[EmbeddedChunk],
        *,
        overwrite: bool,
    ) -> None:
        """Check everything, then store it: in transactions of TRANSACTION_CHUNKS chunks."""
        await self._check(versions, chunks)
        workspaces = {version_id(v.ref, v.generation): v.card.workspace for v in versions}
        # Every writer takes its locks in the same order, so that two of them seldom deadlock.
        cards = sorted(map(version_row, versions), key=lambda row: str(row["properties"]["id"]))
        ordered = sorted(chunks, key=lambda one: one.chunk.id)
        for part in slices(ordered, TRANSACTION_CHUNKS) if ordered else [()]:
            load = _Load(cards, part, workspaces, overwrite)

            async def work(tx: AsyncTransaction, load: _Load = load) -> None:
                if not await _store(tx, load):
                    raise self._schema.gone({version.generation for version in versions})

            await self._client.transact(work)

    async def publish(self, versions: Sequence[VersionRef], generation: int) -> None:
        """Raise each document's live number, all in one transaction."""
        newest: dict[str, int] = {}
        for ref in sorted(versions):
            newest[document_id(ref.document)] = ref.number
        found = [{"document": d, "number": n} for d, n in newest.items()]
        await self._client.write(queries.PUBLISH, {"rows": found, "live": live_key(generation)})

    async def _check(
        self, versions: Sequence[StagedVersion], chunks: Sequence[EmbeddedChunk]
    ) -> None:
        named = {version_id(version.ref, version.generation) for version in versions}
        for version in versions:
            check_card(version.card)
        numbers = {v.generation for v in versions} | {c.chunk.id.generation for c in chunks}
        known = {number: await self._schema.generation(number) for number in numbers}
        for one in chunks:
            check_chunk(one, known[one.chunk.id.generation])
            if version_key(one.chunk.id) not in named:
                raise InvalidInput(
                    f"Chunk {one.chunk.id} belongs to no version of the same call.",
                    "Stage chunks together with their version.",
                )


async def _store(tx: AsyncTransaction, load: _Load) -> bool:
    """Write a load, and tell whether its generations are there."""
    if await _put_cards(tx, load) < len(load.cards):
        return False
    if not load.chunks:
        return True
    fresh, lost = await _make_room(tx, load)
    if fresh:
        await _create(tx, fresh, load.workspaces)
        await rows(tx, queries.LINK_CHUNKS, {"pairs": neighbours(fresh)})
        await _mention(tx, fresh, load.workspaces)
    if lost:
        await rows(tx, queries.DROP_ENTITIES, {"entities": lost})
    return True


async def _put_cards(tx: AsyncTransaction, load: _Load) -> int:
    """Write cards and their facets; give how many had a generation to be filed under."""
    found = await rows(tx, queries.PUT_VERSIONS, {"versions": load.cards})
    changed = {row["id"] for row in found if row["changed"] or load.overwrite}
    cards = [card for card in load.cards if card["properties"]["id"] in changed]
    if not cards:
        return len(found)
    untagged = await rows(tx, queries.UNTAG, {"versions": cards})
    tags = [{"facet": f, "version": c["properties"]["id"]} for c in cards for f in c["facets"]]
    if tags:
        tags.sort(key=lambda tag: str(tag["facet"]))
        await rows(tx, queries.TAG, {"tags": tags})
    if untagged:
        await rows(tx, queries.DROP_FACETS, {"facets": sorted(r["facet"] for r in untagged)})
    return len(found)


async def _make_room(tx: AsyncTransaction, load: _Load) -> tuple[list[EmbeddedChunk], list[str]]:
    """Remove what is to be replaced; give what is to be created, and entities that lost one."""
    named = []
    for one in load.chunks:
        key = version_key(one.chunk.id)
        named.append({"id": str(one.chunk.id), "version": key, "workspace": load.workspaces[key]})
    found = await rows(tx, queries.FOUND_CHUNKS, {"chunks": named})
    kept = {} if load.overwrite else {row["id"]: row["digest"] for row in found}
    fresh = [c for c in load.chunks if kept.get(str(c.chunk.id)) != c.digest.hex()]
    there = {row["id"] for row in found}
    stale = [i for i in (str(one.chunk.id) for one in fresh) if i in there]
    if not stale:
        return fresh, []
    dropped = await rows(tx, queries.DROP_NAMED, {"ids": stale})
    return fresh, sorted(dropped[0]["entities"])


async def _create(
    tx: AsyncTransaction, chunks: Sequence[EmbeddedChunk], workspaces: Mapping[str, str]
) -> None:
    """Create chunks; the next statement's columns are made in a thread meanwhile."""
    parts = list(slices(chunks, STATEMENT_CHUNKS))
    groups = await asyncio.to_thread(chunk_groups, parts[0], workspaces)
    for following in [*parts[1:], ()]:
        _, groups = await asyncio.gather(
            rows(tx, queries.CREATE_CHUNKS, {"groups": groups}),
            asyncio.to_thread(chunk_groups, following, workspaces),
        )


async def _mention(
    tx: AsyncTransaction, chunks: Sequence[EmbeddedChunk], workspaces: Mapping[str, str]
) -> None:
    entities, mentions = mention_rows(chunks, workspaces)
    for entity_part in slices(entities, STATEMENT_MENTIONS):
        await rows(tx, queries.PUT_ENTITIES, {"entities": entity_part})
    for mention_part in slices(mentions, STATEMENT_MENTIONS):
        await rows(tx, queries.MENTION, {"mentions": mention_part})
