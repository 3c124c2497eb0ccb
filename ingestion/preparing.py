"""Prepare: read documents and cut them in chunks, a bounded group at a time."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.content import Chunker
from contracts.errors import DiptychError, Unavailable, UnreadableDocument
from contracts.nouns import Chunk, StagedVersion, VersionRef
from contracts.observing import Metrics
from contracts.recognition import RecognisedPage
from contracts.record import KeptReading, Ledger, Task, VersionState
from contracts.tracing import Outcome
from ingestion.comparing import Compare
from ingestion.ending import Ended
from ingestion.languages import TellLanguages
from ingestion.opening import Open
from ingestion.quality.assessing import Assess
from ingestion.screening import Screen
from ingestion.stopping import Stopping
from ingestion.together import together

logger = logging.getLogger(__name__)

GROUP_BYTES = 16 * 1024 * 1024
"""Original bytes read together: memory stays flat however many documents a job names."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A version that is read and cut, ready to be embedded."""

    task: Task
    staged: StagedVersion
    chunks: tuple[Chunk, ...]


class Prepare:
    """Turns tasks into prepared versions; what cannot be read is quarantined."""

    def __init__(
        self,
        ledger: Ledger,
        opening: Open,
        metrics: Metrics,
        *,
        tell: TellLanguages,
        assess: Assess,
        screen: Screen,
        compare: Compare,
        ended: Ended,
        stopping: Stopping | None = None,
    ) -> None:
        self._ledger = ledger
        self._open = opening
        self._metrics = metrics
        self._tell = tell
        self._assess = assess
        self._ended = ended
        self._stopping = stopping or Stopping(ledger)
        self._screen = screen
        self._compare = compare

    async def __call__(
        self, tasks: Sequence[Task], chunker: Chunker
    ) -> AsyncIterator[list[Prepared]]:
        """Yield groups of prepared versions of one generation, in order."""
        for group in _groups(tasks):
            kept = await self._read_group(group)
            began = time.perf_counter()
            # The chunker is CPU work in a library that lets the loop run meanwhile.
            prepared = await asyncio.to_thread(_cut_group, group, kept, chunker)
            self._metrics.stage_took("chunk", time.perf_counter() - began)
            yield prepared

    async def _read_group(self, group: Sequence[Task]) -> Mapping[VersionRef, KeptReading]:
        """Read a group at once, or take what an earlier attempt read.

        The task of the serving generation reads for all others, which come after it.
        """
        began = time.perf_counter()
        stored = [t.ref for t in group if t.read or not t.serving]
        kept = dict(await self._ledger.readings(stored))
        missing = [task for task in group if task.serving and task.ref not in kept]
        pages = await self._open.recognised(missing)
        old: dict[VersionRef, KeptReading] = {}
        reads = (self._read(task, pages.get(task.ref, ()), old) for task in missing)
        fresh = [reading for reading in await together(reads) if reading]
        self._metrics.stage_took("read", time.perf_counter() - began)
        fresh = await asyncio.to_thread(self._tell, fresh)
        # Before the readings: what is killed between the two is read and looked at again.
        fresh = await self._screen(fresh)
        await self._assess(fresh)
        await self._compare(fresh)  # what is masked is in no fingerprint
        await self._ledger.save_readings([*fresh, *old.values()])
        return kept | old | {reading.ref: reading for reading in fresh}

    async def _read(
        self, task: Task, pages: Sequence[RecognisedPage], old: dict[VersionRef, KeptReading]
    ) -> KeptReading | None:
        """Read one version; None when it cannot be read, or nobody wants it any more.

        It is quarantined then, unless readers see what was read of it before: that goes to ``old``.
        What lacks its bytes or a place for its members is tried again later, others go on.
        """
        began = time.perf_counter()
        try:
            return await self._stopping.while_wanted(task.ref, self._open(task, pages))
        except UnreadableDocument as error:
            if task.state is VersionState.LIVE:
                old |= await self._ledger.readings([task.ref])
            if task.ref in old:
                logger.warning("%s cannot be read again: %s", task.source, error)
                return None
            await self._ledger.quarantine(task.ref, error.reason, str(error))
            self._ended(task, Outcome.QUARANTINED, time.perf_counter() - began, error.reason)
        except Unavailable:
            raise
        except DiptychError as error:
            for panel in task.states:
                await self._ledger.failed([task.ref], task.generation, panel, str(error))
        return None


def _cut_group(
    group: Sequence[Task], kept: Mapping[VersionRef, KeptReading], chunker: Chunker
) -> list[Prepared]:
    return [_cut(task, kept[task.ref], chunker) for task in group if task.ref in kept]


def _cut(task: Task, kept: KeptReading, chunker: Chunker) -> Prepared:
    titled = replace(kept.reading, title=kept.card.title)
    chunks = tuple(chunker.chunks(task.ref, task.generation, titled))
    return Prepared(task, StagedVersion(task.ref, task.generation, kept.card), chunks)


def _groups(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """Split tasks so that no group has more than GROUP_BYTES, unless it is one document."""
    group: list[Task] = []
    size = 0
    for task in tasks:
        length = task.slice.end - task.slice.start
        if group and size + length > GROUP_BYTES:
            yield group
            group, size = [], 0
        group.append(task)
        size += length
    if group:
        yield group
