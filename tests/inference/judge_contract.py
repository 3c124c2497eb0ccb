"""Contract of Judge: a value from 0 to 1 or a failure, for each case by each metric, in order."""

import pytest

from contracts.errors import InvalidInput
from contracts.judging import BY_MODEL, WITHOUT_MODEL, Case, Failure, Judge

CASE = Case(
    question="Where is the kiln?",
    answer="The kiln is in Lyon. It burns coal.",
    passages=("The kiln is in Lyon.", "Dogs bark."),
    documents=("a", "b"),
    reference="The kiln is in Lyon.",
    reference_passages=("The kiln is in Lyon.",),
    reference_documents=("a",),
)
METRICS = (*BY_MODEL, *WITHOUT_MODEL)


class JudgeContract:
    """A subclass supplies the ``judge`` fixture: a judge that answers."""

    async def test_each_case_gets_each_metric_in_order(self, judge: Judge) -> None:
        cases = [CASE, Case("What?"), CASE]
        first, blank, again = await judge.judge(cases, METRICS)
        assert set(first) == set(blank) == set(METRICS)
        for name, one in first.items():
            # ragas computes some metrics with packages that are not needed otherwise.
            assert one.value is not None or "is not installed" in one.reason, name
        assert {one.failure for one in blank.values()} == {Failure.NOT_APPLICABLE}
        assert all(one.reason for one in blank.values())
        assert again == first

    async def test_nothing_to_judge_costs_nothing(self, judge: Judge) -> None:
        assert await judge.judge([], METRICS) == []
        assert await judge.judge([CASE], []) == [{}]

    async def test_an_unknown_metric_is_named(self, judge: Judge) -> None:
        with pytest.raises(InvalidInput, match="'beauty'"):
            await judge.judge([CASE], ["chrf", "beauty"])

    async def test_what_decides_is_pinned(self, judge: Judge) -> None:
        assert {"model", "prompts"} <= judge.pins.keys()
        assert all(judge.pins.values())
