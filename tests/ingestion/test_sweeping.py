"""The duties that run all the time."""

import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from contracts.nouns import PanelName
from contracts.policy import ParityNote
from ingestion.sampling import CHUNKS, DOCUMENTS
from ingestion.sweeping import Sweep
from tests.ingestion.edits import bend_vector, orphan
from tests.ingestion.house import House


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path).open()


async def sampled(house: House) -> ParityNote:
    note = await house.catalog.parity_log.latest(deep=True, sampled=True)
    assert note is not None
    return note


async def test_a_fault_is_found_by_nobody_asking(house: House) -> None:
    receipt = await house.pour("one")
    await house.catalog.queue.drain(house.reconcile)
    bend_vector(house.graph, receipt.ref)
    await house.sweep()
    assert house.metrics.faults == {"vector": 0, "graph": 1}
    note = await sampled(house)
    assert (note.found, note.versions, note.faults[PanelName.GRAPH]) == (1, 1, 1)


async def test_a_sample_is_taken_once_a_minute_whatever_the_clock_does(house: House) -> None:
    log = house.catalog.tables.parity_notes
    await house.sweep()
    await house.sweep()
    assert len(log) == 1
    log[0] = replace(log[0], at=log[0].at - timedelta(seconds=61))
    await house.sweep()
    assert len(log) == 2
    log[1] = replace(log[1], at=log[1].at + timedelta(days=1))  # the clock was set back since
    await house.sweep()
    assert len(log) == 3


async def test_strays_are_looked_for_now_and_then_and_until_they_are_gone(house: House) -> None:
    log = house.catalog.tables.parity_notes
    receipt = await house.pour("one")
    await house.catalog.queue.drain(house.reconcile)
    found = []
    for hand in (orphan, None, orphan):
        if hand:
            hand(house.graph, receipt.ref)
        await house.sample()
        found.append(house.metrics.faults["graph"])
        await house.graph.tidy(1)
        log[-1] = replace(log[-1], at=log[-1].at - timedelta(seconds=61))
    assert found == [1, 0, 0]  # the last one after the hour


async def test_a_sample_is_small_however_much_there_is(house: House) -> None:
    for number in range(DOCUMENTS + 5):
        await house.pour(f"text {number}", f"{number}.txt")
    await house.catalog.queue.drain(house.reconcile)
    await house.sample()
    assert (await sampled(house)).versions == DOCUMENTS


async def test_a_document_that_is_too_long_for_a_sample_is_left_out(house: House) -> None:
    await house.pour("\n".join(f"{n}" for n in range(CHUNKS + 1)), "long.txt")
    await house.pour("short", "short.txt")
    await house.catalog.queue.drain(house.reconcile)
    await house.sample()
    assert (await sampled(house)).versions == 1


async def test_one_duty_that_fails_does_not_stop_the_others(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    done = []

    async def broken() -> None:
        raise RuntimeError("a defect")

    async def well() -> None:
        done.append(1)

    await house.pour("one")
    await house.catalog.queue.drain(house.reconcile)
    house.graph.down = True
    await house.pour("two", "b.txt")
    catalog = house.catalog
    duties = [broken, house.graph.clear, well]
    sweep = Sweep(catalog.ledger, catalog.queue, house.panels, house.metrics, duties)
    with caplog.at_level(logging.WARNING):
        await sweep()
    assert done == [1]
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


async def test_what_waits_for_a_panel_is_tried_again_once_it_is_back(house: House) -> None:
    house.graph.down = True
    await house.pour("one")
    await house.catalog.queue.drain(house.reconcile)
    await house.sweep()
    assert await house.catalog.queue.waiting() == 0
    house.graph.down = False
    await house.run()
    assert await house.both() == {"one"}
