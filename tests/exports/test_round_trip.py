"""What is written to an export file comes back as it was, to the last bit."""

import sqlite3
import tracemalloc
from contextlib import closing
from pathlib import Path
from uuid import UUID

from contracts.nouns import EmbeddedChunk, Parent
from contracts.panels import Holder
from exports.reading import ExportFile
from exports.writing import write
from tests.exports.conftest import GENERATION, ODD_METADATA, OTHER
from tests.panels.fake import InMemoryPanel
from tests.panels.shelf import Shelf, same

BOTH = (GENERATION, OTHER)


async def everything(holder: Holder, generation: int) -> list[EmbeddedChunk]:
    refs = [d.ref async for d in holder.digests(generation)]
    return [c async for c in holder.export(refs, generation)]


async def test_all_verbs_answer_as_the_panel_did(shelf: Shelf, tmp_path: Path) -> None:
    panel, path = shelf.panel, tmp_path / "all.diptych"
    about = await write(path, panel, BOTH, created_by="1.0")
    file = await ExportFile.open(path)
    assert file.about == about
    assert (about.created_by, about.generations) == ("1.0", BOTH)
    assert (about.versions, about.chunks) == (6, 2 * 1302)
    for number in (1, 2):
        digests = [d async for d in panel.digests(number)]
        assert [d async for d in file.digests(number)] == digests
        refs = [d.ref for d in digests]
        cards = await file.cards(refs, number)
        assert cards == await panel.cards(refs, number)
        (odd,) = [c.card.metadata for c in cards.values() if c.card.metadata]
        assert repr(odd) == repr(ODD_METADATA)
        chunks = await everything(file, number)
        assert same(chunks, await everything(panel, number))
        assert [c.mentions for c in chunks if c.mentions]
        assert all(c.embedding.flags.writeable for c in chunks[:2])


async def test_a_panel_filled_from_the_file_is_equal(shelf: Shelf, tmp_path: Path) -> None:
    path, filled = tmp_path / "all.diptych", InMemoryPanel()
    await write(path, shelf.panel, [GENERATION], created_by="1.0")
    file = await ExportFile.open(path)
    await filled.prepare(GENERATION)
    refs = [d.ref async for d in file.digests(1)]
    cards = await file.cards(refs, 1)
    await filled.stage(list(cards.values()), [c async for c in file.export(refs, 1)])
    await filled.publish(refs, 1)
    assert [d async for d in filled.digests(1)] == [d async for d in shelf.panel.digests(1)]


async def test_children_keep_their_parent(panel: InMemoryPanel, tmp_path: Path) -> None:
    await panel.prepare(GENERATION)
    shelf = Shelf(panel, "default", GENERATION)
    bundle = shelf.family(shelf.version("Le bail", "Le loyer", "Le préavis"), Parent(1, 3))
    await shelf.show(bundle)
    await write(tmp_path / "children", panel, [GENERATION], created_by="1.0")
    file = await ExportFile.open(tmp_path / "children")
    assert same(await everything(file, 1), bundle.chunks)


async def test_a_file_from_before_there_were_parents_is_read(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "elder"
    await write(path, shelf.panel, [GENERATION], created_by="1.0")
    with closing(sqlite3.connect(path)) as database, database:
        for column in ("parent_first", "parent_end"):
            database.execute(f"ALTER TABLE chunk DROP COLUMN {column}")
        database.execute("PRAGMA user_version = 1")
    file = await ExportFile.open(path)
    assert same(await everything(file, 1), await everything(shelf.panel, 1))


async def test_only_what_is_asked_for_is_given(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "all.diptych"
    await write(path, shelf.panel, BOTH, created_by="1.0")
    file = await ExportFile.open(path)
    all_of_it = [d async for d in file.digests(1)]
    long = next(d for d in all_of_it if d.chunks == 1300)
    strange = UUID(int=0)
    assert [d async for d in file.digests(1, [long.ref.document, strange])] == [long]
    assert [d async for d in file.digests(1, [])] == []
    assert [d async for d in file.digests(9)] == []
    assert await file.cards([long.ref], 2) == {}
    chunks = [c async for c in file.export([long.ref, long.ref], 1)]
    assert [c.chunk.id.ordinal for c in chunks] == list(range(1300))
    assert [c async for c in file.export([], 1)] == []


async def test_only_live_versions_of_the_wanted_documents_are_written(
    shelf: Shelf, tmp_path: Path
) -> None:
    elder, hidden = shelf.version("elder"), shelf.version("hidden")
    newer = shelf.version("newer", document=elder.document, number=2)
    await shelf.show(elder, newer)
    await shelf.stage(hidden)
    path = tmp_path / "two.diptych"
    wanted = [elder.document, hidden.document]
    told: list[int] = []
    about = await write(
        path, shelf.panel, [GENERATION], created_by="", documents=wanted, progress=told.append
    )
    file = await ExportFile.open(path)
    assert [d async for d in file.digests(1)] == [newer.digest(live=True)]
    assert (about.versions, about.chunks, told) == (1, 1, [2])


async def test_streams_may_be_read_side_by_side_and_left(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "all.diptych"
    await write(path, shelf.panel, [GENERATION], created_by="")
    file = await ExportFile.open(path)
    refs = [d.ref async for d in file.digests(1)]
    left, right = file.export(refs, 1), file.export(refs, 1)
    pairs = [(await anext(left), await anext(right)) for _ in range(500)]
    assert same([a for a, _ in pairs], [b for _, b in pairs])
    await anext(file.digests(1))
    assert len([c async for c in right]) == 1302 - 500


async def test_memory_stays_flat_however_long_a_version_is(shelf: Shelf, tmp_path: Path) -> None:
    text, chunks = "Le bail est conclu. " * 200, 3000
    path, again = tmp_path / "long.diptych", tmp_path / "again.diptych"
    long = shelf.version(*[text] * chunks)
    await shelf.show(long)
    await write(path, shelf.panel, [GENERATION], created_by="", documents=[long.document])
    file = await ExportFile.open(path)
    tracemalloc.start()
    try:
        await write(again, file, [GENERATION], created_by="")
        await ExportFile.open(again)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < len(text) * chunks / 2
    assert again.stat().st_size > len(text) * chunks
