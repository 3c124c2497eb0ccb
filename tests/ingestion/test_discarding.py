"""Deleted documents leave the panels at once, and come back as long as their bytes are kept."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from contracts.errors import CatalogUnavailable, Conflict, NotFound
from contracts.likeness import Decision
from contracts.nouns import DEFAULT_WORKSPACE
from contracts.record import Receipt, VersionState
from ingestion.deciding import Decide
from ingestion.discarding import Discard
from tests.fakes.trash import InMemoryTrash
from tests.ingestion.house import House

ME = "ann"


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path).open()


async def deleted(house: House, text: str = "words", *, forever: bool = False) -> Receipt:
    """A document that was live and is deleted, gone from both panels."""
    receipt = await house.pour(text)
    await house.run()
    assert await house.discard(DEFAULT_WORKSPACE, [receipt.ref.document], ME, forever=forever)
    await house.run()
    assert await house.both() == set()
    return receipt


def stored(house: House) -> int:
    return len([path for path in house.folder.rglob("*") if path.is_file()])


async def test_a_deleted_document_comes_back_as_it_was(house: House) -> None:
    receipt = await deleted(house, "old words")
    back = await house.discard.restore(DEFAULT_WORKSPACE, receipt.ref.document)
    await house.run()
    assert await house.both() == {"old words"}
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, back.ref.document)
    assert (record.source, record.state) == (receipt.source, VersionState.LIVE)
    assert (await house.discard.trashed(DEFAULT_WORKSPACE, 9)).items == ()
    assert (await house.parity()).clean
    with pytest.raises(NotFound):
        await house.discard.restore(DEFAULT_WORKSPACE, receipt.ref.document)


async def test_what_is_deleted_for_ever_leaves_nothing(house: House) -> None:
    receipt = await deleted(house, forever=True)
    assert stored(house) == 0
    with pytest.raises(NotFound):
        await house.discard.restore(DEFAULT_WORKSPACE, receipt.ref.document)


async def test_what_is_in_the_trash_can_be_erased_later(house: House) -> None:
    receipt = await deleted(house)
    assert stored(house) == 1
    document = receipt.ref.document
    assert await house.discard(DEFAULT_WORKSPACE, [document], ME, forever=True) == [document]
    assert stored(house) == 0
    assert await house.discard(DEFAULT_WORKSPACE, [document], ME, forever=True) == []


async def test_the_sweep_erases_what_is_past_its_time(house: House) -> None:
    receipt = await deleted(house)
    await house.sweep()
    assert stored(house) == 1
    trash = house.catalog.tables.trash
    late = replace(trash[receipt.ref.document], until=datetime.now(UTC))
    trash[receipt.ref.document] = late
    await house.sweep()
    assert stored(house) == 0


async def test_a_source_that_was_sent_again_is_not_replaced_by_the_old_bytes(house: House) -> None:
    receipt = await deleted(house, "old")
    await house.pour("new")
    await house.run()
    with pytest.raises(Conflict):
        await house.discard.restore(DEFAULT_WORKSPACE, receipt.ref.document)
    assert await house.both() == {"new"}


async def test_restoring_that_is_killed_goes_on_when_it_is_repeated(house: House) -> None:
    receipt = await deleted(house)

    class Killed(InMemoryTrash):
        async def erase(self, *_: object) -> tuple[list[UUID], list[str]]:
            raise CatalogUnavailable("Killed.", "Again.")

    catalog = house.catalog
    killed = Discard(catalog.documents, Killed(catalog.tables), catalog.blobs, days=30)
    with pytest.raises(CatalogUnavailable):
        await killed.restore(DEFAULT_WORKSPACE, receipt.ref.document)
    await house.run()
    again = await house.discard.restore(DEFAULT_WORKSPACE, receipt.ref.document)
    await house.run()
    assert again.unchanged
    assert await house.both() == {"words"}
    assert (await house.discard.trashed(DEFAULT_WORKSPACE, 9)).items == ()


async def test_what_comes_back_leaves_no_bytes_of_what_it_was_merged_into(house: House) -> None:
    one, two = [(await house.pour(text, text)).ref.document for text in ("one", "two")]
    await house.run()
    decide = Decide(house.catalog.documents, house.catalog.likeness, house.discard)
    await decide(DEFAULT_WORKSPACE, one, two, Decision.MERGE, ME)
    await house.run()
    await house.pour("changed since", "one")
    await house.run()
    await house.discard.restore(DEFAULT_WORKSPACE, two)
    await house.run()
    assert await house.both() == {"changed since", "two"}
    assert stored(house) == 2
