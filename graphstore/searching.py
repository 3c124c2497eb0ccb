"""Both legs of a search in the graph panel, each until its limit is full of live chunks."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from neo4j import Record

from contracts.errors import InvalidInput, SpaceMismatch
from contracts.nouns import ChunkId, Hit, PanelHits, PanelQuery, VersionRef
from graphstore import queries
from graphstore.client import Neo4jClient
from graphstore.names import (
    document_id,
    facet_id,
    generation_label,
    language_label,
    live_key,
    put_label,
    version_id,
)
from graphstore.reading import Neo4jReader
from graphstore.rows import to_neo4j
from graphstore.schema import Neo4jSchema
from graphstore.searchtext import question_clauses, version_word, workspace_word

FIRST_FETCH = 50
GROWTH = 4
MOST_TIED = 20_000
"""Candidates after which a tie at the limit is no longer broken by chunk id."""
NARROW_VERSIONS = 500
EXACT_CHUNKS = 2000
"""A filter that leaves fewer is scored exactly: scoring a chunk costs about as much as a candidate
of the index. Of more, the index meets ``limit`` soon enough."""
SNAPSHOT_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The live versions that a filter leaves, when they are few."""

    refs: tuple[VersionRef, ...]
    chunks: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """What an index gave: live hits, and the best score that anything beyond can have."""

    hits: tuple[Hit, ...]
    beyond: float | None


class Neo4jSearch:
    """Searches one panel; keeps nothing between calls."""

    def __init__(self, client: Neo4jClient, schema: Neo4jSchema, reader: Neo4jReader) -> None:
        self._client = client
        self._schema = schema
        self._reader = reader

    async def search(self, query: PanelQuery) -> PanelHits:
        """Run both legs at once and read what they found.

        A document may be replaced while the legs run. What they found is then no longer live
        when it is read, and the search is done again, so that a reader sees before or after.
        """
        await self._check(query)
        for _ in range(SNAPSHOT_ATTEMPTS):
            narrowed = await self._narrow(query)
            dense, lexical = await asyncio.gather(
                self._dense(query, narrowed), self._lexical(query, narrowed)
            )
            named = sorted({hit.chunk for hit in dense + lexical})
            passages = await self._reader.read(query.workspace, named)
            if len(passages) == len(named):
                break
        return PanelHits(
            tuple(hit for hit in dense if hit.chunk in passages),
            tuple(hit for hit in lexical if hit.chunk in passages),
            passages,
        )

    async def _check(self, query: PanelQuery) -> None:
        known = await self._schema.generation(query.generation.number)
        if known != query.generation:
            raise SpaceMismatch(
                f"Generation {known.number} of the graph panel is of {known.model}, "
                f"{known.dimension} dimensions, not of {query.generation.model}, "
                f"{query.generation.dimension}.",
                "Ask with the generation that is in use.",
            )
        if query.vector is None:
            return
        if query.vector.shape != (known.dimension,):
            raise SpaceMismatch(
                f"A question's vector of shape {query.vector.shape} does not fit "
                f"{known.dimension} dimensions.",
                "Embed the question with the generation's model.",
            )
        if not np.isfinite(query.vector).all():
            raise InvalidInput("The question's vector is not finite.", "Check the embedding model.")

    async def _narrow(self, query: PanelQuery) -> Narrowed | None:
        """Give the versions that a filter leaves; None without a filter, or for a wide one."""
        if not query.filters:
            return None
        by_documents = bool(query.filters.documents)
        found = await self._client.read(
            queries.NARROW_BY_DOCUMENTS if by_documents else queries.NARROW_BY_FACETS,
            {**_scope(query), "limit": NARROW_VERSIONS + 1},
        )
        if len(found) > NARROW_VERSIONS:
            return None
        refs = tuple(VersionRef(UUID(row["document"]), row["number"]) for row in found)
        return Narrowed(refs, sum(row["chunks"] for row in found))

    async def _dense(self, query: PanelQuery, narrowed: Narrowed | None) -> tuple[Hit, ...]:
        if query.vector is None:
            return ()
        params = {**_scope(query), "vector": to_neo4j(query.vector)}
        if narrowed is not None and narrowed.chunks <= EXACT_CHUNKS:
            ids = [version_id(ref, query.generation.number) for ref in narrowed.refs]
            exact = {**params, "versions": ids, "limit": query.limit}
            found = await self._client.read(queries.DENSE_EXACT, exact)
            whole = (row for row in found if row["id"] is not None and row["score"] is not None)
            return tuple(Hit(ChunkId.parse(row["id"]), _cosine(row["score"])) for row in whole)
        statement = put_label(queries.DENSE, generation_label(query.generation.number))

        async def fetch(count: int) -> Candidates:
            rows = await self._client.read(statement, {**params, "fetch": count})
            found = _candidates(rows, count)
            return Candidates(
                tuple(Hit(hit.chunk, _cosine(hit.score)) for hit in found.hits),
                None if found.beyond is None else _cosine(found.beyond),
            )

        return await _fill(fetch, query.limit)

    async def _lexical(self, query: PanelQuery, narrowed: Narrowed | None) -> tuple[Hit, ...]:
        questions = question_clauses(query.text)
        if not questions or (narrowed is not None and not narrowed.refs):
            return ()
        # Clauses that narrow have no weight: they must not add to BM25.
        scope = f"+scope:{workspace_word(query.workspace)}^0"
        if narrowed is not None:
            versions = " ".join(version_word(ref) for ref in narrowed.refs)
            scope += f" +scope:({versions})^0"
        asked = {
            language_label(query.generation.number, language): f"+search:({question}) {scope}"
            for language, question in questions.items()
        }
        params = {**_scope(query), "asked": [list(pair) for pair in asked.items()]}

        async def fetch(count: int) -> Candidates:
            rows = await self._client.read(queries.LEXICAL, {**params, "fetch": count})
            parts = [
                _candidates([row for row in rows if row["index"] == index], count)
                for index in asked
            ]
            ends = [part.beyond for part in parts if part.beyond is not None]
            hits = tuple(hit for part in parts for hit in part.hits)
            return Candidates(hits, max(ends, default=None))

        return await _fill(fetch, query.limit)


