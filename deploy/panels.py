"""A panel as the service holds it: connected at first use, and left alone while it is down."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar
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
    Stray,
    VersionDigest,
    VersionRef,
)
from contracts.panels import Panel
from deploy.breaker import Breaker

T = TypeVar("T")

RETRY_AFTER = 15.0
"""Seconds before a panel that could not be connected is tried again."""


class GuardedPanel:
    """Connects a panel at its first use, with a circuit breaker in front of every verb.

    A store that is down, or not yet provisioned, when the service starts may come later; until
    then every verb raises PanelUnavailable with the reason. ``connect`` gives a panel that is
    prepared for the generations in use.
    """

    def __init__(self, name: PanelName, connect: Callable[[], Awaitable[Panel]]) -> None:
        self._name = name
        self._connect = connect
        self._panel: Panel | None = None
        self._lock = asyncio.Lock()
        self._failure: DiptychError | None = None
        self._retry_at = 0.0
        self._breaker = Breaker(self._probe)

    @property
    def name(self) -> PanelName:
        """Which panel this is."""
        return self._name

    async def _connected(self) -> Panel:
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

    async def _probe(self) -> str | None:
        health = await self.health()
        return None if health.ready else health.detail

    async def _call(self, verb: Callable[[Panel], Awaitable[T]]) -> T:
        self._breaker.check()
        panel = await self._connected()
        return await self._breaker.call(verb(panel))

    async def _stream(self, verb: Callable[[Panel], AsyncIterator[T]]) -> AsyncIterator[T]:
        self._breaker.check()
        panel = await self._connected()
        try:
            async for one in verb(panel):
                yield one
        except PanelUnavailable:
            self._breaker.doubt()
            raise

    async def prepare(self, generation: Generation) -> None:
        """Create or migrate what the generation needs."""
        await (await self._connected()).prepare(generation)

    async def unindex(self, generation: int) -> None:
        """Drop the generation's search indexes."""
        await self._call(lambda panel: panel.unindex(generation))

    async def stage(
        self,
        versions: Sequence[StagedVersion],
        chunks: Sequence[EmbeddedChunk],
        *,
        overwrite: bool = False,
    ) -> None:
        """Make chunks durable but invisible."""
        await self._call(lambda panel: panel.stage(versions, chunks, overwrite=overwrite))

    async def publish(self, versions: Sequence[VersionRef], generation: int) -> None:
        """Make each version the one that readers see."""
        await self._call(lambda panel: panel.publish(versions, generation))

    async def retire(self, versions: Sequence[VersionRef], generation: int | None = None) -> None:
        """Remove versions for good."""
        await self._call(lambda panel: panel.retire(versions, generation))

    async def erase(self, documents: Sequence[UUID]) -> None:
        """Remove documents for good."""
        await self._call(lambda panel: panel.erase(documents))

    async def discard(self, chunks: Sequence[ChunkId]) -> None:
        """Remove single chunks."""
        await self._call(lambda panel: panel.discard(chunks))

    async def forget(self, generation: int) -> None:
        """Remove a generation."""
        await self._call(lambda panel: panel.forget(generation))

    async def clear(self) -> None:
        """Remove every document."""
        await self._call(lambda panel: panel.clear())

    async def search(self, query: PanelQuery) -> PanelHits:
        """Find the best live chunks."""
        return await self._call(lambda panel: panel.search(query))

    async def read(self, workspace: str, ids: Sequence[ChunkId]) -> dict[ChunkId, Passage]:
        """Give the named live chunks."""
        return await self._call(lambda panel: panel.read(workspace, ids))

    async def cards(
        self, refs: Sequence[VersionRef], generation: int
    ) -> dict[VersionRef, StagedVersion]:
        """Give the cards under which versions were staged."""
        return await self._call(lambda panel: panel.cards(refs, generation))

    def digests(
        self, generation: int, documents: Sequence[UUID] | None = None
    ) -> AsyncIterator[VersionDigest]:
        """Stream what is stored, per version."""
        return self._stream(lambda panel: panel.digests(generation, documents))

    def export(self, refs: Sequence[VersionRef], generation: int) -> AsyncIterator[EmbeddedChunk]:
        """Stream versions' chunks as stored."""
        return self._stream(lambda panel: panel.export(refs, generation))

    def misindexed(self, refs: Sequence[VersionRef], generation: int) -> AsyncIterator[ChunkId]:
        """Stream chunks that are found by other words than their text's."""
        return self._stream(lambda panel: panel.misindexed(refs, generation))

    def strays(self, generation: int) -> AsyncIterator[Stray]:
        """Stream what is inconsistent inside the store."""
        return self._stream(lambda panel: panel.strays(generation))

    async def tidy(self, generation: int) -> int:
        """Mend every stray."""
        return await self._call(lambda panel: panel.tidy(generation))

    async def generations(self) -> list[int]:
        """Give the generations that the store knows."""
        return await self._call(lambda panel: panel.generations())

    async def health(self) -> PanelHealth:
        """Say whether the panel is reachable, writable and prepared; never raises."""
        try:
            panel = await self._connected()
        except DiptychError as error:
            return PanelHealth(self._name, ready=False, detail=str(error))
        return await panel.health()

    async def close(self) -> None:
        """Stop probing and give back connections, if there are any."""
        await self._breaker.close()
        if self._panel:
            await self._panel.close()
