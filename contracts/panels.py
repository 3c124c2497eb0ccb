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
    VersionDigest,
    VersionRef,
)


class Panel(Protocol):
    """A store that holds every chunk of every document, and finds them.

    Every verb is idempotent and may be repeated after a crash at any point; an empty sequence
    means nothing to do. A reader sees a version wholly or not at all. Every verb raises
    PanelUnavailable when the database cannot be reached, is shutting down or refuses writes;
    the call may then have happened or not, and is safe to repeat.
    """

    @property
    def name(self) -> PanelName:
        """Which panel this is."""
        ...

    async def prepare(self, generation: Generation) -> None:
        """Create or migrate what the generation needs (schema, indexes); wait until usable.

        Raises SpaceMismatch when the generation's number is already used with another model,
        dimension or chunker, SetupFailed when the store's schema is newer than the program.
        """
        ...

    async def stage(
        self, versions: Sequence[StagedVersion], chunks: Sequence[EmbeddedChunk]
    ) -> None:
        """Make chunks durable but invisible; batches may come in any order, and again.

        ``chunks`` belong to ``versions``. A chunk that is already there with the same digest is
        left alone, with another digest it is replaced. Raises SpaceMismatch for a vector whose
        dimension is not the generation's, InvalidInput for what no panel can keep (an
        embedding that is not finite, metadata over METADATA_LIMIT); nothing of that call is
        then stored.
        """
        ...

    async def publish(self, versions: Sequence[VersionRef]) -> None:
        """Make each version the one that readers see, in one transaction for all of them.

        A version with a lower number than the live one is left as it is. Chunks of the earlier
        version are hidden at once; ``retire`` removes them. A version that was never staged, or
        staged with no chunk, becomes live and empty.
        """
        ...

    async def retire(self, versions: Sequence[VersionRef]) -> None:
        """Remove these versions' chunks and cards for good, live or not, in all generations."""
        ...

    async def erase(self, documents: Sequence[UUID]) -> None:
        """Remove these documents with all their versions; nothing of them stays behind."""
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

    def digests(
        self, generation: int, documents: Sequence[UUID] | None = None
    ) -> AsyncIterator[VersionDigest]:
        """Stream what is stored, per version, ordered by (document, version); server-side sums.

        ``documents`` None means all of them.
        """
        ...

    def export(self, ref: VersionRef, generation: int) -> AsyncIterator[EmbeddedChunk]:
        """Stream a version's chunks as stored, ordered by ordinal, float32 bit for bit."""
        ...

    async def staged(self, ref: VersionRef, generation: int) -> StagedVersion | None:
        """Give the card under which a version was staged, or None when the panel lacks it."""
        ...

    async def health(self) -> PanelHealth:
        """Say whether the panel is reachable and writable; never raises."""
        ...

    async def close(self) -> None:
        """Give back connections; the panel is not used afterwards."""
        ...
