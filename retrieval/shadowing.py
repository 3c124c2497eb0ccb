"""Shadow reads: panels are compared on real questions, off the requests' path."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.errors import PanelUnavailable, Unavailable
from contracts.nouns import PanelName, PanelQuery
from contracts.observing import Metrics
from contracts.panels import Panel
from contracts.policy import Comparison, Evidence, Stage
from contracts.tuning import Fusion
from retrieval.agreement import overlap, rank_biased_overlap
from retrieval.merging import merge
from retrieval.reading import Answer, Answered, ask
from retrieval.routing import Try, panels_of

COMPARED = 50
"""Places of each order that are compared; the rest weighs half a percent."""
WAITING = 64
"""Questions that wait for their shadow read; one holds up to 200 passages, so 30 MB in all."""
UNWRITTEN = 1000
"""Comparisons that wait for the catalog."""
BATCH = 100
TASKS = 2
"""Shadow reads at once: a candidate in trouble gets no more load than this."""
DEADLINE_S = 2.0
"""Seconds for a shadow read; a primary of more than this would be given up by its reader."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A read that was served, and the panel to compare with what served it.

    ``answers`` holds what the request's own reads came to; a candidate that is not among them
    is asked. ``language`` is the question's, ``fusion`` how the legs were merged.
    """

    tried: Try
    query: PanelQuery
    language: str | None
    answers: Mapping[PanelName, Answer]
    fusion: Fusion


class Shadow:
    """Compares a sample of the reads, in the background and within bounds.

    ``panels`` have connections of their own, so that a shadow read never takes a request's.
    What does not fit the queues is dropped and counted (``dropped``); so is what the catalog
    does not take. Metrics count each comparison as a question with the verb ``shadow``.
    """

    def __init__(
        self,
        panels: Mapping[PanelName, Panel],
        evidence: Evidence,
        metrics: Metrics,
        *,
        deadline_s: float = DEADLINE_S,
        waiting: int = WAITING,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._panels = panels
        self._evidence = evidence
        self._metrics = metrics
        self._deadline_s = deadline_s
        self._now = now
        self._seen: asyncio.Queue[Seen] = asyncio.Queue(waiting)
        self._made: asyncio.Queue[Comparison] = asyncio.Queue(UNWRITTEN)
        self._tasks: list[asyncio.Task[None]] = []
        self.dropped = 0

    def offer(self, seen: Seen) -> None:
        """Take a read for comparison; never waits, never fails."""
        try:
            self._seen.put_nowait(seen)
        except asyncio.QueueFull:
            self._drop(seen.tried.candidate)

    async def start(self) -> None:
        """Begin to compare."""
        loops = [self._compare() for _ in range(TASKS)]
        self._tasks = [asyncio.create_task(loop) for loop in (*loops, self._write())]

    async def stop(self) -> None:
        """End; what was not compared or written by now is given up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def settle(self) -> None:
        """Wait until everything that was offered is compared and written."""
        await self._seen.join()
        await self._made.join()

    async def _compare(self) -> None:
        """Do one read after the other, whatever becomes of each."""
        while True:
            seen = await self._seen.get()
            try:
                if (made := await self._comparison(seen)) is not None:
                    self._made.put_nowait(made)
                    outcome = "failed" if made.error else "ok"
                    self._metrics.asked("shadow", made.candidate.value, outcome)
            except asyncio.QueueFull:
                self._drop(seen.tried.candidate)
            except Exception:  # a defect in one comparison must not end all later ones
                log.exception("A shadow read could not be compared")
                self._drop(seen.tried.candidate)
            finally:
                self._seen.task_done()

    async def _comparison(self, seen: Seen) -> Comparison | None:
        """Compare; None when the primary itself failed, for then there is nothing to match."""
        tried = seen.tried
        answer = seen.answers.get(tried.candidate) or await self._ask(tried.candidate, seen.query)
        served = {n: seen.answers.get(n) for n in panels_of(tried.primary)}
        primary = {n: one for n, one in served.items() if isinstance(one, Answered)}
        agreed = alike = None
        if tried.stage is Stage.SHADOW:
            if len(primary) < len(served):
                return None
            if isinstance(answer, Answered):
                first = _places(primary, seen)
                second = _places({tried.candidate: answer}, seen)
                agreed, alike = overlap(first, second), rank_biased_overlap(first, second)
        return Comparison(
            at=self._now(),
            workspace=seen.query.workspace,
            stage=tried.stage,
            primary=tried.primary,
            candidate=tried.candidate,
            overlap=agreed,
            agreement=alike,
            primary_ms=max((one.ms for one in primary.values()), default=0.0),
            candidate_ms=answer.ms if isinstance(answer, Answered) else None,
            error=None if isinstance(answer, Answered) else answer.message,
        )

    async def _ask(self, name: PanelName, query: PanelQuery) -> Answer:
        try:
            return await ask(self._panels[name], query, self._deadline_s)
        except Exception as error:  # whatever a candidate does wrong is evidence against it
            log.exception("The %s panel failed at a shadow read", name)
            return PanelUnavailable(f"The {name} panel failed: {type(error).__name__}.")

    async def _write(self) -> None:
        """Write what is there whenever the last batch is written."""
        while True:
            batch = [await self._made.get()]
            while len(batch) < BATCH and not self._made.empty():
                batch.append(self._made.get_nowait())
            try:
                async with asyncio.timeout(self._deadline_s):
                    await self._evidence.record(batch)
            except (Unavailable, TimeoutError) as error:
                log.warning("%d comparisons could not be kept: %s", len(batch), error)
                self._drop(*(one.candidate for one in batch))
            finally:
                for _ in batch:
                    self._made.task_done()

    def _drop(self, *candidates: PanelName) -> None:
        self.dropped += len(candidates)
        for candidate in candidates:
            self._metrics.asked("shadow", candidate.value, "dropped")


def _places(answers: Mapping[PanelName, Answered], seen: Seen) -> list[object]:
    """Give the spans that these answers lead to, best first."""
    hits = {name: one.hits for name, one in answers.items()}
    found = merge(hits, seen.query.workspace, seen.language, seen.fusion)
    return [(f.chunk.id.ref, f.chunk.part, f.chunk.span) for f in found[:COMPARED]]
