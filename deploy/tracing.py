"""Traces, put together: who takes them, who leaves them, and when they are forgotten."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from contracts.observing import Metrics
from contracts.tracing import Tracer, Traces
from ingestion.ending import Ended
from retrieval.answering import Ask
from retrieval.feedback import GiveFeedback
from retrieval.searching import Search
from retrieval.tracing import Clean, TracedAsk, TracedSearch, Tracing
from telemetry.pulse import Pulse
from telemetry.recording import BufferedTracer
from telemetry.spending import Prices


@dataclass(frozen=True, slots=True)
class Observers:
    """Who counts, who takes traces, and who knows the machine's load."""

    metrics: Metrics
    tracer: BufferedTracer
    load: Pulse

    @property
    def ended(self) -> Ended:
        """What notes that a version came to its end."""
        return Ended(self.metrics, self.tracer, self.load)


@asynccontextmanager
async def observing(
    traces: Traces, metrics: Metrics, days: int, mirrors: Sequence[Tracer] = ()
) -> AsyncIterator[Observers]:
    """Take traces while the block runs, and write what waits at its end; 0 days keep none."""
    tracer = BufferedTracer(traces if days else None, metrics, mirrors)
    load = Pulse()
    with load.running():
        async with tracer.running():
            yield Observers(metrics, tracer, load)


def forgetting(traces: Traces, days: int) -> Callable[[], Awaitable[None]]:
    """Give the duty that forgets traces older than so many days, some at a time."""

    async def forget() -> None:
        await traces.prune(datetime.now(UTC) - timedelta(days=days))

    return forget


@dataclass(frozen=True, slots=True)
class Traced:
    """What people use: their questions leave traces, and their feedback finds them."""

    traces: Traces
    search: TracedSearch
    ask: TracedAsk
    feedback: GiveFeedback

    @classmethod
    def over(
        cls,
        search: Search,
        ask: Ask,
        traces: Traces,
        observers: Observers,
        prices: Prices,
        clean: Clean,
    ) -> Self:
        """Wrap the use cases."""
        tracer = observers.tracer
        tracing = Tracing(tracer, observers.load, search.mode, prices.of, clean)
        return cls(
            traces,
            TracedSearch(search, tracing),
            TracedAsk(ask.stream, tracing),
            GiveFeedback(traces, tracer, tracer.flush, clean),
        )
