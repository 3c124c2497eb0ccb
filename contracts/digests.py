"""Digests: how two panels prove that they hold the same bytes.

A chunk's digest covers its id, place, text, context, language, parent, mentions, the model's name
and the raw little-endian float32 embedding. Both stores can add up the digest's *marks* (two 40-bit
integers) server-side without overflowing 64 bits for up to eight million chunks, so comparing
two panels costs a sum in each and no payload on the wire.
"""

import hashlib
import json
from collections.abc import Sequence

import numpy as np

from contracts.nouns import Card, Chunk, EmbeddedChunk, Mention, Vector

MARK_BYTES = 5


def _update(state: "hashlib._Hash", *values: str | bytes | int | None) -> None:
    """Feed values with their lengths in front, so that no two sequences collide."""
    for value in values:
        raw = value if isinstance(value, bytes) else repr(value).encode("utf-8", "surrogatepass")
        state.update(len(raw).to_bytes(8, "little"))
        state.update(raw)


def chunk_digest(
    chunk: Chunk, embedding: Vector, model: str, mentions: Sequence[Mention] = ()
) -> bytes:
    """SHA-256 (32 bytes) of everything that a panel must give back for this chunk."""
    state = hashlib.sha256()
    place = (chunk.part, chunk.page, chunk.span.start, chunk.span.end)
    vector = np.ascontiguousarray(embedding, dtype="<f4").tobytes()
    _update(state, str(chunk.id), *place, chunk.language, chunk.context, chunk.text, model, vector)
    if chunk.parent:  # two values where a mention has four: neither can be taken for the other
        _update(state, chunk.parent.first, chunk.parent.end)
    for one in mentions:
        _update(state, one.span.start, one.span.end, one.kind, one.name)
    return state.digest()


def embed(
    chunk: Chunk, embedding: Vector, model: str, mentions: Sequence[Mention] = ()
) -> EmbeddedChunk:
    """Join a chunk, its vector, its mentions and their digest."""
    found = tuple(sorted(mentions))
    return EmbeddedChunk(chunk, embedding, chunk_digest(chunk, embedding, model, found), found)


def is_sound(one: EmbeddedChunk, model: str) -> bool:
    """Tell whether a chunk that was read back is what its digest says."""
    return one.digest == chunk_digest(one.chunk, one.embedding, model, one.mentions)


def marks(digest: bytes) -> tuple[int, int]:
    """Two 40-bit integers of a digest, summed by the stores."""
    return (
        int.from_bytes(digest[:MARK_BYTES], "big"),
        int.from_bytes(digest[MARK_BYTES : 2 * MARK_BYTES], "big"),
    )


def card_digest(card: Card) -> str:
    """Hex SHA-256 of the card in canonical JSON."""
    state = hashlib.sha256()
    metadata = json.dumps(card.metadata, ensure_ascii=False, sort_keys=True)
    names = (card.workspace, card.title, card.source, card.media_type, card.external_id)
    _update(state, *names, metadata)
    return state.hexdigest()
