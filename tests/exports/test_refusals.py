"""A file that is not whole and sound is refused in a sentence; a failed export leaves nothing."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from contracts.errors import Conflict, InvalidInput, PanelUnavailable, SetupFailed, SpaceMismatch
from contracts.nouns import EmbeddedChunk, VersionRef
from exports.reading import ExportFile
from exports.writing import write
from tests.exports.conftest import GENERATION, OTHER
from tests.panels.fake import InMemoryPanel
from tests.panels.shelf import Bundle, Shelf, same

TAMPERING = (
    "UPDATE chunk SET text = 'Le bal' WHERE text = 'Le bail'",
    "UPDATE chunk SET embedding = zeroblob(32) WHERE ordinal = 1",
    "UPDATE chunk SET embedding = zeroblob(33) WHERE ordinal = 1",
    "UPDATE chunk SET mentions = '[]'",
    "UPDATE chunk SET mentions = '[[' WHERE ordinal = 0",
    "UPDATE chunk SET ends = ends + 1 WHERE ordinal = 7",
    "UPDATE chunk SET digest = zeroblob(32) WHERE ordinal = 7",
    "DELETE FROM chunk WHERE ordinal = 1299",
    "UPDATE version SET card = replace(card, 'Bail', 'Bal')",
    "UPDATE version SET card = '[]'",
    "UPDATE version SET document = zeroblob(3) WHERE id = 1",
    "DELETE FROM version WHERE chunks = 0",
    "DELETE FROM version",
    "UPDATE generation SET model = 'another'",
    "DELETE FROM generation WHERE number = 2",
    "UPDATE header SET value = '7' WHERE name = 'chunks'",
    "DELETE FROM header WHERE name = 'content'",
    "DROP TABLE chunk",
)


@pytest_asyncio.fixture
async def path(shelf: Shelf, tmp_path: Path) -> Path:
    """A sound file of both generations."""
    await write(tmp_path / "good", shelf.panel, [GENERATION, OTHER], created_by="1.0")
    return tmp_path / "good"


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)


def left(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def raw_of(path: Path) -> bytes:
    return path.read_bytes()


def put(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)


async def refused(path: Path) -> str:
    with pytest.raises(InvalidInput) as failure:
        await ExportFile.open(path)
    assert failure.value.remedy
    return failure.value.message


@pytest.mark.parametrize("statement", TAMPERING)
async def test_a_file_that_was_changed_is_refused(path: Path, statement: str) -> None:
    change(path, statement)
    assert "damaged" in await refused(path)


async def test_a_file_cut_short_is_refused(path: Path) -> None:
    raw = raw_of(path)
    for size in (101, 4096, len(raw) // 2, len(raw) - 4096, len(raw) - 1):
        put(path, raw[:size])
        assert "damaged" in await refused(path)


async def test_a_flipped_byte_is_found_or_means_nothing(shelf: Shelf, tmp_path: Path) -> None:
    path, bundle = tmp_path / "small", shelf.version("Le bail", "dure", "neuf ans")
    await shelf.show(bundle)
    await write(path, shelf.panel, [GENERATION], created_by="", documents=[bundle.document])
    raw, found = raw_of(path), 0
    written = [place for place in range(100, len(raw)) if raw[place]]
    for place in written[::7]:
        put(path, raw[:place] + bytes([raw[place] ^ 0x41]) + raw[place + 1 :])
        try:
            file = await ExportFile.open(path)
        except InvalidInput:
            found += 1
        else:
            assert [d async for d in file.digests(1)] == [bundle.digest(live=True)]
            assert same([c async for c in file.export([bundle.ref], 1)], bundle.chunks)
    assert found


async def test_what_is_not_an_export_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "strange"
    assert "cannot be opened: No such file" in await refused(path)
    for raw in (b"", b"%PDF-1.7", b"\0" * 4096):
        put(path, raw)
        assert "is not an export file" in await refused(path)
    path.unlink()
    change(path, "CREATE TABLE chunk (text)")
    assert "is not an export file" in await refused(path)
    assert "cannot be opened" in await refused(tmp_path)


async def test_a_newer_format_is_refused(path: Path) -> None:
    change(path, "PRAGMA user_version = 3")
    assert await refused(path) == f"{path} has format 3; this program reads up to 2."


async def test_a_generation_of_another_model_is_refused(path: Path) -> None:
    file = await ExportFile.open(path)
    file.require(GENERATION)
    file.require(OTHER)
    for wrong in (
        replace(GENERATION, model="e5"),
        replace(GENERATION, dimension=9),
        replace(GENERATION, chunker="structure-60-10"),
        replace(GENERATION, number=3),
    ):
        with pytest.raises(SpaceMismatch, match=f"does not hold generation {wrong.number} of"):
            file.require(wrong)


class Restless(InMemoryPanel):
    """Calls ``meanwhile`` each time that a stream of chunks begins."""

    async def meanwhile(self) -> None:
        """Do what a test says."""

    async def export(
        self, refs: Sequence[VersionRef], generation: int
    ) -> AsyncIterator[EmbeddedChunk]:
        await self.meanwhile()
        async for one in super().export(refs, generation):
            yield one


@pytest.fixture
def panel() -> InMemoryPanel:
    return Restless()


async def test_a_document_replaced_while_it_is_read_is_written_in_its_new_version(
    shelf: Shelf, tmp_path: Path
) -> None:
    assert isinstance(shelf.panel, Restless)
    elder = shelf.version("elder", "text")
    newer = shelf.version("newer", document=elder.document, number=2)
    await shelf.show(elder)

    async def replace_it() -> None:
        await shelf.show(newer)
        await shelf.panel.retire([elder.ref])

    shelf.panel.meanwhile = replace_it  # type: ignore[method-assign] # what happens meanwhile
    about = await write(tmp_path / "file", shelf.panel, [GENERATION], created_by="")
    file = await ExportFile.open(tmp_path / "file")
    digests = [d async for d in file.digests(1, [elder.document])]
    assert digests == [newer.digest(live=True)]
    assert (about.versions, about.chunks) == (4, 1303)


def spoil(shelf: Shelf, bundle: Bundle) -> None:
    """Change a chunk behind the panel's back; its digest stays."""
    assert isinstance(shelf.panel, InMemoryPanel)
    one = bundle.chunks[0]
    changed = replace(one, chunk=replace(one.chunk, text="changed by hand"))
    shelf.panel.chunks[one.chunk.id] = changed


