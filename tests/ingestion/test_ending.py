"""A version that came to its end leaves one trace, whichever way it ended."""

from pathlib import Path

import pytest

from contracts.nouns import DEFAULT_WORKSPACE
from contracts.tracing import Outcome, TraceKind
from tests.ingestion.house import House


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path).open()


async def test_a_version_that_went_live_leaves_one_trace(house: House) -> None:
    first = await house.pour("one\ntwo", "inbox/a.txt")
    await house.rest()
    (trace,) = house.tracer.traces
    assert (trace.kind, trace.outcome, trace.error) == (TraceKind.INGEST, Outcome.LIVE, None)
    assert (trace.workspace, trace.text) == (DEFAULT_WORKSPACE, "inbox/a.txt")
    assert (trace.version, trace.generation) == (first.ref, 1)
    assert trace.took_ms["total"] >= 0
    assert trace.load["cpu"] == 12.5
    second = await house.pour("three", "inbox/a.txt")
    await house.rest()
    assert [one.version for one in house.tracer.traces] == [first.ref, second.ref]


async def test_a_version_that_could_not_be_read_says_why(house: House) -> None:
    receipt = await house.pour(b"\xff\xfe")
    await house.rest()
    (trace,) = house.tracer.traces
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert (trace.outcome, trace.error) == (Outcome.QUARANTINED, record.reason)
    assert trace.version == receipt.ref


async def test_draining_a_backlog_ends_nothing_a_second_time(house: House) -> None:
    house.graph.down = True
    await house.pour("one")
    await house.rest()
    house.graph.down = False
    await house.rest()
    assert [one.outcome for one in house.tracer.traces] == [Outcome.LIVE]
    assert await house.texts(house.vector) == {"one"}
