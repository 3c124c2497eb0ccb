"""Hostile files on their way through the service: each ends in the record, nothing else stops."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from contracts.nouns import DEFAULT_WORKSPACE
from contracts.record import VersionState
from readers.pool import ProcessReader
from tests.ingestion.house import House, LineReader
from tests.readers.hostile.case import Bait
from tests.readers.hostile.hostile_set import hostile_set

NAMES = ("sixty-deep.zip", "zeros.bz2", "laughs.docx", "link.zip", "half.docx", "script.pdf")
CASES = {case.name: case for cases in hostile_set(Bait()).values() for case in cases}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    pool = ProcessReader(workers=1)
    yield await House(tmp_path / "house", reader=cast("LineReader", pool)).open()
    await pool.close()


async def test_each_file_ends_in_the_record_and_good_ones_are_found(house: House) -> None:
    for name in NAMES:
        await house.pour_file(CASES[name].make(), name, name)
    await house.pour_file(b"a good document", "good.txt", "good.txt")
    await house.rest()
    page = await house.catalog.documents.find(DEFAULT_WORKSPACE, limit=1000)
    found = {record.source: record for record in page.items}
    for name in NAMES:
        outcome = CASES[name].outcome
        ended = VersionState.LIVE if outcome is None else VersionState.QUARANTINED
        assert (found[name].state, found[name].reason) == (ended, outcome)
        assert outcome is None or found[name].detail
    deepest = max(found, key=lambda source: source.count("!/"))
    assert deepest.count("!/") == 5
    assert "more than 5 files deep" in str(found[deepest].metadata["members_not_opened"])
    assert {record.state for record in found.values()} == {
        VersionState.LIVE,
        VersionState.QUARANTINED,
    }
    assert "a good document" in await house.both()
