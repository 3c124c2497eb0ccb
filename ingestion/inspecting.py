"""Inspect: read payloads again, and compare them with their digests and with what is indexed."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from contracts.digests import card_digest, is_sound, marks
from contracts.nouns import EmbeddedChunk, Generation, StagedVersion, VersionDigest, VersionRef
from contracts.panels import Panel
from ingestion.copying import blocks
from ingestion.faults import Difference, Fault

BLOCK = 512
"""Chunks hashed at once in a thread; one takes 8 µs, so the loop waits for others, not for it."""
NAMED = 5
"""Chunks that a sentence names; a version may have thousands."""


FIELDS = ("part", "page", "span", "text", "context", "language")


@dataclass(slots=True)
class _Sum:
    chunks: int = 0
    first: int = 0
    second: int = 0
    unsound: list[int] = field(default_factory=list)
    misindexed: list[int] = field(default_factory=list)


async def inspect(
    panel: Panel, generation: Generation, held: Sequence[VersionDigest]
) -> list[Difference]:
    """Give what is corrupt of the versions that a panel says it holds."""
    refs = [digest.ref for digest in held]
    cards = await panel.cards(refs, generation.number)
    sums = {ref: _Sum() for ref in refs}
    async for block in blocks(panel.export(refs, generation.number), BLOCK):
        await asyncio.to_thread(_add, block, generation.model, sums)
    async for chunk in panel.misindexed(refs, generation.number):
        sums[chunk.ref].misindexed.append(chunk.ordinal)
    return [
        Difference(panel.name, digest.ref, Fault.CORRUPT, detail, generation.number)
        for digest in held
        for detail in _judge(digest, sums[digest.ref], cards)
    ]


def _add(block: Sequence[EmbeddedChunk], model: str, sums: dict[VersionRef, _Sum]) -> None:
    for one in block:
        mine, (first, second) = sums[one.chunk.id.ref], marks(one.digest)
        mine.chunks, mine.first = mine.chunks + 1, mine.first + first
        mine.second += second
        if not is_sound(one, model):
            mine.unsound.append(one.chunk.id.ordinal)


def _judge(
    digest: VersionDigest, mine: _Sum, cards: Mapping[VersionRef, StagedVersion]
) -> Iterator[str]:
    if mine.unsound:
        yield f"not what its digest says: chunk {_named(mine.unsound)}"
    elif (mine.chunks, (mine.first, mine.second)) != (digest.chunks, digest.marks):
        yield "the chunks do not add up"
    elif mine.misindexed:
        yield f"searched by other words than its text's: chunk {_named(mine.misindexed)}"
    version = cards.get(digest.ref)
    if version is None or card_digest(version.card) != digest.card:
        yield "not what its digest says: the card"


def _named(ordinals: Sequence[int]) -> str:
    more = "" if len(ordinals) <= NAMED else f" and {len(ordinals) - NAMED} more"
    return ", ".join(map(str, ordinals[:NAMED])) + more


async def explain(mine: Panel, sound: Panel, ref: VersionRef, generation: int) -> str:
    """Say how a panel's copy of a version differs from a sound one: ``chunk 3: text, span``."""
    cards = [(await panel.cards([ref], generation)).get(ref) for panel in (mine, sound)]
    said = ["card"] if cards[0] != cards[1] else []
    count = len(said)
    ours, theirs = mine.export([ref], generation), sound.export([ref], generation)
    ours_head, theirs_head = await anext(ours, None), await anext(theirs, None)
    while ours_head or theirs_head:
        one, two = _aligned(ours_head, theirs_head)
        if phrase := _difference(one, two):
            count += 1
            said += [phrase] if len(said) < NAMED else []
        ours_head = await anext(ours, None) if one else ours_head
        theirs_head = await anext(theirs, None) if two else theirs_head
    return "; ".join(said) + (f" and {count - len(said)} more" if count > len(said) else "")


def _aligned(
    one: EmbeddedChunk | None, two: EmbeddedChunk | None
) -> tuple[EmbeddedChunk | None, EmbeddedChunk | None]:
    """Give those of the two that come next: both when they are the same chunk."""
    if one and two and one.chunk.id != two.chunk.id:
        return (one, None) if one.chunk.id < two.chunk.id else (None, two)
    return one, two


def _difference(mine: EmbeddedChunk | None, sound: EmbeddedChunk | None) -> str:
    if not mine or not sound:
        there = mine or sound
        return (
            f"chunk {there.chunk.id.ordinal}: {'surplus' if mine else 'missing'}" if there else ""
        )
    fields = [f for f in FIELDS if getattr(mine.chunk, f) != getattr(sound.chunk, f)]
    fields += ["vector"] if mine.embedding.tobytes() != sound.embedding.tobytes() else []
    fields += ["mentions"] if mine.mentions != sound.mentions else []
    fields += ["digest"] if mine.digest != sound.digest else []
    return f"chunk {mine.chunk.id.ordinal}: {', '.join(fields)}" if fields else ""
