"""What a hand can do to a row of a store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from contracts.digests import embed
from contracts.nouns import (
    Card,
    ChunkId,
    EmbeddedChunk,
    Generation,
    Span,
    StagedVersion,
    VersionRef,
)
from ingestion.faults import Fault
from tests.ingestion.house import GENERATION
from tests.panels.fake import InMemoryPanel

Hand = Callable[[InMemoryPanel, VersionRef], None]


@dataclass(frozen=True)
class Edit:
    """One deed; ``detail`` is what a deep check says of it. ``seen`` says that a cheap one does."""

    hand: Hand
    fault: Fault
    detail: str
    seen: bool = True


def chunk(ref: VersionRef, ordinal: int = 0) -> ChunkId:
    return ChunkId(ref.document, ref.number, GENERATION.number, ordinal)


def changing(**changes: object) -> Hand:
    """Change columns of the first chunk, and leave its digest as it was."""

    def hand(panel: InMemoryPanel, ref: VersionRef) -> None:
        one = panel.chunks[chunk(ref)]
        panel.chunks[chunk(ref)] = replace(one, chunk=replace(one.chunk, **changes))  # type: ignore[arg-type]

    return hand


def bend_vector(panel: InMemoryPanel, ref: VersionRef) -> None:
    one = panel.chunks[chunk(ref)]
    panel.chunks[chunk(ref)] = replace(one, embedding=-one.embedding)


def drop_mentions(panel: InMemoryPanel, ref: VersionRef) -> None:
    panel.chunks[chunk(ref)] = replace(panel.chunks[chunk(ref)], mentions=())


def change_words(panel: InMemoryPanel, ref: VersionRef) -> None:
    panel.words[chunk(ref)] = ["evil"]


def lose_chunk(panel: InMemoryPanel, ref: VersionRef) -> None:
    del panel.chunks[chunk(ref)]


def add_chunk(panel: InMemoryPanel, ref: VersionRef) -> None:
    one = panel.chunks[chunk(ref)]
    panel.chunks[chunk(ref, 9)] = _forged(one, chunk(ref, 9), one.chunk.text)


def forge_chunk(panel: InMemoryPanel, ref: VersionRef) -> None:
    panel.chunks[chunk(ref)] = _forged(panel.chunks[chunk(ref)], chunk(ref), "forged")


def _forged(one: EmbeddedChunk, place: ChunkId, text: str) -> EmbeddedChunk:
    changed = replace(one.chunk, id=place, text=text)
    return embed(changed, one.embedding, GENERATION.model, one.mentions)


def rename(panel: InMemoryPanel, ref: VersionRef) -> None:
    version = panel.versions[ref, GENERATION.number]
    _put_card(panel, version, replace(version.card, title="Another title"))


def move(panel: InMemoryPanel, ref: VersionRef) -> None:
    version = panel.versions[ref, GENERATION.number]
    _put_card(panel, version, replace(version.card, workspace="another"))


def _put_card(panel: InMemoryPanel, version: StagedVersion, card: Card) -> None:
    panel.versions[version.ref, GENERATION.number] = replace(version, card=card)


def hide(panel: InMemoryPanel, ref: VersionRef) -> None:
    del panel.live[ref.document, GENERATION.number]


def lose_version(panel: InMemoryPanel, ref: VersionRef) -> None:
    panel._drop(lambda mine, _: mine == ref)


def add_version(panel: InMemoryPanel, ref: VersionRef) -> None:
    other = VersionRef(UUID(int=7), 1)
    version = panel.versions[ref, GENERATION.number]
    panel.versions[other, GENERATION.number] = replace(version, ref=other)


def orphan(panel: InMemoryPanel, ref: VersionRef) -> None:
    one = panel.chunks[chunk(ref)]
    place = ChunkId(UUID(int=8), 1, GENERATION.number, 0)
    panel.chunks[place] = _forged(one, place, "nobody's")


def add_generation(panel: InMemoryPanel, _: VersionRef) -> None:
    panel.spaces[9] = Generation(9, "nobody's", 3, "lines")


SAME = "its chunks or its card are not what was recorded"

EDITS: Mapping[str, Edit] = {
    "text": Edit(changing(text="evil"), Fault.CORRUPT, "chunk 0: text", seen=False),
    "span": Edit(
        changing(span=Span(1, 2), page=4), Fault.CORRUPT, "chunk 0: page, span", seen=False
    ),
    "language": Edit(changing(language="fr"), Fault.CORRUPT, "chunk 0: language", seen=False),
    "vector": Edit(bend_vector, Fault.CORRUPT, "chunk 0: vector", seen=False),
    "mentions": Edit(drop_mentions, Fault.CORRUPT, "chunk 0: mentions", seen=False),
    "search words": Edit(
        change_words, Fault.CORRUPT, "searched by other words than its text's: chunk 0", seen=False
    ),
    "lost chunk": Edit(lose_chunk, Fault.DIFFERENT, "chunk 0: missing"),
    "surplus chunk": Edit(add_chunk, Fault.DIFFERENT, "chunk 9: surplus"),
    "forged chunk": Edit(forge_chunk, Fault.DIFFERENT, "chunk 0: text, digest"),
    "card": Edit(rename, Fault.DIFFERENT, "card"),
    "workspace": Edit(move, Fault.AUDIENCE, "another workspace"),
    "hidden": Edit(hide, Fault.HIDDEN, "readers do not see it"),
    "lost version": Edit(lose_version, Fault.MISSING, "the panel lacks it"),
    "extra version": Edit(add_version, Fault.EXTRA, "the record does not want it"),
    "orphan": Edit(orphan, Fault.STRAY, "has no version", seen=False),
    "generation": Edit(add_generation, Fault.GENERATION, "does not know"),
}
