"""Sweep: find what the ledger wants and no job is doing, and put it back in the queue."""

from contracts.observing import Metrics
from contracts.record import Ledger, Queue

SWEEP_LIMIT = 2000
"""Documents nudged per sweep: a long backlog drains in order without flooding the queue."""


class Sweep:
    """Use case: run every few seconds by one worker; the safety net below the queue."""

    def __init__(self, ledger: Ledger, queue: Queue, metrics: Metrics) -> None:
        self._ledger = ledger
        self._queue = queue
        self._metrics = metrics

    async def __call__(self) -> None:
        """Queue unfinished documents that are due, and publish how long the backlog is."""
        await self._queue.nudge(await self._ledger.unfinished(SWEEP_LIMIT))
        for panel, rows in (await self._ledger.backlog()).items():
            self._metrics.backlog(panel, rows)