async def test_an_unsound_chunk_is_not_written(shelf: Shelf, tmp_path: Path) -> None:
    bundle = shelf.version("sound")
    await shelf.show(bundle)
    spoil(shelf, bundle)
    with pytest.raises(Conflict, match=str(bundle.document)):
        await write(tmp_path / "file", shelf.panel, [GENERATION], created_by="")
    assert left(tmp_path) == []


async def test_vectors_of_another_dimension_are_not_written(shelf: Shelf, tmp_path: Path) -> None:
    wider = replace(GENERATION, dimension=9)
    with pytest.raises(SpaceMismatch, match="has a vector of 8 dimensions"):
        await write(tmp_path / "file", shelf.panel, [wider], created_by="")
    assert left(tmp_path) == []


async def test_a_failed_export_leaves_the_elder_file(shelf: Shelf, path: Path) -> None:
    assert isinstance(shelf.panel, Restless)
    before = raw_of(path)

    async def go_down() -> None:
        raise PanelUnavailable("The panel is down.", "Start it.")

    shelf.panel.meanwhile = go_down  # type: ignore[method-assign] # what happens meanwhile
    with pytest.raises(PanelUnavailable):
        await write(path, shelf.panel, [GENERATION], created_by="2.0")
    assert left(path.parent) == [path]
    assert raw_of(path) == before


async def test_a_cancelled_export_leaves_nothing(shelf: Shelf, tmp_path: Path) -> None:
    assert isinstance(shelf.panel, Restless)
    reading = asyncio.Event()

    async def wait() -> None:
        reading.set()
        await asyncio.Event().wait()

    shelf.panel.meanwhile = wait  # type: ignore[method-assign] # what happens meanwhile
    writing = asyncio.create_task(
        write(tmp_path / "file", shelf.panel, [GENERATION], created_by="")
    )
    await asyncio.wait_for(reading.wait(), 30)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert left(tmp_path) == []


async def test_a_folder_that_is_not_there_is_named(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "none" / "file"
    with pytest.raises(SetupFailed, match=f"could not be written to {path}"):
        await write(path, shelf.panel, [GENERATION], created_by="")
