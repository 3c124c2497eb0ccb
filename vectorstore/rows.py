"""Turns rows of the panel into nouns, and nouns into the bytes that COPY sends."""

import json
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from contracts.digests import marks
from contracts.errors import InvalidInput
from contracts.nouns import (
    METADATA_LIMIT,
    Card,
    Chunk,
    ChunkId,
    EmbeddedChunk,
    Json,
    Mention,
    Parent,
    Passage,
    Span,
    StagedVersion,
    facets,
)

PASSAGE_COLUMNS = 13
"""How many columns of a row ``chunk`` reads."""
ORDINAL = 3
"""Which of them is the ordinal."""
_VECTOR_HEAD = struct.Struct(">HH")
"""A vector's binary form begins with its dimension and an unused number."""
_JSONB = b"\x01"
"""The version with which jsonb's binary form begins."""


def chunk(row: Sequence[Any]) -> Chunk:
    """Read a chunk from the columns that all statements on passages share."""
    document, number, generation, ordinal, part, page, start, end, *texts, first, after = row
    text, context, language = texts
    place = ChunkId(document, number, generation, ordinal)
    parent = None if first is None else Parent(first, after)
    return Chunk(place, part, page, Span(start, end), text, context, language, parent)


def embedded(row: Sequence[Any]) -> EmbeddedChunk:
    """Read a chunk with its embedding, float32 bit for bit, in the server's binary form."""
    embedding, digest, found = row[PASSAGE_COLUMNS:]
    vector = np.frombuffer(embedding, ">f4", offset=_VECTOR_HEAD.size).astype(np.float32)
    return EmbeddedChunk(chunk(row[:PASSAGE_COLUMNS]), vector, bytes(digest), _mentions(found))


def _mentions(found: Any) -> tuple[Mention, ...]:
    """Read mentions; what is none of ours becomes one that no digest fits."""
    try:
        return tuple(Mention(Span(start, end), kind, name) for start, end, kind, name in found)
    except (TypeError, ValueError):
        return (Mention(Span(0, 0), "unreadable", repr(found)),)


def card(row: Sequence[Any]) -> Card:
    """Read a card from its columns."""
    _, workspace, title, source, media_type, external_id, metadata, _ = row
    return Card(workspace, title, source, media_type, external_id, metadata)


class Passages:
    """Reads passages, each card once however many of its chunks come."""

    def __init__(self) -> None:
        self.found: dict[ChunkId, Passage] = {}
        self._cards: dict[int, Card] = {}

    def add(self, row: Sequence[Any]) -> ChunkId:
        """Keep the passage of a row and give its id."""
        one = chunk(row[:PASSAGE_COLUMNS])
        columns = row[PASSAGE_COLUMNS:]
        version = columns[0]
        if version not in self._cards:
            self._cards[version] = card(columns)
        self.found[one.id] = Passage(one, self._cards[version])
        return one.id


def metadata_text(metadata: Json) -> str:
    """Give the JSON to store. Raises InvalidInput for what is not JSON or over the limit."""
    try:
        text = json.dumps(metadata, ensure_ascii=False, allow_nan=False)
        size = len(text.encode())
    except (TypeError, ValueError) as error:  # UnicodeEncodeError is a ValueError
        raise InvalidInput(
            f"The metadata cannot be written as JSON: {error}.", "Use plain JSON values."
        ) from error
    if size > METADATA_LIMIT:
        raise InvalidInput(
            f"The metadata are {size} bytes of JSON, at most {METADATA_LIMIT} are kept.",
            "Keep large values in the document itself.",
        )
    return text


def card_columns(version: StagedVersion, digest: str) -> dict[str, object]:
    """Give the columns of a version's card. Raises InvalidInput as ``metadata_text``."""
    own = version.card
    return {
        "document": version.ref.document,
        "number": version.ref.number,
        "generation": version.generation,
        "workspace": own.workspace,
        "title": own.title,
        "source": own.source,
        "media_type": own.media_type,
        "external_id": own.external_id,
        "metadata": metadata_text(own.metadata),
        "facets": json.dumps(facets(own.metadata), ensure_ascii=False),
        "card_digest": digest,
    }


def chunk_columns(version: int, one: EmbeddedChunk) -> tuple[object, ...]:
    """Give one row for COPY, in the order of queries.COPY_CHUNKS."""
    own = one.chunk
    raw = np.asarray(one.embedding, dtype=">f4").tobytes()
    mentions = [(m.span.start, m.span.end, m.kind, m.name) for m in one.mentions]
    return (
        version,
        own.id.ordinal,
        own.id.generation,
        own.part,
        own.page,
        own.span.start,
        own.span.end,
        own.text,
        own.context,
        own.language,
        own.parent and own.parent.first,
        own.parent and own.parent.end,
        _VECTOR_HEAD.pack(len(one.embedding), 0) + raw,
        one.digest,
        *marks(one.digest),
        _JSONB + json.dumps(mentions, ensure_ascii=False).encode(),
    )
