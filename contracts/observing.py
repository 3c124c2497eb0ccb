"""Port for counting what the service does. Labels are few and closed: never ids, never text."""

from typing import Protocol


class Metrics(Protocol):
    """Counters and histograms; never raises, never blocks."""

    def ingested(self, outcome: str) -> None:
        """Count a version that ended as ``live``, ``quarantined``, ``unchanged`` or ``erased``."""
        ...

    def chunks_written(self, panel: str, count: int) -> None:
        """Count chunks staged in a panel."""
        ...

    def stage_took(self, stage: str, seconds: float) -> None:
        """Observe a stage of ingestion: ``read``, ``compare``, ``chunk``, ``embed``, ..."""
        ...

    def asked(self, verb: str, panel: str, outcome: str) -> None:
        """Count a question; ``verb`` search, ask or shadow; ``outcome`` says how it ended."""
        ...

    def query_took(self, stage: str, panel: str, seconds: float) -> None:
        """Observe a stage of a question: ``embed``, ``panel``, ``fuse``, ``answer``, ``total``."""
        ...

    def backlog(self, panel: str, rows: int) -> None:
        """Set how many ledger rows are not yet true in a panel."""
        ...

    def parity(self, panel: str, faults: int) -> None:
        """Set how many faults the latest sample of a panel had, and that it was checked now."""
        ...

    def assessed(self, state: str, count: int) -> None:
        """Count versions whose text was found ``good``, ``doubtful`` or ``bad``."""
        ...

    def traces_dropped(self, count: int) -> None:
        """Count traces that were never written: too many waited, or the record was away."""
        ...


class NullMetrics:
    """Counts nothing."""

    def ingested(self, outcome: str) -> None:
        """Do nothing."""

    def chunks_written(self, panel: str, count: int) -> None:
        """Do nothing."""

    def stage_took(self, stage: str, seconds: float) -> None:
        """Do nothing."""

    def asked(self, verb: str, panel: str, outcome: str) -> None:
        """Do nothing."""

    def query_took(self, stage: str, panel: str, seconds: float) -> None:
        """Do nothing."""

    def backlog(self, panel: str, rows: int) -> None:
        """Do nothing."""

    def parity(self, panel: str, faults: int) -> None:
        """Do nothing."""

    def assessed(self, state: str, count: int) -> None:
        """Do nothing."""

    def traces_dropped(self, count: int) -> None:
        """Do nothing."""
