"""Judgements in memory, and a judge that says what it is told."""

from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from contracts.errors import NotFound
from contracts.judging import Calibrated, Case, Judged, Judgement
from tests.fakes.catalog_tables import Tables
from tests.fakes.runs import InMemoryRuns


class InMemoryJudgements:
    def __init__(self, tables: Tables, runs: InMemoryRuns) -> None:
        self._tables = tables
        self._runs = runs
        self._pins: dict[str, Mapping[str, str]] = {}
        self._kept: dict[tuple[UUID, str, str, str, int], Judged] = {}
        self._calibrated: dict[tuple[str, str], Calibrated] = {}

    async def keep(
        self, run: UUID, judge: str, pins: Mapping[str, str], judged: Sequence[Judged]
    ) -> None:
        self._tables.check()
        asked = {one.question for one in await self._runs.results(run)}
        if {one.question for one in judged} - asked:
            raise NotFound("The run did not ask that.", "List the runs.")
        for one in judged:
            self._pins.setdefault(judge, dict(pins))
            self._kept[run, judge, one.question, one.metric, one.repeat] = one

    async def judges(self, run: UUID) -> dict[str, Mapping[str, str]]:
        self._tables.check()
        if not await self._runs.results(run):
            return {}
        names = sorted({key[1] for key in self._kept if key[0] == run})
        return {name: self._pins[name] for name in names}

    async def judged(self, run: UUID, judge: str) -> list[Judged]:
        self._tables.check()
        if not await self._runs.results(run):
            return []
        return [one for key, one in sorted(self._kept.items()) if key[:2] == (run, judge)]

    async def calibrate(self, calibrated: Sequence[Calibrated]) -> None:
        self._tables.check()
        if {one.judge for one in calibrated} - self._pins.keys():
            raise NotFound("There is no such judge.", "List the runs.")
        self._calibrated |= {(one.judge, one.metric): one for one in calibrated}

    async def calibrations(self, judge: str) -> list[Calibrated]:
        self._tables.check()
        return [one for key, one in sorted(self._calibrated.items()) if key[0] == judge]


class TellingJudge:
    """Says of each case by each metric what ``tell`` gives; keeps every question it was asked."""

    def __init__(self, tell: Callable[[Case, str], Judgement], model: str = "wise") -> None:
        self.tell = tell
        self.pins = {"model": model, "prompts": "p"}
        self.asked: list[tuple[str, str]] = []
        self.cases: list[Case] = []

    async def judge(
        self, cases: Sequence[Case], metrics: Collection[str]
    ) -> list[dict[str, Judgement]]:
        self.cases += cases
        self.asked += [(case.question, metric) for case in cases for metric in metrics]
        return [{metric: self.tell(case, metric) for metric in metrics} for case in cases]
