"""No document is taken when a limit is near; asking costs one look a second."""

from pathlib import Path

import pytest

from contracts.errors import Overloaded
from contracts.nouns import DEFAULT_WORKSPACE
from ingestion.admitting import KEPT_S, Admit
from tests.fakes.catalog import InMemoryCatalog
from tests.ingestion.house import House

FLOOR = 2**30


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path / "house").open()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def admitting(catalog: InMemoryCatalog, clock: Clock) -> Admit:
    return Admit(catalog.handling, catalog.blobs, min_free=FLOOR, max_waiting=2, clock=clock)


async def test_a_disk_that_is_nearly_full_refuses_and_says_how_full(
    house: House, clock: Clock
) -> None:
    admit = admitting(house.catalog, clock)
    house.catalog.blobs.room = FLOOR
    await admit()
    house.catalog.blobs.room = FLOOR - 1
    clock.now += KEPT_S
    with pytest.raises(Overloaded, match=r"Only 1,023 MB .* keeps 1,024 MB"):
        await admit()


async def test_too_many_waiting_documents_refuse_until_some_are_done(
    house: House, clock: Clock
) -> None:
    admit = admitting(house.catalog, clock)
    await house.pour("one", "a")
    await admit()
    await house.pour("two", "b")
    clock.now += KEPT_S
    with pytest.raises(Overloaded, match="2 documents are waiting"):
        await admit()
    await house.rest()
    with pytest.raises(Overloaded):  # one look is good for a second
        await admit()
    clock.now += KEPT_S
    await admit()


async def test_many_uploads_at_once_cost_one_look(house: House, clock: Clock) -> None:
    admit = admitting(house.catalog, clock)
    await admit()
    house.catalog.tables.down = True
    for _ in range(100):
        await admit()


async def test_nothing_is_stored_of_what_is_refused(house: House, clock: Clock) -> None:
    house.receive.admit = admitting(house.catalog, clock)
    house.catalog.blobs.room = 0
    before = set(house.folder.iterdir())
    with pytest.raises(Overloaded):
        await house.pour("text")
    assert set(house.folder.iterdir()) == before
    assert dict(await house.catalog.documents.counts(DEFAULT_WORKSPACE)) == {}
