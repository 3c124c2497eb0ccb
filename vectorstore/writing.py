"""Writes versions and chunks: everything of one call in the transaction that the caller opened."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TypeAlias
from uuid import UUID

import numpy as np

from contracts.digests import card_digest
from contracts.errors import InvalidInput, SpaceMismatch
from contracts.nouns import (
    NAME_LIMIT,
    ChunkId,
    EmbeddedChunk,
    Generation,
    StagedVersion,
    VersionRef,
)
from vectorstore import bags, indexes, queries
from vectorstore.connections import Connection
from vectorstore.rows import card_columns, chunk_columns

Keys: TypeAlias = dict[tuple[UUID, int, int], int]
"""The panel's own number of each (document, version, generation)."""
_Pairs: TypeAlias = dict[str, list[int]]


async def hold(connection: Connection, generations: set[int]) -> dict[int, Generation]:
    """Keep generations from being forgotten until the transaction ends, and give them.

    Raises SpaceMismatch for one that nobody prepared.
    """
    wanted = {"generations": sorted(generations)}
    found = await (await connection.execute(queries.HOLD_GENERATIONS, wanted)).fetchall()
    held = {row[0]: Generation(*row) for row in found}
    if unknown := generations - held.keys():
        raise SpaceMismatch(
            f"The relational panel has no generation {min(unknown)}.", "Prepare it first."
        )
    return held


def check(chunks: Sequence[EmbeddedChunk], generations: Mapping[int, Generation]) -> None:
    """Refuse what cannot be kept: SpaceMismatch for another dimension, else InvalidInput."""
    for one in chunks:
        generation = generations[one.chunk.id.generation]
        if one.embedding.shape != (generation.dimension,):
            raise SpaceMismatch(
                f"Chunk {one.chunk.id} has an embedding of shape {one.embedding.shape},"
                f" its generation has {generation.dimension} dimensions.",
                "Embed it with the generation's model.",
            )
        if any(not 0 < len(mention.name) <= NAME_LIMIT for mention in one.mentions):
            raise InvalidInput(
                f"Chunk {one.chunk.id} names an entity in no or over {NAME_LIMIT} characters.",
                "Leave that mention out.",
            )
    by_generation = groupby(chunks, key=lambda c: c.chunk.id.generation)
    if not all(np.isfinite([c.embedding for c in own]).all() for _, own in by_generation):
        raise InvalidInput(
            "An embedding holds a number that is not finite.", "Embed the chunk again."
        )


async def stage(
    connection: Connection,
    versions: Sequence[StagedVersion],
    chunks: Sequence[EmbeddedChunk],
    *,
    overwrite: bool,
) -> None:
    """Write cards and chunks, replacing those whose digest differs, or all of them."""
    numbers = {v.generation for v in versions} | {c.chunk.id.generation for c in chunks}
    check(chunks, await hold(connection, numbers))
    keys, moved = await _put_cards(connection, versions, overwrite=overwrite)
    placed = _placed(keys, chunks)
    fresh = await _drop_changed(connection, placed, overwrite=overwrite)
    if fresh:
        async with connection.cursor().copy(queries.COPY_CHUNKS) as copy:
            copy.set_types(queries.COPY_TYPES)
            for (version, _), one in fresh.items():
                await copy.write_row(chunk_columns(version, one))
        await bags.add(connection, **_pairs(fresh))
    await bags.remake(connection, moved)


async def _put_cards(
    connection: Connection, versions: Sequence[StagedVersion], *, overwrite: bool
) -> tuple[Keys, list[int]]:
    """Write the cards; give the versions' keys, and those that changed their workspace."""
    rows = {(v.ref, v.generation): card_columns(v, card_digest(v.card)) for v in versions}
    if not rows:
        return {}, []
    columns = {name: [row[name] for row in rows.values()] for name in next(iter(rows.values()))}
    await connection.execute(queries.LOCK_DOCUMENTS, columns)
    put = await connection.execute(queries.PUT_CARDS, columns | {"overwrite": overwrite})
    moved = [key async for (key,) in put if key is not None]
    found = await connection.execute(queries.VERSION_KEYS, columns)
    keys = {
        (document, number, generation): key async for document, number, generation, key in found
    }
    return keys, moved


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
    connection: Connection, placed: dict[tuple[int, int], EmbeddedChunk], *, overwrite: bool
) -> dict[tuple[int, int], EmbeddedChunk]:
    """Remove stored chunks whose digest differs, or all; give what is to be written."""
    stored = await connection.execute(queries.CHUNK_DIGESTS, _pairs(placed))
    there = {(version, ordinal): bytes(digest) async for version, ordinal, digest in stored}
    stale = {p for p, digest in there.items() if overwrite or placed[p].digest != digest}
    if stale:
        ordinals = [ordinal for _, ordinal in stale]
        await _drop_chunks(connection, [version for version, _ in stale], ordinals, ordinals)
    return {p: one for p, one in placed.items() if p in stale or p not in there}


