"""What goes wrong with one document keeps no other from its readers, and nothing works on alone."""

import asyncio
import hashlib
import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.content import Enclosed, Source, TakeEnclosed
from contracts.errors import Unavailable
from contracts.nouns import DEFAULT_WORKSPACE, PanelName, Reading
from contracts.record import VersionState
from tests.ingestion.house import House, LineReader


async def test_a_document_whose_bytes_are_lost_waits_while_its_group_goes_live(
    tmp_path: Path,
) -> None:
    house = await House(tmp_path / "house").open()
    lost, sound = (await house.pour("lost", "a")).ref, (await house.pour("sound", "b")).ref
    _, where = await house.catalog.documents.original(DEFAULT_WORKSPACE, lost.document)
    path = await house.catalog.blobs.path(where.blob)
    backup = shutil.copy(path, tmp_path)
    path.unlink()

    await house.reconcile([lost.document, sound.document])
    assert await house.both() == {"sound"}
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, lost.document)
    assert record.state is VersionState.PROCESSING
    assert {state.panel for state in record.panels if state.error} == set(PanelName)

    shutil.copy(backup, path)
    await house.rest()
    assert await house.both() == {"lost", "sound"}


class Torn(LineReader):
    """Fails at ``torn``, while it has begun with something else that has no end."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.at_work = asyncio.Event(), 0

    async def read(self, source: Source, *rest: Any, **named: Any) -> Reading:
        if source.path.read_bytes() == b"torn":
            await self.begun.wait()
            raise Unavailable("No process is left to read.", "Try again.")
        self.at_work += 1
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.at_work -= 1
        return await super().read(source, *rest, **named)


async def test_nothing_is_read_any_more_once_its_documents_are_given_back(tmp_path: Path) -> None:
    reader = Torn()
    house = await House(tmp_path / "house", reader=reader).open()
    refs = [(await house.pour(text, text)).ref for text in ("torn", "long")]
    with pytest.raises(Unavailable):
        await house.reconcile([ref.document for ref in refs])
    assert reader.begun.is_set()
    assert reader.at_work == 0


class Archive(LineReader):
    """Hands out one file, then goes on for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = asyncio.Event()

    async def read(
        self, source: Source, enclosed: TakeEnclosed | None = None, *rest: Any, **named: Any
    ) -> Reading:
        async def pieces() -> Any:
            yield b"inside"

        if enclosed:
            await enclosed(Enclosed("a.txt", pieces()))
        self.taken.set()
        await asyncio.Event().wait()
        return await super().read(source, enclosed, *rest, **named)


async def test_an_archive_that_is_stopped_leaves_no_bytes_of_what_was_unpacked(
    tmp_path: Path,
) -> None:
    reader = Archive()
    house = await House(tmp_path / "house", reader=reader).open()
    document = (await house.pour("archive")).ref.document
    working = asyncio.create_task(house.reconcile([document]))
    await reader.taken.wait()
    await house.catalog.handling.cancel(DEFAULT_WORKSPACE, [document])
    await asyncio.wait_for(working, 30)
    kept = [path.read_bytes() for path in house.folder.rglob("*") if path.is_file()]
    assert kept == [b"archive"]


class Forgetful(LineReader):
    """Hands out a file, then calls ``meanwhile`` before it goes on."""

    meanwhile: Callable[[], Awaitable[None]]

    async def read(self, source: Source, *rest: Any, **named: Any) -> Reading:
        reading = await super().read(source, *rest, **named)
        await self.meanwhile()
        return reading


async def test_members_are_not_accepted_whose_bytes_went_with_another_document(
    tmp_path: Path,
) -> None:
    reader = Forgetful()
    house = await House(tmp_path / "house", reader=reader).open()
    inside = hashlib.sha256(b"inside").hexdigest()

    async def removal() -> None:
        reader.meanwhile = nothing
        await house.catalog.blobs.delete(inside)

    async def nothing() -> None:
        pass

    reader.meanwhile = removal
    document = (await house.pour(json.dumps({"box": {"a.txt": "inside"}}), "mail")).ref.document
    await house.reconcile([document])
    assert await house.both() == set()
    await house.rest()
    assert await house.both() == {"a.txt", "inside"}
