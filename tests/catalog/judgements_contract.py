"""Contract of Judgements: what judges said is kept, failures as well as values."""

from dataclasses import replace
from uuid import UUID

import pytest

from contracts.errors import NotFound
from contracts.judging import Calibrated, Failure, Judged, Judgement
from tests.catalog.desk import CHANGE, Desk
from tests.catalog.runs_contract import ALIKE, FIRST, ID, NOW, RUN, SECOND

JUDGE = "qwen-1234"
PINS = {"model": "qwen", "prompts": "1234"}
GOOD = Judged("a", "faithfulness", 0, Judgement(1 / 3, reason="One of three."))
AGAIN = replace(GOOD, repeat=1)
BAD = Judged("B", "faithfulness", 0, Judgement(failure=Failure.JUDGE_FAILED, reason="Prose\0."))
NONE = Judged("a", "chrf", 0, Judgement(failure=Failure.NOT_APPLICABLE, reason="No reference."))


class JudgementsContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def begun(self, desk: Desk) -> None:
        await desk.catalog.runs.begin(RUN)
        await desk.catalog.runs.keep(ID, [FIRST, SECOND])

    async def test_values_and_failures_come_back_as_they_were(self, desk: Desk) -> None:
        await self.begun(desk)
        judgements = desk.catalog.judgements
        await judgements.keep(ID, JUDGE, PINS, [GOOD, AGAIN, NONE])
        await judgements.keep(ID, "other", {"model": "x"}, [GOOD])
        assert await judgements.judged(ID, JUDGE) == [NONE, GOOD, AGAIN]
        assert await judgements.judged(ID, "nobody") == []
        assert await judgements.judges(ID) == {"other": {"model": "x"}, JUDGE: PINS}
        await judgements.keep(ID, JUDGE, PINS, [BAD])
        kept = (await judgements.judged(ID, JUDGE))[0].judgement
        assert (kept.failure, kept.value) == (Failure.JUDGE_FAILED, None)

    async def test_a_later_judgement_replaces_the_earlier_one(self, desk: Desk) -> None:
        await self.begun(desk)
        judgements = desk.catalog.judgements
        await judgements.keep(ID, JUDGE, PINS, [replace(GOOD, judgement=BAD.judgement)])
        await judgements.keep(ID, JUDGE, PINS, [GOOD])
        await judgements.keep(ID, JUDGE, PINS, [])
        assert await judgements.judged(ID, JUDGE) == [GOOD]

    async def test_only_questions_of_the_run_are_judged(self, desk: Desk) -> None:
        await self.begun(desk)
        judgements = desk.catalog.judgements
        for run, question in ((ID, "unknown"), (UUID(int=5), "a")):
            with pytest.raises(NotFound):
                await judgements.keep(run, JUDGE, PINS, [GOOD, replace(GOOD, question=question)])
        assert await judgements.judges(ID) == {}

    async def test_a_forgotten_run_takes_its_judgements_along(self, desk: Desk) -> None:
        await self.begun(desk)
        await desk.catalog.runs.begin(replace(RUN, id=ALIKE))
        await desk.catalog.judgements.keep(ID, JUDGE, PINS, [GOOD])
        await desk.catalog.runs.name("champion", ALIKE, CHANGE)
        await desk.catalog.runs.forget(ID)
        assert await desk.catalog.judgements.judged(ID, JUDGE) == []
        assert await desk.catalog.judgements.judges(ID) == {}

    async def test_a_calibration_is_of_a_known_judge_and_replaced_by_a_later_one(
        self, desk: Desk
    ) -> None:
        await self.begun(desk)
        judgements = desk.catalog.judgements
        one = Calibrated(JUDGE, "faithfulness", trusted=False, at=NOW, report={"kappa": 0.25})
        with pytest.raises(NotFound):
            await judgements.calibrate([one])
        await judgements.keep(ID, JUDGE, PINS, [GOOD])
        await judgements.calibrate([one, replace(one, metric="context_recall")])
        better = replace(one, trusted=True, report={"kappa": None})
        await judgements.calibrate([better])
        known = await judgements.calibrations(JUDGE)
        assert known == [replace(one, metric="context_recall"), better]
        assert await judgements.calibrations("nobody") == []
