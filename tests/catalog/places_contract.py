"""Contract of Places: where documents come from, and what is known of what is there."""

from dataclasses import replace
from uuid import UUID

import pytest

from contracts.errors import Conflict, NotFound
from contracts.intake import Known, Missed, Place, PlaceKind, Report
from tests.catalog.desk import Desk

SCANS = Place(
    name="scans",
    kind=PlaceKind.FOLDER,
    address="/srv/numérisés",
    every_s=30.0,
    mirror=True,
    options={"settle_s": 5.0, "move_to": "/srv/done"},
)
MAIL = Place("mail", PlaceKind.MAILBOX, "imaps://ada@example.org/INBOX")
REPORT = Report(1, 2, 3, 4, 5, 6, (Missed("file:/a", "Broken. Mend it."), Missed("b", "Later", 2)))
ONE, TWO = UUID(int=1), UUID(int=2)


class PlacesContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_a_place_comes_back_as_it_was_added(self, desk: Desk) -> None:
        places = desk.catalog.places
        assert await places.all() == []
        assert await places.add(SCANS)
        assert not await places.add(SCANS)
        await places.add(MAIL)
        assert [one.place for one in await places.all()] == [MAIL, SCANS]
        record = await places.get("scans")
        assert (record.place, record.looked, record.report) == (SCANS, None, None)
        assert record.due_s <= 0

    async def test_a_name_stands_for_one_place_until_it_is_removed(self, desk: Desk) -> None:
        places = desk.catalog.places
        await places.add(SCANS)
        await places.remember("scans", [Known("a", "1")], 1)
        for other in (replace(SCANS, address="/other"), replace(SCANS, mirror=False)):
            with pytest.raises(Conflict):
                await places.add(other)
        await places.remove("scans")
        await places.add(replace(SCANS, address="/other"))
        assert await places.known("scans", ["a"]) == {}

    async def test_what_is_not_there_is_said(self, desk: Desk) -> None:
        places = desk.catalog.places
        with pytest.raises(NotFound):
            await places.add(replace(SCANS, workspace="none"))
        for verb in (
            places.get("none"),
            places.remove("none"),
            places.begin("none"),
            places.hasten("none", 1),
            places.ended("none", REPORT, took_s=1, next_s=1),
        ):
            with pytest.raises(NotFound):
                await verb
        async with places.alone("none") as is_mine:
            assert not is_mine

    async def test_one_at_a_time_looks_at_a_place(self, desk: Desk) -> None:
        places = desk.catalog.places
        await places.add(SCANS)
        await places.add(MAIL)
        async with places.alone("scans") as first, places.alone("scans") as second:
            async with places.alone("mail") as other:
                assert (first, second, other) == (True, False, True)
        async with places.alone("scans") as again:
            assert again

    async def test_how_a_look_ended_is_kept(self, desk: Desk) -> None:
        places = desk.catalog.places
        await places.add(SCANS)
        assert await places.begin("scans") < await places.begin("scans")
        await places.ended("scans", REPORT, took_s=0.5, next_s=3600)
        record = await places.get("scans")
        assert (record.report, record.took_s, record.troubles) == (REPORT, 0.5, 0)
        assert record.looked is not None
        failed = replace(REPORT, error="It does not answer.")
        for _ in range(2):
            await places.ended("scans", failed, took_s=0.5, next_s=3600)
        assert (await places.get("scans")).troubles == 2
        await places.ended("scans", REPORT, took_s=0.5, next_s=3600)
        assert (await places.get("scans")).troubles == 0

    async def test_the_next_look_is_due_when_it_was_said_or_hastened(self, desk: Desk) -> None:
        places = desk.catalog.places
        await places.add(SCANS)
        await places.begin("scans")
        assert 0 < (await places.get("scans")).due_s <= SCANS.every_s
        await places.ended("scans", REPORT, took_s=0, next_s=3600)
        assert (await places.get("scans")).due_s > 3500
        await places.hasten("scans", 1)
        assert (await places.get("scans")).due_s <= 1
        await places.begin("scans")
        await places.hasten("scans", 1)
        await places.ended("scans", REPORT, took_s=0, next_s=3600)
        assert (await places.get("scans")).due_s <= 1, "what changed meanwhile is not overlooked"

    async def test_a_place_that_takes_long_is_given_rest(self, desk: Desk) -> None:
        places = desk.catalog.places
        await places.add(SCANS)
        await places.ended("scans", REPORT, took_s=100, next_s=3600)
        await places.hasten("scans", 1)
        assert 400 < (await places.get("scans")).due_s < 600

    async def test_items_are_known_by_source(self, desk: Desk) -> None:
        places = desk.catalog.places
        await places.add(SCANS)
        await places.add(MAIL)
        long = "file:/" + "ж" * 5000
        items = [Known("a", "1", (ONE, TWO)), Known(long, "1"), Known("c", "1", (), "Too large.")]
        await places.remember("scans", items, 1)
        await places.remember("scans", [], 1)
        assert await places.known("scans", ["a", long, "c", "d"]) == {i.source: i for i in items}
        assert await places.known("scans", []) == {}
        assert await places.known("mail", ["a"]) == {}
        changed = Known("a", "2", (TWO,))
        await places.remember("scans", [changed], 2)
        assert await places.known("scans", ["a"]) == {"a": changed}
        await places.forget("scans", ["a"])
        await places.forget("scans", [])
        assert set(await places.known("scans", ["a", long])) == {long}

    async def test_what_was_not_seen_in_a_look_is_found(self, desk: Desk) -> None:
        places = desk.catalog.places
        await places.add(SCANS)
        first, second = await places.begin("scans"), await places.begin("scans")
        await places.remember("scans", [Known(s, "1") for s in "abcd"], first)
        await places.seen("scans", ["a", "new"], second)
        await places.remember("scans", [Known("b", "2")], second)
        gone = await places.unseen("scans", second, 10)
        assert {one.source for one in gone} == {"c", "d"}
        assert len(await places.unseen("scans", second, 1)) == 1
        assert await places.unseen("scans", first, 10) == []

    async def test_what_a_removed_place_saw_last_is_not_kept(self, desk: Desk) -> None:
        places = desk.catalog.places
        await places.remember("none", [Known("a", "1")], 1)
        await places.add(SCANS)
        assert await places.known("scans", ["a"]) == {}
        assert await places.unseen("none", 9, 9) == []
