"""Writes versions and chunks: everything of one call in the transaction that the caller opened."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

import numpy as np

from contracts.digests import card_digest
from contracts.errors import InvalidInput, SpaceMismatch
from contracts.nouns import EmbeddedChunk, Generation, StagedVersion, VersionRef
from vectorstore import queries
from vectorstore.connections import Connection
from vectorstore.rows import card_columns, chunk_columns

Keys: TypeAlias = dict[tuple[UUID, int, int], int]
"""The panel's own number of each (document, version, generation)."""
_Pairs: TypeAlias = dict[str, list[int]]
_LAST = 2**31 - 1
"""The highest ordinal that a column of PostgreSQL's int can hold."""


def check(chunks: Sequence[EmbeddedChunk], generations: Mapping[int, Generation]) -> None:
    """Refuse embeddings of another dimension (SpaceMismatch) or not finite (InvalidInput)."""
    for one in chunks:
        generation = generations[one.chunk.id.generation]
        if one.embedding.shape != (generation.dimension,):
            raise SpaceMismatch(
                f"Chunk {one.chunk.id} has an embedding of shape {one.embedding.shape},"
                f" its generation has {generation.dimension} dimensions.",
                "Embed it with the generation's model.",
            )
    if chunks and not np.isfinite([c.embedding for c in chunks]).all():
        raise InvalidInput(
            "An embedding holds a number that is not finite.", "Embed the chunk again."
        )


async def stage(
    connection: Connection, versions: Sequence[StagedVersion], chunks: Sequence[EmbeddedChunk]
) -> None:
    """Write cards and chunks, replacing those whose digest differs."""
    keys = await _put_cards(connection, versions)
    fresh = await _drop_changed(connection, _placed(keys, chunks))
    if not fresh:
        return
    versions_of = [version for version, _ in fresh]
    languages = [c.chunk.language for c in fresh.values()]
    pairs = list(set(zip(versions_of, languages, strict=True)))
    await connection.execute(
        queries.ADD_LEXICONS,
        {"versions": [v for v, _ in pairs], "languages": [name for _, name in pairs]},
    )
    async with connection.cursor().copy(queries.COPY_CHUNKS) as copy:
        copy.set_types(queries.COPY_TYPES)
        for (version, _), one in fresh.items():
            await copy.write_row(chunk_columns(version, one))
    await connection.execute(queries.ADD_BAGS, _pairs(fresh))


async def _put_cards(connection: Connection, versions: Sequence[StagedVersion]) -> Keys:
    rows = {(v.ref, v.generation): card_columns(v, card_digest(v.card)) for v in versions}
    columns = {name: [row[name] for row in rows.values()] for name in next(iter(rows.values()), {})}
    documents = {v.ref.document for v in versions}
    await connection.execute(queries.LOCK_DOCUMENTS, {"documents": list(documents)})
    await connection.execute(queries.PUT_CARDS, columns)
    found = await connection.execute(queries.VERSION_KEYS, columns)
    return {
        (document, number, generation): key async for document, number, generation, key in found
    }


def _placed(keys: Keys, chunks: Sequence[EmbeddedChunk]) -> dict[tuple[int, int], EmbeddedChunk]:
    """Map each chunk's (version key, ordinal) to it; a chunk given twice counts once."""
    placed = {}
    for one in chunks:
        place = one.chunk.id
        key = keys.get((place.document, place.version, place.generation))
        if key is None:
            raise InvalidInput(
                f"Chunk {place} belongs to none of the versions it came with.",
                "Stage each chunk together with its version.",
            )
        placed[key, place.ordinal] = one
    return placed


async def _drop_changed(
    connection: Connection, placed: dict[tuple[int, int], EmbeddedChunk]
) -> dict[tuple[int, int], EmbeddedChunk]:
    """Remove stored chunks whose digest differs; give what is to be written."""
    stored = await connection.execute(queries.CHUNK_DIGESTS, _pairs(placed))
    there = {(version, ordinal): bytes(digest) async for version, ordinal, digest in stored}
    changed = {place: placed[place] for place in there if placed[place].digest != there[place]}
    if changed:
        ordinals = [ordinal for _, ordinal in changed]
        versions = [version for version, _ in changed]
        await _drop_chunks(connection, versions, ordinals, ordinals)
    return {k: one for k, one in placed.items() if k in changed or k not in there}


def _pairs(placed: dict[tuple[int, int], EmbeddedChunk]) -> _Pairs:
    return {"versions": [v for v, _ in placed], "ordinals": [o for _, o in placed]}


async def publish(connection: Connection, versions: Sequence[VersionRef]) -> None:
    """Move each document's live number up, and show and hide its versions by it."""
    refs = _refs(versions)
    await connection.execute(queries.SET_LIVE, refs)
    await connection.execute(queries.SHOW_LIVE, refs)


async def retire(connection: Connection, versions: Sequence[VersionRef]) -> None:
    """Remove versions, and documents that nothing is left of."""
    refs = _refs(versions)
    await connection.execute(queries.HOLD_DOCUMENTS, refs)
    await _drop(connection, queries.KEYS_OF_REFS, refs)
    await connection.execute(queries.UNSET_LIVE, refs)
    await connection.execute(queries.DROP_EMPTY_DOCUMENTS, refs)


async def erase(connection: Connection, documents: Sequence[UUID]) -> None:
    """Remove documents with all their versions."""
    named = {"documents": list(documents)}
    await connection.execute(queries.HOLD_DOCUMENTS, named)
    await _drop(connection, queries.KEYS_OF_DOCUMENTS, named)
    await connection.execute(queries.DROP_DOCUMENTS, named)


async def _drop(connection: Connection, keys: str, values: Mapping[str, object]) -> None:
    found = await connection.execute(keys, values)
    versions = [key async for (key,) in found]
    everything = len(versions)
    await _drop_chunks(connection, versions, [0] * everything, [_LAST] * everything)
    await connection.execute(queries.DROP_VERSIONS, {"versions": versions})


async def _drop_chunks(
    connection: Connection, versions: list[int], firsts: list[int], lasts: list[int]
) -> None:
    """Remove ranges of ordinals, and take their words back."""
    ranges = {"versions": versions, "firsts": firsts, "lasts": lasts}
    await connection.execute(queries.DROP_BAGS, ranges)
    await connection.execute(queries.DROP_CHUNKS, ranges)


def _refs(versions: Sequence[VersionRef]) -> dict[str, object]:
    return {
        "documents": [v.document for v in versions],
        "numbers": [v.number for v in versions],
    }