def _pairs(placed: dict[tuple[int, int], EmbeddedChunk]) -> _Pairs:
    return {"versions": [v for v, _ in placed], "ordinals": [o for _, o in placed]}


async def publish(connection: Connection, versions: Sequence[VersionRef], generation: int) -> None:
    """Move each document's live number up, and show and hide its versions by it."""
    await hold(connection, {generation})
    refs = _refs(versions, generation)
    await connection.execute(queries.SET_LIVE, refs)
    await connection.execute(queries.SHOW_LIVE, refs)


async def retire(
    connection: Connection, versions: Sequence[VersionRef], generation: int | None
) -> None:
    """Remove versions, and documents that nothing is left of."""
    refs = _refs(versions, generation)
    await connection.execute(queries.HOLD_DOCUMENTS, refs)
    await _drop(connection, queries.KEYS_OF_REFS, refs)
    await connection.execute(queries.UNSET_LIVE, refs)
    await connection.execute(queries.DROP_EMPTY_DOCUMENTS, refs)


async def erase(connection: Connection, documents: Sequence[UUID]) -> None:
    """Remove documents with all their versions."""
    named = {"documents": list(documents), "generation": None}
    await connection.execute(queries.HOLD_DOCUMENTS, named)
    await _drop(connection, queries.KEYS_OF_DOCUMENTS, named)
    await connection.execute(queries.DROP_DOCUMENTS, named)


async def discard(connection: Connection, chunks: Sequence[ChunkId]) -> None:
    """Remove single chunks with their bags."""
    wanted = {
        "document": [c.document for c in chunks],
        "number": [c.version for c in chunks],
        "generation": [c.generation for c in chunks],
    }
    held = {"documents": wanted["document"], "generation": None}
    await connection.execute(queries.HOLD_DOCUMENTS, held)
    found = await connection.execute(queries.VERSION_KEYS, wanted)
    keys = {tuple(place): key async for *place, key in found}
    places = [(keys.get((c.document, c.version, c.generation)), c.ordinal) for c in chunks]
    there = [(key, ordinal) for key, ordinal in places if key is not None]
    ordinals = [ordinal for _, ordinal in there]
    await _drop_chunks(connection, [key for key, _ in there], ordinals, ordinals)


async def forget_some(connection: Connection, generation: int, page: int) -> bool:
    """Remove a generation's next documents; False when there was none."""
    wanted = {"generation": generation, "page": page}
    found = await connection.execute(queries.SOME_DOCUMENTS, wanted)
    named = {"documents": [key async for (key,) in found], "generation": generation}
    await connection.execute(queries.HOLD_DOCUMENTS, named)
    await _drop(connection, queries.KEYS_IN_GENERATION, named)
    return bool(named["documents"])


async def forget_rest(connection: Connection, generation: int) -> None:
    """Remove what is left of a generation without versions: indexes, counts and its claim."""
    wanted = {"generation": generation}
    await indexes.drop(connection, generation)
    for statement in (
        queries.FORGET_DOCUMENTS,
        queries.FORGET_LEXICONS,
        queries.FORGET_GENERATION,
    ):
        await connection.execute(statement, wanted)


async def _drop(connection: Connection, keys: str, values: Mapping[str, object]) -> None:
    found = await connection.execute(keys, values)
    versions = [key async for (key,) in found]
    everything = len(versions)
    await _drop_chunks(connection, versions, [0] * everything, [bags.LAST] * everything)
    await connection.execute(queries.DROP_VERSIONS, {"versions": versions})


async def _drop_chunks(
    connection: Connection, versions: list[int], firsts: list[int], lasts: list[int]
) -> None:
    """Remove ranges of ordinals, and take their words back."""
    ranges = {"versions": versions, "firsts": firsts, "lasts": lasts}
    await bags.drop(connection, versions, firsts, lasts)
    await connection.execute(queries.DROP_CHUNKS, ranges)


def _refs(versions: Sequence[VersionRef], generation: int | None) -> dict[str, object]:
    return {
        "generation": generation,
        "documents": [v.document for v in versions],
        "numbers": [v.number for v in versions],
    }
