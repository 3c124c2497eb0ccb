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
    Mention,
    Parent,
    Span,
    StagedVersion,
    Vector,
    VersionRef,
    facets,
)
from graphstore.names import (
    document_id,
    entity_id,
    facet_id,
    generation_label,
    language_label,
    version_id,
    version_key,
)
from graphstore.searchtext import searchable, version_word, workspace_word

Row = Mapping[str, Any]

CHUNK_KEYS = ("id", "part", "start", "end", "text", "context", "language")
EXPORT_KEYS = (*CHUNK_KEYS, "digest")
CARD_KEYS = ("workspace", "title", "source", "media_type", "metadata")


def is_whole(row: Row | None, keys: Sequence[str]) -> bool:
    """Tell whether all of a node was read.

    Neo4j reads what is committed at each moment: of a node that another transaction deletes
    while a statement runs, some properties come back as null.
    """
    return row is not None and all(row.get(key) is not None for key in keys)


def version_row(version: StagedVersion) -> Row:
    """Properties and facets of a version's node; what is None is no property."""
    ref, card = version.ref, version.card
    properties = {
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
    }
    return {
        "document": document_id(ref.document),
        "facets": facet_ids(card),
        "properties": {key: value for key, value in properties.items() if value is not None},
    }


def facet_ids(card: Card) -> list[str]:
    """Keys of the facets that a card is found by."""
    return [facet_id(card.workspace, one) for one in facets(card.metadata)]


def scope(workspace: str, ref: VersionRef) -> str:
    """Words by which full-text queries narrow to a workspace and to versions."""
    return f"{workspace_word(workspace)} {version_word(ref)}"


def chunk_groups(chunks: Sequence[EmbeddedChunk], workspaces: Mapping[str, str]) -> list[Row]:
    """Columns of chunks that are alike in version and index, as CREATE_CHUNKS takes them."""
    groups: dict[tuple[str, str], list[EmbeddedChunk]] = {}
    for one in chunks:
        id_ = one.chunk.id
        label = language_label(id_.generation, one.chunk.language)
        groups.setdefault((version_key(id_), label), []).append(one)
    return [_group(ones, label, workspaces[key]) for (key, label), ones in groups.items()]


def _group(ones: Sequence[EmbeddedChunk], label: str, workspace: str) -> Row:
    first, chunks = ones[0].chunk.id, [one.chunk for one in ones]
    sums = [marks(one.digest) for one in ones]
    return {
        "version": version_key(first),
        "labels": [generation_label(first.generation), label],
        "document": document_id(first.document),
        "number": first.version,
        "generation": first.generation,
        "workspace": workspace,
        "scope": scope(workspace, first.ref),
        "ordinals": [chunk.id.ordinal for chunk in chunks],
        "languages": [chunk.language for chunk in chunks],
        "parts": [chunk.part for chunk in chunks],
        "pages": [chunk.page for chunk in chunks],
        "starts": [chunk.span.start for chunk in chunks],
        "ends": [chunk.span.end for chunk in chunks],
        "texts": [chunk.text for chunk in chunks],
        "contexts": [chunk.context for chunk in chunks],
        "parents": [c.parent and [c.parent.first, c.parent.end] for c in chunks],
        "searches": [searchable(chunk.passage) for chunk in chunks],
        "digests": [one.digest.hex() for one in ones],
        "marks_a": [a for a, _ in sums],
        "marks_b": [b for _, b in sums],
        "embeddings": [to_neo4j(one.embedding) for one in ones],
    }


def mention_rows(
    chunks: Sequence[EmbeddedChunk], workspaces: Mapping[str, str]
) -> tuple[list[Row], list[list[object]]]:
    """Entities and mentions of chunks, both in the order of entities."""
    entities: dict[str, Row] = {}
    mentions: list[list[object]] = []
    for one in chunks:
        workspace = workspaces[version_key(one.chunk.id)] if one.mentions else ""
        for place, found in enumerate(one.mentions):
            key = entity_id(workspace, found.kind, found.name)
            names = {"workspace": workspace, "kind": found.kind, "name": found.name}
            entities[key] = {"id": key, **names}
            span = found.span
            mentions.append([str(one.chunk.id), key, span.start, span.end, place])
    mentions.sort(key=lambda row: str(row[1]))
    return [entities[key] for key in sorted(entities)], mentions


def neighbours(chunks: Sequence[EmbeddedChunk]) -> list[list[str]]:
    """Pairs of chunk ids that follow each other, if both are there."""
    pairs = {}
    for i in (one.chunk.id for one in chunks):
        for first in (i.ordinal - 1, i.ordinal):
            before = ChunkId(i.document, i.version, i.generation, first)
            after = ChunkId(i.document, i.version, i.generation, first + 1)
            pairs[before] = [str(before), str(after)]
    return list(pairs.values())


def to_card(row: Row) -> Card | None:
    """Read a version's card from its node; None for one that is no longer a card."""
    if not is_whole(row, CARD_KEYS):
        return None
    try:
        metadata = json.loads(row["metadata"])
    except ValueError:
        return None
    return Card(
        row["workspace"],
        row["title"],
        row["source"],
        row["media_type"],
        row.get("external_id"),
        metadata,
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
        _parent(row["parent"]),
    )


def _parent(ordinals: object) -> Parent | None:
    """Read which chunks a parent has; what is none of ours is none."""
    match ordinals:
        case [int(first), int(end)]:
            return Parent(first, end)
    return None


def to_embedded(row: Row) -> EmbeddedChunk:
    """Read a chunk with its vector, bit for bit; one of another dimension reads as empty."""
    embedding: Neo4jVector | None = row["embedding"]
    vector = np.empty(0) if embedding is None else embedding.to_numpy()
    mentions = sorted(row["mentions"], key=_place) if row["mentions"] else ()
    return EmbeddedChunk(
        to_chunk(row),
        vector.astype(np.float32),
        _digest(row["digest"]),
        tuple(Mention(Span(start, end), kind, name) for _, start, end, kind, name in mentions),
    )


def _place(mention: Sequence[Any]) -> int:
    """Where a mention stands among its chunk's; what no program wrote stands first."""
    return mention[0] if isinstance(mention[0], int) else -1


def _digest(text: str) -> bytes:
    """Read a digest; what is none is equal to none."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def to_neo4j(vector: Vector) -> Neo4jVector:
    """Give a vector as raw float32, which the driver sends three times faster than a list."""
    return Neo4jVector.from_numpy(np.ascontiguousarray(vector, dtype=np.float32))
