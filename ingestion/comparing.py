"""Compare: say of documents that were read which others they are like."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import chain
from uuid import UUID

from contracts.likeness import Candidate, Fingerprint, Likeness, LikenessRecord, Link
from contracts.nouns import Reading, VersionRef
from contracts.observing import Metrics
from contracts.record import KeptReading, Ledger
from ingestion.likeness import SCHEME, compare, fingerprint

BATCH = 64
"""Documents looked up together, each with some twenty others: a few megabytes."""


class Compare:
    """Use case: fingerprint documents, look for others alike, keep the links.

    Fingerprints are kept before others are looked for: of two workers with one copy each, the
    later one sees the other's. Doing it again changes nothing.
    """

    def __init__(self, record: LikenessRecord, metrics: Metrics) -> None:
        self._record = record
        self._metrics = metrics

    async def __call__(self, readings: Sequence[KeptReading]) -> None:
        """Compare the newest of the given versions of each document."""
        newest = {kept.ref.document: kept for kept in sorted(readings, key=lambda kept: kept.ref)}
        rest = list(newest.values())
        began = time.perf_counter()
        while rest:
            some, rest = rest[:BATCH], rest[BATCH:]
            await self._compare(some)
        self._metrics.stage_took("compare", time.perf_counter() - began)

    async def _compare(self, readings: Sequence[KeptReading]) -> None:
        prints = await asyncio.to_thread(_prints, readings)
        await self._record.keep(prints, SCHEME)
        mine = {ref.document: one for ref, one in prints.items()}
        candidates = await self._record.candidates(list(mine))
        others = {one.other for one in candidates} - mine.keys()
        known = {**await self._record.prints(others, SCHEME), **mine}
        links = await asyncio.to_thread(_links, candidates, known)
        await self._record.link(list(mine), links)


class CompareStored:
    """Use case: compare what was ingested before, from the text that was kept."""

    def __init__(self, ledger: Ledger, record: LikenessRecord, compare_read: Compare) -> None:
        self._ledger = ledger
        self._record = record
        self._compare = compare_read

    async def __call__(self) -> AsyncIterator[int]:
        """Yield how many documents were compared, batch by batch, until none is left."""
        before: list[VersionRef] = []
        while (refs := await self._record.unmeasured(BATCH, SCHEME)) and refs != before:
            readings = await self._ledger.readings(refs)
            await self._compare(list(readings.values()))
            yield len(readings)
            before = refs


def _prints(readings: Sequence[KeptReading]) -> dict[VersionRef, Fingerprint]:
    return {
        kept.ref: fingerprint((part.text for part in kept.reading.parts), doubtful(kept.reading))
        for kept in readings
    }


def doubtful(reading: Reading) -> list[str] | None:
    """Give the words that recognition doubts; None unless it told that of all it recognised."""
    words = [part.doubtful for part in reading.parts if part.confidence is not None]
    told = [some for some in words if some is not None]
    return list(chain(*told)) if words and len(told) == len(words) else None


def _links(candidates: Sequence[Candidate], known: Mapping[UUID, Fingerprint]) -> list[Link]:
    """Give the verdict on each pair; two documents of one batch name each other."""
    links = {}
    for one in candidates:
        pair = frozenset((one.document, one.other))
        if pair in links or one.other not in known:
            continue
        verdict = (Likeness.SAME_FILE, 1.0)
        if not one.same_file:
            found = compare(known[one.document], known[one.other])
            if found is None:
                continue
            verdict = found
        links[pair] = Link(one.document, one.other, *verdict)
    return list(links.values())
