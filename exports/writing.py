"""Writes an export file: every live version of a holder, or nothing."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import UUID

from contracts.errors import Conflict, SetupFailed
from contracts.nouns import Generation
from contracts.panels import Holder
from exports.draft import Draft
from exports.layout import Header

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

_DOCUMENTS = 200
"""Documents asked for together: small ones then cost three round trips for all."""
_BLOCK = 500
"""Chunks or names of documents that are written in one transaction."""
_ATTEMPTS = 3
"""Looks at a document that is replaced or deleted while it is being read."""


async def write(
    path: Path,
    holder: Holder,
    generations: Sequence[Generation],
    *,
    created_by: str,
    documents: Sequence[UUID] | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Header:
    """Write the live versions of these generations to ``path``, replacing what is there.

    ``documents`` None means all of them. ``created_by`` is kept in the header; ``progress``
    hears how many documents are done, each generation's counted. The file appears whole or not
    at all: one beside it is filled, synced to disk and renamed. Memory stays flat.

    Raises Conflict when a version is not what the holder's digests say, SpaceMismatch when a
    vector has another dimension, SetupFailed when the disk refuses, and what the holder raises.
    """
    draft, thread, done = Draft(path), _Thread(path), 0
    try:
        await thread.run(draft.prepare)
        for generation in generations:
            await thread.run(draft.begin, generation)
            await _want(thread, draft, holder, generation, documents)
            while batch := await thread.run(draft.take, _DOCUMENTS):
                await _copy(thread, draft, holder, generation, batch)
                done += len(batch)
                progress(done)
        return await thread.run(draft.finish, created_by)
    finally:
        await thread.run(draft.discard)
        thread.end()


class _Thread:
    """Runs the draft's steps off the event loop, one after the other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pool = ThreadPoolExecutor(1, "export")

    async def run(self, step: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, partial(step, *args, **named))
        except (OSError, sqlite3.Error) as error:
            raise SetupFailed(
                f"The export could not be written to {self._path}: {error}.",
                "Make room there, or choose another folder.",
            ) from error

    def end(self) -> None:
        self._pool.shutdown(wait=False)


async def _want(
    thread: _Thread,
    draft: Draft,
    holder: Holder,
    generation: Generation,
    documents: Sequence[UUID] | None,
) -> None:
    """Note what to copy, so that the holder's stream is not held open while copying."""
    if documents is not None:
        await thread.run(draft.want, documents)
        return
    async for block in _blocks(holder.digests(generation.number)):
        await thread.run(draft.want, [digest.ref.document for digest in block if digest.live])


async def _copy(
    thread: _Thread, draft: Draft, holder: Holder, generation: Generation, documents: list[UUID]
) -> None:
    """Copy these documents' live versions, looking again at those that changed meanwhile."""
    for _ in range(_ATTEMPTS):
        digests = [d async for d in holder.digests(generation.number, documents) if d.live]
        cards = await holder.cards([d.ref for d in digests], generation.number)
        held = [(cards[d.ref], d) for d in digests if d.ref in cards]
        await thread.run(draft.expect, held)
        refs = [version.ref for version, _ in held]
        async for block in _blocks(holder.export(refs, generation.number)):
            await thread.run(draft.add, block)
        wrong = await thread.run(draft.settle)
        wrong += [d.ref for d in digests if d.ref not in cards]
        if not wrong:
            return
        documents = sorted({ref.document for ref in wrong})
    raise Conflict(
        f"Version {wrong[0].number} of document {wrong[0].document} is not what its digest says "
        f"it is in generation {generation.number} of {generation.model}.",
        "Run a deep parity check with repair, then export again.",
    )


async def _blocks(stream: AsyncIterator[T]) -> AsyncIterator[list[T]]:
    block: list[T] = []
    async for one in stream:
        block.append(one)
        if len(block) == _BLOCK:
            yield block
            block = []
    if block:
        yield block
