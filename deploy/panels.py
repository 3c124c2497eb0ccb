"""A panel as the service holds it: connected and prepared at first use, whenever that can be."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from uuid import UUID

from contracts.errors import DiptychError, PanelUnavailable
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
from contracts.panels import Panel

RETRY_AFTER = 15.0
"""Seconds before a panel that could not be connected is tried again."""


class LazyPanel:
    """Connects and prepares a panel at its first use.

    A store that is down, or not yet provisioned, when the service starts may come later; until
    then every verb raises PanelUnavailable with the reason. ``connect`` gives a panel that is
    prepared for the generation.
    """

    def __init__(self, name: PanelName, connect: Callable[[], Awaitable[Panel]]) -> None:
        self._name = name
        self._connect = connect
        self._panel: Panel | None = None
        self._lock = asyncio.Lock()
        self._failure: DiptychError | None = None
        self._retry_at = 0.0

    @property
    def name(self) -> PanelName:
        """Which panel this is."""
        return self._name

    async def _prepared(self) -> Panel:
        if self._panel:
            return self._panel
        async with self._lock:
            if self._panel:
                return self._panel
            if self._failure is None or time.monotonic() >= self._retry_at:
                try:
                    self._panel = await self._connect()
                except DiptychError as error:
                    self._failure = error
                    self._retry_at = time.monotonic() + RETRY_AFTER
                else:
                    return self._panel
        raise PanelUnavailable(
            f"The {self._name} panel is not there: {self._failure.message}", self._failure.remedy
        )

    async def prepare(self, generation: Generation) -> None:
        """Create or migrate what the generation needs."""
        await (await self._prepared()).prepare(generation)

    async def stage(
        self, versions: Sequence[StagedVersion], chunks: Sequence[EmbeddedChunk]
    ) -> None:
        """Make chunks durable but invisible."""
        await (await self._prepared()).stage(versions, chunks)

    async def publish(self, versions: Sequence[VersionRef]) -> None:
        """Make each version the one that readers see."""
        await (await self._prepared()).publish(versions)

    async def retire(self, versions: Sequence[VersionRef]) -> None:
        """Remove versions for good."""
        await (await self._prepared()).retire(versions)

    async def erase(self, documents: Sequence[UUID]) -> None:
        """Remove documents for good."""
        await (await self._prepared()).erase(documents)

    async def search(self, query: PanelQuery) -> PanelHits:
        """Find the best live chunks."""
        return await (await self._prepared()).search(query)

    async def read(self, workspace: str, ids: Sequence[ChunkId]) -> dict[ChunkId, Passage]:
        """Give the named live chunks."""
        return await (await self._prepared()).read(workspace, ids)

    async def digests(
        self, generation: int, documents: Sequence[UUID] | None = None
    ) -> AsyncIterator[VersionDigest]:
        """Stream what is stored, per version."""
        panel = await self._prepared()
        async for digest in panel.digests(generation, documents):
            yield digest

    async def export(self, ref: VersionRef, generation: int) -> AsyncIterator[EmbeddedChunk]:
        """Stream a version's chunks as stored."""
        panel = await self._prepared()
        async for chunk in panel.export(ref, generation):
            yield chunk

    async def staged(self, ref: VersionRef, generation: int) -> StagedVersion | None:
        """Give the card under which a version was staged."""
        return await (await self._prepared()).staged(ref, generation)

    async def health(self) -> PanelHealth:
        """Say whether the panel is reachable, writable and prepared; never raises."""
        try:
            panel = await self._prepared()
        except DiptychError as error:
            return PanelHealth(self._name, ready=False, detail=str(error))
        return await panel.health()

    async def close(self) -> None:
        """Give back connections, if there are any."""
        if self._panel:
            await self._panel.close()
