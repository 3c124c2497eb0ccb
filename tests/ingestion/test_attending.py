"""When places are looked at, without anybody asking."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.errors import Unavailable
from contracts.intake import Intake, Place, PlaceKind
from ingestion.attending import Attend
from ingestion.gathering import Gather
from tests.fakes.intake import FakeIntake
from tests.ingestion.house import House

SCANS = Place("scans", PlaceKind.FOLDER, "/srv/scans", every_s=60)
MAIL = replace(SCANS, name="mail")


class Stand:
    """Two places that are attended; ``round`` is one look at the list and all that follows."""

    def __init__(self, house: House) -> None:
        self.intakes = {"scans": FakeIntake(), "mail": FakeIntake()}
        self.places = house.catalog.places
        self.tables = house.catalog.tables

        def opening(place: Place) -> AbstractAsyncContextManager[Intake]:
            return self.intakes[place.name].opened(place)

        gather = Gather(self.places, house.discard, house.receive, opening)
        self.attend = Attend(self.places, opening, gather)

    async def round(self) -> None:
        await self.attend.step()
        await self.attend.rest()

    async def looks(self, name: str) -> int:
        """Tell how often a place was looked at, by looking at what a new look would be."""
        return self.places._kept[name].looks


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    one = Stand(await House(tmp_path).open())
    for place in (SCANS, MAIL):
        await one.places.add(place)
    yield one
    await one.attend.close()


async def test_a_place_is_looked_at_when_its_time_has_come(stand: Stand) -> None:
    for _ in range(3):
        await stand.round()
    assert await stand.looks("scans") == 1
    stand.places.advance(61)
    await stand.round()
    assert await stand.looks("scans") == 2


async def test_trouble_in_one_place_does_not_stop_another(stand: Stand) -> None:
    stand.intakes["scans"].trouble = Unavailable("It does not answer.", "Wait.")
    stand.intakes["mail"].put("a.eml", "a")
    await stand.round()
    report = (await stand.places.get("mail")).report
    assert report is not None
    assert report.new == 1


async def test_what_wakes_is_looked_at_before_its_time(stand: Stand) -> None:
    changes = stand.intakes["scans"].changes = asyncio.Queue()
    await stand.round()
    changes.put_nowait(None)
    await changes.join()
    stand.places.advance(2)
    await stand.round()
    assert await stand.looks("scans") == 2
    assert await stand.looks("mail") == 1


async def test_another_process_that_looks_is_left_alone(stand: Stand) -> None:
    async with stand.places.alone("scans"):
        await stand.round()
    assert await stand.looks("scans") == 0
    assert await stand.looks("mail") == 1


async def test_a_catalog_that_is_down_ends_nothing(stand: Stand) -> None:
    rounds = iter([True, False])

    async def sleep(_: float) -> None:
        stand.tables.down = next(rounds)
        if not stand.tables.down:
            await stand.attend.step()
            await stand.attend.rest()
            raise asyncio.CancelledError

    stand.tables.down = True
    stand.attend = Attend(stand.places, stand.attend._opening, stand.attend._gather, sleep)
    with pytest.raises(asyncio.CancelledError):
        await stand.attend()
    assert await stand.looks("scans") == 1
