"""Traces are written beside the requests, and no trouble of theirs reaches a request."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from contracts.errors import CatalogUnavailable
from contracts.observing import NullMetrics
from contracts.tracing import (
    Feedback,
    Outcome,
    Trace,
    TraceFilter,
    TraceKind,
    TracePage,
    Verdict,
)
from telemetry.recording import BATCH, BufferedTracer
from tests.catalog.desk import until
from tests.fakes.catalog import InMemoryCatalog
from tests.fakes.traces import InMemoryTraces

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Drops(NullMetrics):
    def __init__(self) -> None:
        self.dropped = 0

    def traces_dropped(self, count: int) -> None:
        self.dropped += count


class Mirror:
    """Keeps what it is given; set ``broken`` to let it break its word."""

    def __init__(self) -> None:
        self.broken = False
        self.given: list[Trace | Feedback] = []

    def record(self, trace: Trace) -> None:
        if self.broken:
            raise RuntimeError("A mirror may not do this.")
        self.given.append(trace)

    def judge(self, feedback: Feedback) -> None:
        self.given.append(feedback)


def asked(text: str = "Où ?") -> Trace:
    return Trace(
        id=uuid4(),
        kind=TraceKind.ASK,
        workspace="default",
        at=NOON,
        outcome=Outcome.ANSWERED,
        text=text,
    )


def questions(count: int) -> list[Trace]:
    return [asked(f"{number:04}") for number in range(count)]


async def texts(traces: InMemoryTraces) -> set[str]:
    page: TracePage = await traces.find(TraceFilter(), limit=10_000)
    return {trace.text for trace in page.items}


@pytest.fixture
def catalog(tmp_path: Path) -> InMemoryCatalog:
    return InMemoryCatalog(tmp_path)


@pytest.fixture
def drops() -> Drops:
    return Drops()


async def test_what_was_recorded_is_written_in_the_background(
    catalog: InMemoryCatalog, drops: Drops
) -> None:
    tracer = BufferedTracer(catalog.traces, drops, every_s=0)

    async def written(count: int) -> bool:
        return len(await texts(catalog.traces)) == count

    async with tracer.running():
        for trace in questions(3):
            tracer.record(trace)
        await until(lambda: written(3))
        tracer.record(asked("later"))
        await until(lambda: written(4))
    assert catalog.traces.added == [3, 1]
    assert drops.dropped == 0


async def test_the_end_writes_what_is_left_in_bounded_batches(
    catalog: InMemoryCatalog, drops: Drops
) -> None:
    tracer = BufferedTracer(catalog.traces, drops, every_s=3600)
    async with tracer.running():
        for trace in questions(2 * BATCH + 1):
            tracer.record(trace)
    assert catalog.traces.added == [BATCH, BATCH, 1]


async def test_while_the_record_is_away_the_newest_wait_and_the_rest_is_counted(
    catalog: InMemoryCatalog, drops: Drops
) -> None:
    catalog.tables.down = True
    tracer = BufferedTracer(catalog.traces, drops, capacity=10, every_s=3600)
    async with tracer.running():
        for trace in questions(25):
            tracer.record(trace)
        assert drops.dropped == 15
        with pytest.raises(CatalogUnavailable):
            await tracer.flush()
        catalog.tables.down = False
        await tracer.flush()
    assert await texts(catalog.traces) == {f"{number:04}" for number in range(15, 25)}


async def test_a_record_that_stays_away_keeps_nobody_from_ending(
    catalog: InMemoryCatalog, drops: Drops
) -> None:
    catalog.tables.down = True
    tracer = BufferedTracer(catalog.traces, drops, every_s=0)
    async with tracer.running():
        tracer.record(asked())
        await asyncio.sleep(0)
    assert drops.dropped == 1


async def test_a_trace_that_nobody_can_keep_does_not_hold_up_the_others(
    catalog: InMemoryCatalog, drops: Drops
) -> None:
    class Picky(InMemoryTraces):
        async def add(self, traces: Sequence[Trace]) -> None:
            if any(trace.text == "poison" for trace in traces):
                raise ValueError("No table takes this.")
            await super().add(traces)

    traces = Picky(catalog.tables)
    tracer = BufferedTracer(traces, drops, every_s=3600)
    tracer.record(asked("poison"))
    await tracer.flush()
    tracer.record(asked("fine"))
    await tracer.flush()
    assert (await texts(traces), drops.dropped) == ({"fine"}, 1)


async def test_mirrors_get_each_trace_once_and_one_that_fails_costs_nothing(
    catalog: InMemoryCatalog, drops: Drops
) -> None:
    broken, sound = Mirror(), Mirror()
    broken.broken = True
    tracer = BufferedTracer(catalog.traces, drops, [broken, sound], every_s=3600)
    trace = asked()
    said = Feedback(trace.id, UUID(int=1), Verdict.UP, NOON)
    catalog.tables.down = True
    async with tracer.running():
        tracer.record(trace)
        tracer.judge(said)
        assert sound.given == []
        with pytest.raises(CatalogUnavailable):
            await tracer.flush()
        catalog.tables.down = False
    assert sound.given == [trace, said]
    assert await texts(catalog.traces) == {trace.text}


async def test_keeping_nothing_leaves_the_mirrors(drops: Drops) -> None:
    mirror = Mirror()
    tracer = BufferedTracer(None, drops, [mirror], every_s=0)
    async with tracer.running():
        tracer.record(asked())
        await tracer.flush()
        await asyncio.sleep(0)
    assert (len(mirror.given), drops.dropped) == (1, 0)


async def test_recording_takes_far_less_than_a_millisecond(
    catalog: InMemoryCatalog, drops: Drops
) -> None:
    tracer = BufferedTracer(catalog.traces, drops, [Mirror()])
    traces = questions(1000)
    began = time.process_time()
    for trace in traces:
        tracer.record(trace)
    assert (time.process_time() - began) / len(traces) < 0.001
