"""The port that everything turns on: one complete, searchable copy of the documents."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol
from uuid import UUID

from contracts.nouns import (
    ChunkId,
    EmbeddedChunk,
    Generation,
    PanelHealth,
    PanelHits,
    PanelName,
    PanelQuery,
    Passage,
    StagedVersion,
    Stray,
    VersionDigest,
    VersionRef,
)


class Holder(Protocol):
    """Something that holds versions whole and gives them back: a panel, or an export file."""

    def digests(
        self, generation: int, documents: Sequence[UUID] | None = None
    ) -> AsyncIterator[VersionDigest]:
        """Stream what is stored, per version, ordered by (document, version); server-side sums.

        ``documents`` None means all of them.
        """
        ...

    async def cards(
        self, refs: Sequence[VersionRef], generation: int
    ) -> dict[VersionRef, StagedVersion]:
        """Give the cards under which versions were staged; those not there are left out."""
        ...

    def export(self, refs: Sequence[VersionRef], generation: int) -> AsyncIterator[EmbeddedChunk]:
        """Stream the versions' chunks as stored, mentions included, float32 bit for bit.

        Ordered by (document, version, ordinal). Many small versions cost few round trips, and
        memory stays flat however many chunks there are.
        """
        ...


class Panel(Holder, Protocol):
    """A store that holds every chunk of every document, and finds them.

    Every verb is idempotent and may be repeated after a crash at any point; an empty sequence
    means nothing to do. In one generation a reader sees a version wholly or not at all. Every
    verb raises PanelUnavailable when the database cannot be reached, is shutting down, is out of
    disk or refuses writes; the call may then have happened or not, and is safe to repeat.
    """

    @property
    def name(self) -> PanelName:
        """Which panel this is."""
        ...

    async def prepare(self, generation: Generation) -> None:
        """Create or migrate what the generation needs (schema, indexes); wait until usable.

        Indexes that ``unindex`` dropped are built again, in parallel where the store can.
        Raises SpaceMismatch when the generation's number is already used with another model,
        dimension or chunker, SetupFailed when the store's schema is newer than the program.
        """
        ...

    async def unindex(self, generation: int) -> None:
        """Drop the generation's search indexes, so that a bulk load runs at full speed.

        Staging, publishing and exports go on working; searches of the generation are slow or
        raise PanelUnavailable until ``prepare`` has built the indexes again.
        """
        ...

    async def stage(
        self,
        versions: Sequence[StagedVersion],
        chunks: Sequence[EmbeddedChunk],
        *,
        overwrite: bool = False,
    ) -> None:
        """Make chunks durable but invisible; batches may come in any order, and again.

        ``chunks`` belong to ``versions``. A chunk or card that is already there with the same
        digest is left alone, with another digest it is replaced; ``overwrite`` replaces all of
        them, for a store whose rows no longer are what their digests say. Of a version that is
        live, each chunk is replaced where readers see it. Raises SpaceMismatch for a vector whose
        dimension is not the generation's, InvalidInput for what no panel can keep (an embedding
        that is not finite, metadata over METADATA_LIMIT, a name over NAME_LIMIT); nothing of
        that call is then stored.
        """
        ...

    async def publish(self, versions: Sequence[VersionRef], generation: int) -> None:
        """Make each version the one that readers of this generation see, in one transaction.

        A version with a lower number than the generation's live one is left as it is. Chunks of
        the earlier version are hidden at once; ``retire`` removes them. A version that was never
        staged, or staged with no chunk, becomes live and empty.
        """
        ...

    async def retire(self, versions: Sequence[VersionRef], generation: int | None = None) -> None:
        """Remove these versions' chunks, mentions and cards for good, live or not.

        ``generation`` None means in all of them.
        """
        ...

    async def erase(self, documents: Sequence[UUID]) -> None:
        """Remove these documents with all their versions; nothing of them stays behind."""
        ...

    async def discard(self, chunks: Sequence[ChunkId]) -> None:
        """Remove single chunks that no version should have: what repair does with a surplus."""
        ...

    async def forget(self, generation: int) -> None:
        """Remove a generation: its chunks, cards, indexes and its claim on the number.

        In bounded transactions; documents stay in other generations. Not there is fine.
        """
        ...

    async def clear(self) -> None:
        """Remove every document, in all generations, in bounded time and memory.

        The schema and the generations' claims stay, and so do the indexes.
        """
        ...

    async def search(self, query: PanelQuery) -> PanelHits:
        """Find the best live chunks of one workspace, each leg on its own, best first.

        Dense: cosine similarity in [-1, 1] of the unit vectors. Lexical: BM25 (k1 1.2, b 0.75)
        with the chunk's language's stemming; accents do not matter. Filters act inside the
        store: a selective filter still yields ``limit`` hits where that many match. Ties are
        broken by chunk id. Raises SpaceMismatch for a vector of another dimension.
        """
        ...

    async def read(self, workspace: str, ids: Sequence[ChunkId]) -> dict[ChunkId, Passage]:
        """Give the named live chunks of one workspace; what is not there is left out."""
        ...

    def misindexed(self, refs: Sequence[VersionRef], generation: int) -> AsyncIterator[ChunkId]:
        """Stream the versions' chunks that searches find by other words than those of their text.

        What a chunk is searched by follows from its text, context and language, each panel knows
        how; ``stage`` with ``overwrite`` makes it again.
        """
        ...

    def strays(self, generation: int) -> AsyncIterator[Stray]:
        """Stream what is inconsistent inside the store, found by the server."""
        ...

    async def tidy(self, generation: int) -> int:
        """Mend every stray and give how many there were.

        What belongs to nothing is removed; links and copies are made again from the version.
        """
        ...

    async def generations(self) -> list[int]:
        """Give the numbers of the generations that the store knows."""
        ...

    async def health(self) -> PanelHealth:
        """Say whether the panel is reachable and writable; never raises."""
        ...

    async def close(self) -> None:
        """Give back connections; the panel is not used afterwards."""
        ...
