"""ragas behind the port, against a judge over loopback that fails in every way they do."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from contracts.judging import BY_MODEL, Case, Failure, Judgement
from inference.judge_model import JudgeModel
from inference.ragas_judge import RagasJudge
from tests.fakes.inference import HashEmbedder
from tests.inference.fake_judge import FakeJudge
from tests.inference.fake_openai import serve
from tests.inference.judge_contract import CASE, METRICS, JudgeContract


@pytest.fixture(scope="module")
def server() -> Iterator[FakeJudge]:
    with serve(FakeJudge) as fake:
        yield fake


@asynccontextmanager
async def judging(server: FakeJudge, model: str, **options: Any) -> AsyncIterator[RagasJudge]:
    asked = JudgeModel(server.url, model, **{"timeout": 30, "retries": 0, **options})
    yield RagasJudge(asked, HashEmbedder())
    await asked.close()


async def said(
    server: FakeJudge, model: str, *metrics: str, case: Case = CASE, **options: Any
) -> dict[str, Judgement]:
    async with judging(server, model, **options) as judge:
        (found,) = await judge.judge([case], metrics)
    return found


def values(found: dict[str, Judgement]) -> dict[str, float | None]:
    return {name: one.value for name, one in found.items()}


class TestRagasJudge(JudgeContract):
    @pytest.fixture
    async def judge(self, server: FakeJudge) -> AsyncIterator[RagasJudge]:
        async with judging(server, "good") as judge:
            yield judge


async def test_the_metrics_mean_what_they_say(server: FakeJudge) -> None:
    found = values(await said(server, "good", *METRICS))
    assert found["faithfulness"] == 0.5, "one of two statements is in the passages"
    assert found["context_precision"] == pytest.approx(1)
    assert found["context_recall"] == 1
    assert found["factual_correctness"] == pytest.approx(0.67), "F1 of 1/2 and 1/1"
    assert found["noise_sensitivity"] == 0
    assert found["id_context_precision"] == 0.5
    assert found["id_context_recall"] == 1
    equal = values(await said(server, "good", *METRICS, case=replace(CASE, answer=CASE.reference)))
    assert equal["faithfulness"] == equal["semantic_similarity"] == pytest.approx(1)
    assert found["semantic_similarity"] != equal["semantic_similarity"]


@pytest.mark.parametrize("name", ["rouge_l", "chrf", "string_similarity", "text_context_recall"])
async def test_a_computed_metric_is_right_or_says_which_package_it_needs(name: str) -> None:
    same = replace(CASE, answer=CASE.reference)
    (found,), (equal,) = [await RagasJudge().judge([case], [name]) for case in (CASE, same)]
    if found[name].value is None:
        assert found[name].failure is Failure.NOT_APPLICABLE
        assert "pip install" in found[name].reason
    else:
        assert equal[name].value == pytest.approx(1)
        assert name == "text_context_recall" or found[name] != equal[name]


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("prose", "no JSON object in 'I think"),
        ("nothing", "no JSON object in ''"),
        ("empty", "Field required"),
        ("half", "no whole JSON object"),
        ("nan", "finite number"),
        ("cut", "cut off"),
        ("busy", "takes no more calls"),
        ("broken", "failed"),
    ],
)
async def test_a_judge_that_fails_is_counted_and_never_scored(
    server: FakeJudge, model: str, reason: str
) -> None:
    found = await said(server, model, "context_recall", "faithfulness", "context_precision")
    assert {(one.value, one.failure) for one in found.values()} == {(None, Failure.JUDGE_FAILED)}
    assert reason in found["context_recall"].reason


async def test_a_judge_that_is_silent_or_dead_is_a_failure_in_time(server: FakeJudge) -> None:
    found = await said(server, "silent", "faithfulness", "id_context_recall", timeout=0.2)
    assert "was silent" in found["faithfulness"].reason
    assert found["id_context_recall"].value == 1
    dead = JudgeModel("http://127.0.0.1:1/v1", "dead", retries=0)
    ((one),) = [row["faithfulness"] for row in await RagasJudge(dead).judge([CASE], BY_MODEL[:1])]
    assert one.failure is Failure.JUDGE_FAILED
    assert "cannot be reached" in one.reason
    await dead.close()


async def test_verdicts_left_out_do_not_raise_the_score(server: FakeJudge) -> None:
    found = await said(server, "lazy", "faithfulness", "factual_correctness", "noise_sensitivity")
    assert found["faithfulness"].reason == "It judged 1 of 2 statements."
    assert {one.failure for one in found.values()} == {Failure.JUDGE_FAILED}


async def test_no_statements_are_no_score(server: FakeJudge) -> None:
    metrics = ("faithfulness", "factual_correctness", "context_recall", "noise_sensitivity")
    found = await said(server, "hollow", *metrics)
    assert {one.failure for one in found.values()} == {Failure.JUDGE_FAILED}
    assert "empty" in found["factual_correctness"].reason


async def test_verdicts_that_are_neither_yes_nor_no_are_no_score(server: FakeJudge) -> None:
    found = await said(server, "seven", "faithfulness", "context_precision", "context_recall")
    assert {one.reason for one in found.values()} >= {"It gave 'verdict' as 7, not as 0 or 1."}
    assert {one.failure for one in found.values()} == {Failure.JUDGE_FAILED}


async def test_one_bad_case_leaves_the_others_judged(server: FakeJudge) -> None:
    cases = [replace(CASE, answer=f"The kiln {n}. {'POISON' * (n < 4)}") for n in range(6)]
    async with judging(server, "mixed") as judge:
        found = await judge.judge(cases, ["faithfulness"])
    assert [row["faithfulness"].failure is None for row in found] == [False] * 4 + [True] * 2


async def test_talk_around_the_json_and_a_second_try_are_forgiven(server: FakeJudge) -> None:
    right = values(await said(server, "good", *BY_MODEL))
    for model in ("chatty", "learner"):
        assert values(await said(server, model, *BY_MODEL)) == right
    assert "cannot be used" in server.bodies[-1]["messages"][2]["content"]


async def test_a_server_without_schemas_is_asked_without(server: FakeJudge) -> None:
    async with judging(server, "plain", calls=1) as judge:
        (first,) = await judge.judge([CASE], BY_MODEL)
        known = len(server.bodies)
        (second,) = await judge.judge([CASE], BY_MODEL)
    assert values(first) == values(second)
    assert None not in values(first).values()
    assert not any("response_format" in body for body in server.bodies[known:])


async def test_no_more_calls_at_once_than_allowed(server: FakeJudge) -> None:
    server.most = 0
    async with judging(server, "good", calls=2) as judge:
        await judge.judge([CASE] * 5, BY_MODEL)
    assert server.most == 2


async def test_without_a_judge_the_computed_metrics_remain() -> None:
    (found,) = await RagasJudge(None, HashEmbedder()).judge([CASE], METRICS)
    assert {found[name].failure for name in BY_MODEL} == {Failure.NOT_APPLICABLE}
    assert (found["id_context_recall"].value, found["id_context_precision"].value) == (1, 0.5)
    assert found["semantic_similarity"].value is not None
    (bare,) = await RagasJudge().judge([CASE], METRICS)
    assert bare["semantic_similarity"].failure is Failure.NOT_APPLICABLE


async def test_nothing_found_is_no_recall_but_no_faithfulness_either(server: FakeJudge) -> None:
    nothing = replace(CASE, passages=(), documents=())
    found = await said(server, "good", *METRICS, case=nothing)
    for name in METRICS:
        if "context" in name and not name.startswith("text_"):
            assert found[name].value == 0
    assert found["faithfulness"].failure is Failure.NOT_APPLICABLE


async def test_other_prompts_models_and_embedders_are_other_judges(server: FakeJudge) -> None:
    async with judging(server, "good") as one, judging(server, "chatty") as other:
        assert one.pins["prompts"] == other.pins["prompts"] != ""
        assert one.pins != other.pins
        assert one.pins != RagasJudge(None).pins


async def test_judging_can_be_cancelled(server: FakeJudge) -> None:
    async with judging(server, "silent") as judge:
        task = asyncio.create_task(judge.judge([CASE] * 3, BY_MODEL))
        assert await asyncio.to_thread(server.heard.acquire, timeout=30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
