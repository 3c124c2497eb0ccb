"""Prometheus counters and histograms behind the Metrics port.

Several processes (api, workers) write to one folder of memory-mapped files when
``PROMETHEUS_MULTIPROC_DIR`` is set before this module is imported; whoever serves ``/metrics``
then shows their sum.
"""

from functools import cache

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from telemetry.gpu import GpuGauges

QUERY_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
STAGE_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300)


class PrometheusMetrics:
    """The Metrics port on prometheus-client; one instance per process."""

    def __init__(self) -> None:
        self._ingested = Counter(
            "diptych_ingested_versions_total", "Versions by how they ended.", ["outcome"]
        )
        self._chunks = Counter("diptych_chunks_written_total", "Chunks staged.", ["panel"])
        self._stage = Histogram(
            "diptych_ingest_stage_seconds", "Ingestion stages.", ["stage"], buckets=STAGE_BUCKETS
        )
        self._asked = Counter(
            "diptych_questions_total", "Questions by outcome.", ["verb", "panel", "outcome"]
        )
        self._query = Histogram(
            "diptych_query_stage_seconds",
            "Stages of a question.",
            ["stage", "panel"],
            buckets=QUERY_BUCKETS,
        )
        self._backlog = Gauge(
            "diptych_panel_backlog_rows",
            "Ledger rows that are not true yet.",
            ["panel"],
            multiprocess_mode="mostrecent",
        )
        self._faults = Gauge(
            "diptych_parity_faults",
            "Faults in the latest sample of a panel.",
            ["panel"],
            multiprocess_mode="mostrecent",
        )
        self._checked = Gauge(
            "diptych_parity_checked_timestamp_seconds",
            "When a panel was last sampled.",
            ["panel"],
            multiprocess_mode="mostrecent",
        )
        self._assessed = Counter(
            "diptych_assessed_versions_total", "Versions by the quality of their text.", ["state"]
        )
        self._dropped = Counter("diptych_traces_dropped_total", "Traces that were never written.")

    def ingested(self, outcome: str) -> None:
        """Count a version's end."""
        self._ingested.labels(outcome).inc()

    def chunks_written(self, panel: str, count: int) -> None:
        """Count chunks staged in a panel."""
        self._chunks.labels(panel).inc(count)

    def stage_took(self, stage: str, seconds: float) -> None:
        """Observe a stage of ingestion."""
        self._stage.labels(stage).observe(seconds)

    def asked(self, verb: str, panel: str, outcome: str) -> None:
        """Count a question."""
        self._asked.labels(verb, panel, outcome).inc()

    def query_took(self, stage: str, panel: str, seconds: float) -> None:
        """Observe a stage of a question."""
        self._query.labels(stage, panel).observe(seconds)

    def backlog(self, panel: str, rows: int) -> None:
        """Set a panel's backlog."""
        self._backlog.labels(panel).set(rows)

    def parity(self, panel: str, faults: int) -> None:
        """Set a panel's faults, and the time of the check."""
        self._faults.labels(panel).set(faults)
        self._checked.labels(panel).set_to_current_time()

    def assessed(self, state: str, count: int) -> None:
        """Count versions by the quality of their text."""
        self._assessed.labels(state).inc(count)

    def traces_dropped(self, count: int) -> None:
        """Count traces that were never written."""
        self._dropped.inc(count)


def exposition(*, multiprocess: bool) -> tuple[bytes, str]:
    """Give the metrics page and its content type, of all processes or of this one."""
    if not multiprocess:
        return generate_latest(REGISTRY) + generate_latest(_machine()), CONTENT_TYPE_LATEST
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types here
    return generate_latest(registry) + generate_latest(_machine()), CONTENT_TYPE_LATEST


@cache
def _machine() -> CollectorRegistry:
    """Give what is the machine's and not a process's: it is read when the page is asked for."""
    registry = CollectorRegistry()
    registry.register(GpuGauges())
    return registry
