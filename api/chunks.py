"""Chunks of a document, read from the panel that is asked for or the first that answers."""

from collections.abc import AsyncIterator

from api import render
from api.schemas import ChunkList
from api.service import Service
from api.streams import closing
from contracts.errors import PanelUnavailable, UnknownPanel
from contracts.nouns import EmbeddedChunk, PanelName, VersionRef
from contracts.record import DocumentRecord


async def page(
    service: Service, record: DocumentRecord, panel: PanelName | None, *, start: int, limit: int
) -> ChunkList:
    """Give chunks from ordinal ``start`` on; without a panel named, any that answers.

    Raises UnknownPanel for one that is not enabled, PanelUnavailable when none answers.
    """
    if panel is not None and panel not in service.panels:
        raise UnknownPanel(f"The panel '{panel}' is not enabled.", "See /v1/panels.")
    serving = service.plans().serving
    names = [panel] if panel is not None else [n for n in service.panels if n in serving]
    failure = PanelUnavailable("No panel serves reads.", "See /v1/panels.")
    for name in names:
        try:
            return await _page(service, record, name, start, limit)
        except PanelUnavailable as error:
            failure = error
    raise failure


async def _page(
    service: Service, record: DocumentRecord, panel: PanelName, start: int, limit: int
) -> ChunkList:
    found: list[EmbeddedChunk] = []
    if record.live is not None:
        ref = VersionRef(record.id, record.live)
        exported = service.panels[panel].export([ref], service.plans().generation.number)
        found = await _window(exported, start, limit + 1)
    more = len(found) > limit
    return ChunkList(
        document=record.id,
        version=record.live,
        panel=panel,
        chunks=[render.chunk(item) for item in found[:limit]],
        cursor=start + limit if more else None,
    )


async def _window(
    exported: AsyncIterator[EmbeddedChunk], start: int, count: int
) -> list[EmbeddedChunk]:
    """Take ``count`` chunks from ordinal ``start`` on, and close the stream."""
    found: list[EmbeddedChunk] = []
    async with closing(exported) as stream:
        async for item in stream:
            if item.chunk.id.ordinal >= start:
                found.append(item)
            if len(found) == count:
                break
    return found
