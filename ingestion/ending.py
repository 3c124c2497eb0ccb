"""Ended: what is noted when a version comes to its end, whichever way."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from contracts.observing import Metrics
from contracts.record import Task
from contracts.tracing import LoadNow, Outcome, Trace, TraceKind, Tracer


def _now() -> datetime:
    return datetime.now(UTC)


class Ended:
    """Counts versions that ended, and leaves a trace of each that is live or quarantined."""

    def __init__(
        self,
        metrics: Metrics,
        tracer: Tracer,
        load: LoadNow,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._metrics = metrics
        self._tracer = tracer
        self._load = load
        self._now = now

    def __call__(
        self, task: Task, outcome: Outcome, took_s: float, reason: str | None = None
    ) -> None:
        """Note that a version is live, or quarantined for a reason.

        ``took_s`` are the seconds that were worked on it, together with its job's others.
        """
        self._metrics.ingested(outcome.value)
        self._tracer.record(
            Trace(
                id=uuid4(),
                kind=TraceKind.INGEST,
                workspace=task.workspace,
                at=self._now() - timedelta(seconds=took_s),
                outcome=outcome,
                text=task.source,
                version=task.ref,
                generation=task.generation,
                took_ms={"total": 1000 * took_s},
                error=reason,
                load=self._load.now(),
            )
        )

    def erased(self) -> None:
        """Note that a document is gone; nothing is left to trace."""
        self._metrics.ingested("erased")
