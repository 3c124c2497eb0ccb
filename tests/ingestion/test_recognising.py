"""Scans: pages are recognised once, whatever happens, and people see how far it is."""

import json
from pathlib import Path

import pytest

from contracts.errors import Unavailable
from contracts.nouns import DEFAULT_WORKSPACE, VersionRef
from contracts.record import VersionState
from tests.ingestion.house import House

SCAN = json.dumps({"scan": ["first", "second", "third"]})


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path).open()


async def state(house: House, ref: VersionRef) -> VersionState:
    return (await house.catalog.documents.get(DEFAULT_WORKSPACE, ref.document)).state


async def test_a_reading_that_was_torn_goes_on_from_the_last_page(house: House) -> None:
    house.reader.torn = 3
    receipt = await house.pour(SCAN)
    with pytest.raises(Unavailable):
        await house.reconcile([receipt.ref.document])
    assert house.reader.recognised == [1, 2]
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert (record.stage, record.done, record.total) == ("read", 2, 3)
    house.reader.torn = None
    await house.rest()
    assert house.reader.recognised == [1, 2, 3]
    assert await state(house, receipt.ref) is VersionState.LIVE
    assert await house.both() == {"first", "second", "third"}


async def test_the_same_bytes_are_recognised_once_for_all_documents(house: House) -> None:
    await house.pour(SCAN, "a")
    await house.rest()
    receipt = await house.pour(SCAN, "b")
    await house.rest()
    assert house.reader.recognised == [1, 2, 3]
    assert await state(house, receipt.ref) is VersionState.LIVE
