"""The one place where nouns become nodes' properties, and properties nouns again."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from neo4j.vector import Vector as Neo4jVector

from contracts.digests import card_digest, marks
from contracts.nouns import (
    Card,
    Chunk,
    ChunkId,
    EmbeddedChunk,
    Span,
    StagedVersion,
    Vector,
    facets,
)
from graphstore.names import (
    document_id,
    facet_id,
    generation_label,
    language_label,
    version_id,
    version_key,
)
from graphstore.searchtext import searchable, version_word, workspace_word

Row = Mapping[str, Any]

CHUNK_KEYS = ("id", "part", "start", "end", "text", "context", "language")
CARD_KEYS = ("workspace", "title", "source", "media_type", "metadata")


def is_whole(row: Row | None, keys: Sequence[str]) -> bool:
    """Tell whether all of a node was read.

    Neo4j reads what is committed at each moment: of a node that another transaction deletes
    while a statement runs, some properties come back as null.
    """
    return row is not None and all(row.get(key) is not None for key in keys)


def version_row(version: StagedVersion) -> Row:
    """Properties and facets of a version's node."""
    ref, card = version.ref, version.card
    return {
        "id": version_id(ref, version.generation),
        "document": document_id(ref.document),
        "facets": [facet_id(card.workspace, facet) for facet in facets(card.metadata)],
        "properties": {
            "id": version_id(ref, version.generation),
            "document": document_id(ref.document),
            "number": ref.number,
            "generation": version.generation,
            "workspace": card.workspace,
            "title": card.title,
            "source": card.source,
            "media_type": card.media_type,
            "external_id": card.external_id,
            "metadata": json.dumps(card.metadata),
            "digest": card_digest(card),
        },
    }


def chunk_row(one: EmbeddedChunk, workspace: str) -> Row:
    """Labels, properties and vector of a chunk's node."""
    chunk, id_ = one.chunk, one.chunk.id
    mark_a, mark_b = marks(one.digest)
    return {
        "version": version_key(id_),
        "labels": [
            "Chunk",
            generation_label(id_.generation),
            language_label(id_.generation, chunk.language),
        ],
        "properties": {
            "id": str(id_),
            "document": document_id(id_.document),
            "version": id_.version,
            "generation": id_.generation,
            "ordinal": id_.ordinal,
            "part": chunk.part,
            "page": chunk.page,
            "start": chunk.span.start,
            "end": chunk.span.end,
            "text": chunk.text,
            "context": chunk.context,
            "language": chunk.language,
            "digest": one.digest.hex(),
            "mark_a": mark_a,
            "mark_b": mark_b,
            "workspace": workspace,
            "search": searchable(chunk.passage),
            "scope": f"{workspace_word(workspace)} {version_word(id_.ref)}",
        },
        "embedding": to_neo4j(one.embedding),
    }


def neighbours(chunks: Sequence[EmbeddedChunk]) -> list[list[str]]:
    """Pairs of chunk ids that follow each other, if both are there."""
    pairs = {}
    for i in (one.chunk.id for one in chunks):
        for first in (i.ordinal - 1, i.ordinal):
            before = ChunkId(i.document, i.version, i.generation, first)
            after = ChunkId(i.document, i.version, i.generation, first + 1)
            pairs[before] = [str(before), str(after)]
    return list(pairs.values())


def to_card(row: Row) -> Card:
    """Read a version's card from its node."""
    return Card(
        row["workspace"],
        row["title"],
        row["source"],
        row["media_type"],
        row.get("external_id"),
        json.loads(row["metadata"]),
    )


def to_chunk(row: Row) -> Chunk:
    """Read a chunk from its node."""
    return Chunk(
        ChunkId.parse(row["id"]),
        row["part"],
        row["page"],
        Span(row["start"], row["end"]),
        row["text"],
        row["context"],
        row["language"],
    )


def to_embedded(chunk: Row, embedding: Neo4jVector) -> EmbeddedChunk:
    """Read a chunk with its vector, bit for bit."""
    vector = embedding.to_numpy().astype(np.float32)
    return EmbeddedChunk(to_chunk(chunk), vector, bytes.fromhex(chunk["digest"]))


def to_neo4j(vector: Vector) -> Neo4jVector:
    """Give a vector as raw float32, which the driver sends three times faster than a list."""
    return Neo4jVector.from_numpy(np.ascontiguousarray(vector, dtype=np.float32))
