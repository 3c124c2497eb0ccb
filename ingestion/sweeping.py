"""Sweep: find what is to be done and nobody is doing, and set it going again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from contracts.errors import Unavailable
from contracts.handling import Queue
from contracts.nouns import PanelName
from contracts.observing import Metrics
from contracts.panels import Panel
from contracts.record import Ledger

SWEEP_LIMIT = 20_000
"""Documents nudged per sweep: a long backlog drains in order without flooding the queue."""

logger = logging.getLogger(__name__)

Duty = Callable[[], Awaitable[None]]


class Sweep:
    """Use case: run every few seconds by one worker; the safety net below the queue.

    ``duties`` are steps that find their own work and may be repeated, done in this order after
    the backlog was queued: they may take minutes.
    """

    def __init__(
        self,
        ledger: Ledger,
        queue: Queue,
        panels: Mapping[PanelName, Panel],
        metrics: Metrics,
        duties: Sequence[Duty] = (),
    ) -> None:
        self._ledger = ledger
        self._panels = panels
        self._queue = queue
        self._metrics = metrics
        self._duties = (self._nudge, *duties, self._measure)

    async def __call__(self) -> None:
        """Do every duty; what one of them meets does not stop the others."""
        for duty in self._duties:
            try:
                await duty()
            except Unavailable as error:
                logger.warning("A duty waits: %s", error)
            except Exception:  # a defect in one duty must not end the others
                logger.exception("A duty failed")

    async def _nudge(self) -> None:
        """Queue unfinished documents that are due, but for panels that do not answer.

        What waits for such a panel is not tried in vain, and goes on as soon as it is back.
        """
        healths = await asyncio.gather(*(panel.health() for panel in self._panels.values()))
        down = [health.panel for health in healths if not health.ready]
        await self._queue.nudge(await self._ledger.unfinished(SWEEP_LIMIT, down))

    async def _measure(self) -> None:
        """Publish how long the backlog is."""
        for panel, rows in (await self._ledger.backlog()).items():
            self._metrics.backlog(panel, rows)