async def _fill(fetch: Callable[[int], Awaitable[Candidates]], limit: int) -> tuple[Hit, ...]:
    """Ask for more candidates until no other chunk can be among the best ``limit``."""
    if limit < 1:
        return ()
    count = max(FIRST_FETCH, 2 * limit)
    while True:
        found = await fetch(count)
        best = tuple(sorted(found.hits, key=lambda hit: (-hit.score, hit.chunk))[:limit])
        if found.beyond is None:
            return best
        if len(best) == limit and (best[-1].score > found.beyond or count >= MOST_TIED):
            return best
        count *= GROWTH


def _candidates(rows: Sequence[Record], asked: int) -> Candidates:
    """Keep what is live; an index that gave fewer than it was asked for has no more.

    Chunks that are deleted meanwhile have neither id nor version; they count as candidates.
    """
    found = [(row["live"], *one) for row in rows for one in row["found"]]
    hits = tuple(
        Hit(ChunkId.parse(id_), score)
        for live, id_, version, score in found
        if id_ is not None and live is not None and version == live
    )
    exhausted = len(found) < asked
    return Candidates(hits, None if exhausted else min(score for *_, score in found))


def _scope(query: PanelQuery) -> dict[str, object]:
    """Parameters that say what a query may see."""
    documents = sorted(document_id(d) for d in query.filters.documents)
    return {
        "workspace": query.workspace,
        "generation": query.generation.number,
        "live": live_key(query.generation.number),
        "documents": documents or None,
        "facets": [facet_id(query.workspace, facet) for facet in query.filters.facets],
    }


def _cosine(score: float) -> float:
    """Undo Neo4j's mapping of the cosine to [0, 1]."""
    return min(1.0, max(-1.0, 2 * score - 1))
