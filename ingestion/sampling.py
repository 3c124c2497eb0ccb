"""Sample: check some documents all the time, so that a fault is not found by a reader."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from contracts.nouns import Generation
from contracts.observing import Metrics
from contracts.policy import ParityLog, Policies
from contracts.record import Ledger
from ingestion.faults import Difference
from ingestion.parity import Faults, note, report_of
from ingestion.surveying import Findings, Scope, Survey

EVERY = timedelta(minutes=1)
DOCUMENTS = 50
CHUNKS = 2000
"""Read in each panel at most: below a second a minute at 5,000 chunks a second."""
STRAYS_EVERY_S = 3600.0
"""Strays are found only by looking at a whole panel: seconds for 100,000 chunks."""


class Sample:
    """A duty of the sweep: a deep check of documents at random, about once a minute.

    Strays are looked for once an hour, and while there are some each time.
    """

    def __init__(
        self, ledger: Ledger, survey: Survey, policies: Policies, log: ParityLog, metrics: Metrics
    ) -> None:
        self._ledger = ledger
        self._survey = survey
        self._policies = policies
        self._log = log
        self._metrics = metrics
        self._strays: list[Difference] = []
        self._look_at = 0.0

    async def __call__(self) -> None:
        """Check a sample of the live generation, unless one was checked within the minute."""
        latest = await self._log.latest(deep=True, sampled=True)
        # A note from the future is of a clock that was set back since: it says nothing.
        if latest and timedelta(0) <= datetime.now(UTC) - latest.at < EVERY:
            return
        live = (await self._policies.plan()).generation
        scope = replace(await self._survey.scope(), generations=(live,))
        documents = await self._bounded(scope, live)
        findings, faults = Findings(), Faults()
        async for found in self._survey.versions(scope, documents, findings, deep=True):
            faults.add(found)
        faults.add(await self._inside(scope))
        for panel in scope.panels:
            self._metrics.parity(panel, faults.counted[panel])
        report = report_of(scope, findings, faults, deep=True)
        await self._log.note(note(report, faults.counted, sampled=True))

    async def _inside(self, scope: Scope) -> Sequence[Difference]:
        """Give what is wrong beside versions, as it was at the latest look."""
        if self._strays or time.monotonic() >= self._look_at:
            self._strays = await self._survey.inside(scope, None, deep=True)
            self._look_at = time.monotonic() + STRAYS_EVERY_S
        return self._strays

    async def _bounded(self, scope: Scope, live: Generation) -> Sequence[UUID]:
        """Draw documents that have at most CHUNKS chunks together."""
        drawn = await self._ledger.sample(live.number, DOCUMENTS)
        taken, total = [], 0
        for panel in list(scope.panels.values())[:1]:
            sizes: dict[UUID, int] = dict.fromkeys(drawn, 0)
            async for held in panel.digests(live.number, drawn):
                sizes[held.ref.document] += held.chunks
            for document, chunks in sizes.items():
                if total + chunks <= CHUNKS:
                    taken.append(document)
                    total += chunks
        return taken
