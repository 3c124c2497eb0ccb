"""Assess: figures of what was just read, and what is thought of them, kept with the record."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from contracts.content import LanguageDetector
from contracts.observing import Metrics
from contracts.quality import Assessment, Assessments, Kind, Standards, Words
from contracts.record import KeptReading
from ingestion.quality.judging import judge
from ingestion.quality.measuring import RULES, measure

logger = logging.getLogger(__name__)


def _today() -> date:
    return datetime.now(UTC).date()


class Assess:
    """Use case: measure readings in a thread and keep what they come to, a group at a time.

    Two round trips for a group, however many versions it has.
    """

    def __init__(
        self,
        assessments: Assessments,
        words: Words,
        detector: LanguageDetector,
        metrics: Metrics,
        today: Callable[[], date] = _today,
    ) -> None:
        self._assessments = assessments
        self._words = words
        self._detector = detector
        self._metrics = metrics
        self._today = today

    async def __call__(self, readings: Sequence[KeptReading]) -> list[Assessment]:
        """Measure and judge; measured again, a version's former assessment is replaced."""
        if not readings:
            return []
        standards = await self._assessments.standards({kept.card.workspace for kept in readings})
        made = await asyncio.to_thread(self._assess, readings, standards)
        await self._assessments.save(made)
        for state, count in Counter(one.state for one in made).items():
            self._metrics.assessed(state.value, count)
        return made

    def _assess(self, readings: Sequence[KeptReading], standards: Standards) -> list[Assessment]:
        made = []
        for kept in readings:
            try:
                made.append(self._one(kept, standards))
            except Exception:  # a defect in a figure must not keep a document from its readers
                logger.exception("The quality of %s was not measured", kept.ref)
        return made

    def _one(self, kept: KeptReading, standards: Standards) -> Assessment:
        kind = Kind(kept.card.workspace, kept.card.media_type)
        measured = measure(kept.reading, self._words, self._detector, self._today())
        state, reasons = judge(measured.figures, *standards.of(kind))
        return Assessment(kept.ref, kind, RULES, measured, state, reasons)
