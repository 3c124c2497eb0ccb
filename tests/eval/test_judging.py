"""A finished run is judged: resumably, with every failure in sight."""

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.errors import Conflict, InvalidInput, Unavailable
from contracts.judging import Case, Failure, Judgement
from contracts.measuring import Label, Pins, Question, Run, Suite
from contracts.nouns import DEFAULT_WORKSPACE
from contracts.tuning import Configuration
from eval.judging import PASSAGES, JudgeRun, Report, Standing, Wish, judge_name
from tests.catalog.desk import Desk
from tests.eval.test_running import ALONE, NAMES, Stand, unseen
from tests.fakes.catalog import InMemoryCatalog
from tests.fakes.judgements import TellingJudge

SUITE = Suite(
    "names",
    tuple(
        Question(f"q{n}", f"doc{n} ?", "fr", labels=(Label(f"doc{n}"),), answers=("text",))
        for n in range(20)
    ),
)
BROKEN = Judgement(failure=Failure.JUDGE_FAILED, reason="Prose.")
NONE = Judgement(failure=Failure.NOT_APPLICABLE, reason="No answer.")
TWO = Wish(("faithfulness", "chrf"), repeats=3)


def half(case: Case, metric: str) -> Judgement:
    del case, metric
    return Judgement(0.5)


class Court(Stand):
    """The measured service, with a finished run of it and a judge."""

    def pinning(self, how: Configuration, corpus: str) -> Pins:
        return replace(super().pinning(how, corpus), suite_fingerprint=SUITE.fingerprint)

    async def measured(self) -> Run:
        self.with_answers = True
        runs = await self.measure.begin(SUITE, ALONE, self.pinning, DEFAULT_WORKSPACE)
        (run,) = await self.measure.finish(SUITE, runs, self.pinning, unseen)
        return run

    async def judged(
        self, judge: TellingJudge, run: Run, wish: Wish = TWO, suite: Suite | None = SUITE
    ) -> Report:
        catalog = self.desk.catalog
        parts = catalog.runs, catalog.judgements, judge, catalog.documents, catalog.ledger
        return await JudgeRun(*parts, self.search)(run, suite, wish, unseen)


@pytest.fixture
async def court(tmp_path: Path) -> Court:
    desk = await Desk(InMemoryCatalog(tmp_path)).opened()
    refs = await desk.live_documents(*NAMES)
    return Court(desk, {name: ref.document for name, ref in zip(NAMES, refs, strict=True)})


def of(report: Report, metric: str = "faithfulness") -> Standing:
    return next(one for one in report.standings if one.metric == metric)


async def test_the_judge_sees_what_was_asked_found_answered_and_right(court: Court) -> None:
    run, judge = await court.measured(), TellingJudge(half)
    await court.judged(judge, run)
    case = next(one for one in judge.cases if one.question == "doc3 ?")
    document = str(court.documents["doc3"])
    assert case == Case("doc3 ?", "text", ("text",), (document,), "text", (), (document,))
    assert PASSAGES == 8


async def test_values_are_averaged_per_question_over_repeats(court: Court) -> None:
    run = await court.measured()
    told = iter([0.0, 0.5, 1.0] * 1000)
    judge = TellingJudge(lambda _, metric: Judgement(next(told) if metric != "chrf" else 0.25))
    report = await court.judged(judge, run, replace(TWO, sample=1))
    kept = [one.metrics for one in await court.desk.catalog.runs.results(run.id)]
    (scored,) = [one for one in kept if "judge_faithfulness" in one]
    assert (scored["judge_faithfulness"], scored["ragas_chrf"]) == (0.5, 0.25)
    assert (scored["judge_answered"], scored["ndcg@10"]) == (1, 1)
    assert of(report).sd == pytest.approx(0.5), "between 0, 0.5 and 1"
    assert of(report, "chrf").sd is None, "what is computed is so once"
    assert len([one for one in judge.asked if one[1] == "chrf"]) == 1


async def test_failures_are_counted_bounded_and_never_averaged(court: Court) -> None:
    run = await court.measured()

    def tell(case: Case, metric: str) -> Judgement:
        number = int(case.question.split()[0].removeprefix("doc"))
        if metric == "faithfulness" and number < 10:
            return BROKEN if number < 5 else NONE
        return Judgement(0.8)

    report = await court.judged(TellingJudge(tell), run, Wish(("faithfulness",), repeats=2))
    found = of(report)
    assert (found.judged, found.applicable, found.not_applicable) == (10, 15, 5)
    assert found.mean == pytest.approx(0.8)
    assert found.low == pytest.approx(8 / 15)
    assert found.high == pytest.approx(13 / 15)
    assert found.share == pytest.approx(2 / 3)
    assert dict(found.reasons) == {"Prose.": 10, "No answer.": 10}
    results = {one.question: one for one in await court.desk.catalog.runs.results(run.id)}
    assert results["q1"].metrics["judge_answered"] == 0
    assert "judge_faithfulness" not in results["q1"].metrics
    assert "judge_answered" not in results["q7"].metrics


