"""BufferedTracer: keeps traces in the record, and hands them to mirrors, beside the requests."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from contracts.errors import Unavailable
from contracts.observing import Metrics
from contracts.tracing import Feedback, Trace, Tracer, Traces

CAPACITY = 2000
"""Traces that wait at most: 30 MB at 15 KB for a long answer with its passages."""
BATCH = 200
EVERY_S = 1.0
"""Seconds that traces are gathered before they are written together."""
CLOSE_S = 5.0
"""Seconds that the end waits for what is not written yet."""

logger = logging.getLogger(__name__)


class BufferedTracer:
    """The Tracer in front of all others; its verbs are called from the event loop.

    Traces wait in memory until ``traces`` took them; None keeps none. While it does not
    answer the newest wait, and the metrics count what was dropped. ``mirrors`` get each trace
    once, and all feedback: who gives feedback writes its row.
    """

    def __init__(
        self,
        traces: Traces | None,
        metrics: Metrics,
        mirrors: Sequence[Tracer] = (),
        *,
        capacity: int = CAPACITY,
        every_s: float = EVERY_S,
    ) -> None:
        self._traces = traces
        self._metrics = metrics
        self._mirrors = tuple(mirrors)
        self._capacity = capacity
        self._every_s = every_s
        self._waiting: deque[Trace] = deque()
        self._filled = asyncio.Event()
        self._writing = asyncio.Lock()

    def record(self, trace: Trace) -> None:
        """Take a trace that has ended."""
        self._offer(lambda mirror: mirror.record(trace))
        if self._traces is not None:
            self._waiting.append(trace)
            self._trim()
            self._filled.set()

    def judge(self, feedback: Feedback) -> None:
        """Take feedback, for the mirrors."""
        self._offer(lambda mirror: mirror.judge(feedback))

    async def flush(self) -> None:
        """Write what waits. Raises CatalogUnavailable; it then goes on waiting."""
        async with self._writing:
            while self._traces is not None and self._waiting:
                await self._write(self._traces)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write in the background while the block runs, and what is left at its end."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            with suppress(TimeoutError, Unavailable):
                async with asyncio.timeout(CLOSE_S):
                    await self.flush()
            self._drop(len(self._waiting))

    async def _run(self) -> None:
        while True:
            await self._filled.wait()
            await asyncio.sleep(self._every_s)
            self._filled.clear()
            try:
                await self.flush()
            except Unavailable as error:
                logger.warning("Traces wait: %s", error)
                self._filled.set()

    async def _write(self, traces: Traces) -> None:
        """Write a batch; what the record will never take is dropped."""
        batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        try:
            await traces.add(batch)
        except (Unavailable, asyncio.CancelledError):
            self._waiting.extendleft(reversed(batch))
            self._trim()
            raise
        except Exception:  # a defect in one trace must not keep all others waiting
            logger.exception("Traces could not be kept")
            self._drop(len(batch))

    def _trim(self) -> None:
        """Let the oldest go where too many wait."""
        over = len(self._waiting) - self._capacity
        for _ in range(over):
            self._waiting.popleft()
        self._drop(over)

    def _drop(self, count: int) -> None:
        if count > 0:
            self._metrics.traces_dropped(count)

    def _offer(self, give: Callable[[Tracer], None]) -> None:
        """Let every mirror have it, after the request that it comes from went on."""
        for mirror in self._mirrors:
            asyncio.get_running_loop().call_soon(_given, give, mirror)


def _given(give: Callable[[Tracer], None], mirror: Tracer) -> None:
    """Tell a mirror; one that breaks its word costs nothing but itself."""
    try:
        give(mirror)
    except Exception:
        logger.exception("A mirror of traces failed")
