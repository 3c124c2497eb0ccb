"""How long traces are kept, as the settings say."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from contracts.observing import NullMetrics
from contracts.tracing import Outcome, Trace, TraceFilter, TraceKind
from deploy.tracing import forgetting, observing
from tests.fakes.catalog import InMemoryCatalog
from tests.fakes.tracing import KeepingTracer


def asked(days_ago: float) -> Trace:
    return Trace(
        id=uuid4(),
        kind=TraceKind.ASK,
        workspace="default",
        at=datetime.now(UTC) - timedelta(days=days_ago),
        outcome=Outcome.ANSWERED,
    )


@pytest.fixture
def catalog(tmp_path: Path) -> InMemoryCatalog:
    return InMemoryCatalog(tmp_path)


@pytest.mark.parametrize(("days", "left"), [(90, 2), (30, 1), (0, 0)])
async def test_what_is_older_than_the_days_is_forgotten(
    catalog: InMemoryCatalog, days: int, left: int
) -> None:
    await catalog.traces.add([asked(1), asked(60), asked(91)])
    await forgetting(catalog.traces, days)()
    assert len((await catalog.traces.find(TraceFilter())).items) == left


@pytest.mark.parametrize(("days", "kept"), [(90, 1), (0, 0)])
async def test_keeping_for_no_day_keeps_nothing_but_the_mirrors(
    catalog: InMemoryCatalog, days: int, kept: int
) -> None:
    mirror = KeepingTracer()
    async with observing(catalog.traces, NullMetrics(), days, [mirror]) as observers:
        observers.tracer.record(asked(0))
    assert len((await catalog.traces.find(TraceFilter())).items) == kept
    assert len(mirror.traces) == 1
