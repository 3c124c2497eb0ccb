"""The smaller ports of the in-memory catalog: queue, watch, people, blobs."""

import asyncio
import hashlib
import logging
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from contracts.blobs import Stored
from contracts.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from contracts.people import Identity, KeyRecord, Role
from contracts.record import FINAL, DocumentRecord
from tests.fakes.catalog_tables import Tables

SWEEP_EVERY = 0.05

logger = logging.getLogger(__name__)


class InMemoryQueue:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def nudge(self, documents: Sequence[UUID]) -> None:
        self._tables.check()
        self._tables.enqueue(list(dict.fromkeys(documents)))

    async def drain(self, handle: Callable[[Sequence[UUID]], Awaitable[None]]) -> None:
        """Do the jobs that are waiting now, one after the other; errors reach the caller."""
        while self._tables.jobs:
            documents = self._tables.jobs.popleft()
            try:
                await handle(documents)
            finally:
                self._tables.release(documents)

    async def work(
        self,
        handle: Callable[[Sequence[UUID]], Awaitable[None]],
        sweep: Callable[[], Awaitable[None]],
        *,
        concurrency: int,
    ) -> None:
        self._tables.workers += 1
        stop = asyncio.Event()
        slots = [asyncio.create_task(self._slot(handle, stop)) for _ in range(concurrency)]
        try:
            while True:
                with suppress(Unavailable):
                    await sweep()
                await asyncio.sleep(SWEEP_EVERY)
        finally:
            stop.set()
            self._tables.wake.set()
            await asyncio.gather(*slots)
            self._tables.workers -= 1

    async def _slot(
        self, handle: Callable[[Sequence[UUID]], Awaitable[None]], stop: asyncio.Event
    ) -> None:
        while not stop.is_set():
            if not self._tables.jobs:
                self._tables.wake.clear()
                await self._tables.wake.wait()
                continue
            await self._job(handle, self._tables.jobs.popleft())

    async def _job(
        self, handle: Callable[[Sequence[UUID]], Awaitable[None]], documents: list[UUID]
    ) -> None:
        self._tables.running += 1
        try:
            await handle(documents)
            self._tables.release(documents)
        except Unavailable:
            await asyncio.sleep(SWEEP_EVERY)
            self._tables.enqueue(documents)
        except Exception:  # whatever a handler raises ends that job alone
            logger.exception("A job failed")
            self._tables.release(documents)
        finally:
            self._tables.running -= 1

    async def workers(self) -> int:
        self._tables.check()
        return self._tables.workers

    async def waiting(self) -> int:
        self._tables.check()
        return len(self._tables.jobs) + self._tables.running


class InMemoryWatch:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def follow(self, workspace: str, document: UUID) -> AsyncIterator[DocumentRecord]:
        self._tables.check()
        event = asyncio.Event()
        self._tables.changed[document].add(event)
        try:
            record = self._tables.record(self._tables.document(workspace, document))
            yield record
            while record.state not in FINAL:
                await event.wait()
                event.clear()
                found = self._tables.documents.get(document)
                if found is None or found.deleted:
                    return
                if (now := self._tables.record(found)) != record:
                    record = now
                    yield record
        finally:
            self._tables.changed[document].discard(event)


class InMemoryPeople:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add_workspace(self, name: str) -> None:
        self._tables.check()
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", name):
            raise InvalidInput("That is not a workspace name.", "Use a-z, 0-9, _ and -.")
        self._tables.workspaces.add(name)

    async def workspaces(self) -> list[str]:
        self._tables.check()
        return sorted(self._tables.workspaces)

    async def remove_workspace(self, name: str) -> None:
        if name not in await self.workspaces():
            raise NotFound(f"There is no workspace {name}.", "Use one of the list.")
        keys = {one.workspace for one in self._tables.secrets.values()}
        if name in keys | {one.workspace for one in self._tables.documents.values()}:
            raise Conflict("The workspace still holds something.", "Remove that first.")
        self._tables.workspaces.remove(name)

    async def add_key(self, name: str, role: Role, workspace: str | None) -> tuple[KeyRecord, str]:
        self._tables.check()
        if workspace is None and role is not Role.ADMIN:
            raise InvalidInput("Only an admin's key can be for every workspace.", "Name one.")
        if workspace is not None and workspace not in self._tables.workspaces:
            raise NotFound(f"There is no workspace {workspace}.", "Create it first.")
        record = KeyRecord(uuid4(), name, role, workspace, datetime.now(UTC), None, None)
        secret = f"dpt_{secrets.token_urlsafe(32)}"
        self._tables.keys[record.id] = record
        self._tables.secrets[secret] = Identity(record.id, name, role, workspace)
        return record, secret

    async def first_key(self, name: str) -> str | None:
        self._tables.check()
        if self._tables.keys:
            return None
        return (await self.add_key(name, Role.ADMIN, None))[1]

    async def keys(self) -> list[KeyRecord]:
        self._tables.check()
        return list(reversed(self._tables.keys.values()))

    async def revoke(self, key: UUID) -> None:
        self._tables.check()
        if key not in self._tables.keys:
            raise NotFound(f"There is no key {key}.", "List the keys to find it.")
        self._tables.keys[key] = replace(self._tables.keys[key], revoked=datetime.now(UTC))

    async def identify(self, secret: str) -> Identity:
        self._tables.check()
        identity = self._tables.secrets.get(secret)
        if identity is None or self._tables.keys[identity.key].revoked:
            raise Unauthenticated("The key is not known.", "Send a valid key.")
        used = replace(self._tables.keys[identity.key], last_used=datetime.now(UTC))
        self._tables.keys[identity.key] = used
        return identity


class InMemoryBlobs:
    """Files in one flat folder; nothing is synced. ``room`` is what ``free`` tells."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.room = 2**40

    async def put(self, pieces: AsyncIterator[bytes], *, limit: int) -> Stored:
        content = bytearray()
        async for piece in pieces:
            content += piece
            if len(content) > limit:
                raise TooLarge(f"The file is over {limit} bytes.", "Send a smaller one.")
        sha256 = hashlib.sha256(content).hexdigest()
        self._file(sha256).write_bytes(content)
        return Stored(sha256, len(content))

    async def path(self, sha256: str) -> Path:
        if not re.fullmatch("[0-9a-f]{64}", sha256) or not self._file(sha256).exists():
            raise NotFound(f"The bytes {sha256} are not there.", "Send the document again.")
        return self._file(sha256)

    async def free(self) -> int:
        return self.room

    async def delete(self, sha256: str) -> None:
        with suppress(NotFound):
            (await self.path(sha256)).unlink()

    def _file(self, sha256: str) -> Path:
        return self._folder / sha256