async def test_judging_goes_on_where_it_was_and_tries_failures_again(court: Court) -> None:
    run = await court.measured()
    bad = TellingJudge(lambda case, _: BROKEN if case.question == "doc4 ?" else Judgement(0.5))
    await court.judged(bad, run, TWO)
    again = TellingJudge(half)
    report = await court.judged(again, run, TWO)
    assert set(again.asked) == {("doc4 ?", "faithfulness"), ("doc4 ?", "chrf")}
    assert (of(report).judged, of(report).failures) == (20, 0)
    third = TellingJudge(half)
    assert await court.judged(third, run, TWO) == report
    assert third.asked == []


async def test_a_dead_judge_is_not_asked_to_the_end(court: Court) -> None:
    run, dead = await court.measured(), TellingJudge(lambda *_: BROKEN)
    wish = Wish(("faithfulness",))
    report = await court.judged(dead, run, wish)
    assert report.stopped == "Prose."
    assert len(dead.asked) < 60
    assert (of(report).mean, of(report).low, of(report).high) == (None, 0, 1)
    assert of(report).applicable == 20
    recovered = await court.judged(TellingJudge(half), run, wish)
    assert (recovered.stopped, of(recovered).judged) == (None, 20)


async def test_another_model_or_prompt_is_another_judge(court: Court) -> None:
    run = await court.measured()
    first, second = TellingJudge(half), TellingJudge(half, model="wiser")
    one, other = [await court.judged(each, run) for each in (first, second)]
    assert one.judge != other.judge
    assert len(second.asked) == len(first.asked)
    assert await court.desk.catalog.judgements.judges(run.id) == {
        one.judge: first.pins,
        other.judge: second.pins,
    }
    assert judge_name({"model": "a", "prompts": "1"}) != judge_name({"model": "a", "prompts": "2"})


async def test_less_noise_sensitivity_makes_a_better_result(court: Court) -> None:
    run = await court.measured()
    judge = TellingJudge(lambda *_: Judgement(0.25))
    report = await court.judged(judge, run, Wish(("noise_sensitivity",), sample=1))
    assert of(report, "noise_sensitivity").mean == 0.25
    kept = [one.metrics for one in await court.desk.catalog.runs.results(run.id)]
    assert [one["judge_noise_robustness"] for one in kept if "judge_answered" in one] == [0.75]


async def test_a_sample_is_part_of_the_larger_one(court: Court) -> None:
    run, judge = await court.measured(), TellingJudge(half)
    small = await court.judged(judge, run, replace(TWO, sample=4))
    assert small.questions == of(small).judged == 4
    seen = set(judge.asked)
    assert len({question for question, _ in seen}) == 4
    large = await court.judged(judge, run, replace(TWO, sample=8))
    assert of(large).judged == 8
    assert seen < set(judge.asked)
    assert len(judge.asked) == 8 * (3 + 1)


async def test_without_the_suite_what_is_right_is_not_known(court: Court) -> None:
    run, judge = await court.measured(), TellingJudge(half)
    await court.judged(judge, run, suite=None)
    assert {(one.reference, one.reference_documents) for one in judge.cases} == {("", ())}
    assert {one.answer for one in judge.cases} == {"text"}


async def test_a_question_that_now_finds_something_else_is_not_judged(court: Court) -> None:
    run, judge = await court.measured(), TellingJudge(half)
    court.documents = {name: one for name, one in court.documents.items() if name != "doc5"}
    report = await court.judged(judge, run)
    assert "doc5 ?" not in {one.question for one in judge.cases}
    assert of(report).not_applicable == 1
    assert of(report).reasons == (("The search now finds other documents than the run did.", 3),)


async def test_what_cannot_be_judged_is_refused_beforehand(court: Court) -> None:
    run, judge = await court.measured(), TellingJudge(half)
    with pytest.raises(InvalidInput, match="not the suite of the run"):
        await court.judged(judge, run, suite=replace(SUITE, questions=SUITE.questions[1:]))
    with pytest.raises(Conflict, match="at 20 of 20"):
        await court.judged(judge, replace(run, ended=None))
    await court.desk.live_documents("new")
    with pytest.raises(Conflict, match="documents are not those"):
        await court.judged(judge, run)
    assert judge.asked == []


async def test_a_degraded_search_stops_the_judging(court: Court) -> None:
    run, judge = await court.measured(), TellingJudge(half)
    court.degraded = "The vector panel is away."
    with pytest.raises(Unavailable, match="nothing is judged"):
        await court.judged(judge, run)
    assert judge.asked == []
