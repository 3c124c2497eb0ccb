from dataclasses import replace

import numpy as np
import pytest

from contracts.errors import Conflict, InvalidInput
from eval.comparing import Measured, Pairing, Verdict, compare
from eval.guarding import Standing
from tests.eval.measured import measured, result, scores

BEFORE = [float(v) for v in np.random.default_rng(5).choice([0, 0.5, 1], 120)]


def pair(first: Measured, second: Measured) -> Pairing:
    (found,) = compare([first, second])
    return found


def shifted(by: float, seed: int = 6) -> list[float]:
    noise = np.random.default_rng(seed).normal(by, 0.1, len(BEFORE))
    return [float(a + b) for a, b in zip(BEFORE, noise, strict=True)]


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        (shifted(0.1), Verdict.BETTER),
        (shifted(-0.1), Verdict.WORSE),
        (shifted(0.0), Verdict.OPEN),
        (BEFORE, Verdict.EQUAL),
    ],
)
def test_the_verdict_says_what_is_known(values: list[float], verdict: Verdict) -> None:
    found = pair(scores("vector", BEFORE, 3), scores("graph", values, 3))
    assert found.lines[0].verdict is verdict
    assert str(verdict) in found.sentence
    assert found.lines[0].effect.groups == 40


def test_few_documents_are_told_apart_from_no_difference() -> None:
    found = pair(scores("vector", BEFORE, 12), scores("graph", shifted(0.02), 12))
    assert found.lines[0].verdict is Verdict.TOO_FEW
    assert "Only 10 documents" in found.notes[0]


def test_an_open_verdict_tells_what_would_have_been_found() -> None:
    found = pair(scores("vector", BEFORE), scores("graph", shifted(0.0)))
    assert f"below {found.lines[0].effect.detectable:.4f}" in found.sentence


def test_looking_at_more_metrics_asks_for_more_evidence_of_all_but_the_primary_one() -> None:
    def run(label: str, values: list[float], **more: list[float]) -> Measured:
        results = [result(str(n), ndcg_at_10=v, map=v) for n, v in enumerate(values)]
        rows = [
            replace(one, metrics={**one.metrics, **{k: v[n] for k, v in more.items()}})
            for n, one in enumerate(results)
        ]
        return measured(label, rows, len(label))

    better = [v + 0.5 * (n % 20 == 0) for n, v in enumerate(BEFORE)]
    noise = {f"other{n}": shifted(0.0, n) for n in range(12)}
    alone = pair(run("a", BEFORE), run("ab", better)).lines
    among = pair(run("a", BEFORE, **dict.fromkeys(noise, BEFORE)), run("ab", better, **noise)).lines
    assert among[0].verdict is alone[0].verdict is Verdict.BETTER
    before, now = ({one.metric: one for one in lines}["map"] for lines in (alone, among))
    assert now.effect == before.effect
    assert now.p > before.p
    assert now.verdict is Verdict.OPEN


def test_several_panels_are_compared_each_with_each() -> None:
    runs = [
        scores(name, values)
        for name, values in [("vector", BEFORE), ("graph", shifted(0.0)), ("fused", shifted(0.2))]
    ]
    found = compare(runs)
    assert [(one.first, one.second) for one in found] == [
        ("vector", "graph"),
        ("vector", "fused"),
        ("graph", "fused"),
    ]
    assert [one.lines[0].verdict for one in found] == [
        Verdict.OPEN,
        Verdict.BETTER,
        Verdict.BETTER,
    ]
    assert found[1].lines[0].second == pytest.approx(found[2].lines[0].second)


def test_the_order_of_results_does_not_matter() -> None:
    first, second = scores("vector", BEFORE), scores("graph", shifted(0.1))
    turned = replace(second, results=second.results[::-1])
    assert pair(first, turned) == pair(first, second)


def test_slices_show_where_the_difference_is() -> None:
    after = [v + 0.3 * (n % 2) for n, v in enumerate(BEFORE)]
    french, russian = pair(scores("vector", BEFORE), scores("graph", after)).slices
    assert (french.value, russian.value) == ("fr", "ru")
    assert french.line.effect.mean == pytest.approx(0.3)
    assert french.line.verdict is Verdict.BETTER
    assert russian.line.verdict is Verdict.EQUAL
    assert french.line.effect.questions == 60


def test_questions_that_changed_come_first_by_how_much() -> None:
    after = [*BEFORE]
    after[7], after[3] = BEFORE[7] - 0.2, BEFORE[3] + 0.4
    found = pair(scores("vector", BEFORE), scores("graph", after))
    assert [one.question for one in found.changed] == ["3", "7"]
    assert found.changed_count == 2
    assert found.changed[1].second == after[7]


@pytest.mark.parametrize(
    ("times", "standing"),
    [
        ([11.0] * 60, Standing.HOLDS),
        ([30.0] * 60, Standing.BROKEN),
        ([5.0, 50.0] * 30, Standing.OPEN),
    ],
)
def test_times_are_guarded_question_by_question(times: list[float], standing: Standing) -> None:
    first = measured("a", [result(str(n), ndcg_at_10=1) for n in range(60)])
    second = measured("b", [result(str(n), ndcg_at_10=1, ms=ms) for n, ms in enumerate(times)])
    guards = {one.name: one for one in pair(first, second).guards}
    assert guards["latency"].standing is standing
    assert guards["answered"].standing is Standing.HOLDS


def test_failed_questions_and_lost_refusals_break_their_guards() -> None:
    def run(label: str, failing: int, refusal: float) -> Measured:
        return measured(
            label,
            [
                result(str(n), ndcg_at_10=1, refusal=refusal, error="down" if n < failing else None)
                for n in range(60)
            ],
        )

    guards = {one.name: one for one in pair(run("a", 0, 1.0), run("b", 20, 0.5)).guards}
    assert guards["answered"].standing is Standing.BROKEN
    assert guards["refusal"].standing is Standing.BROKEN
    assert guards["latency"].value == 1


def test_runs_that_cannot_be_paired_are_refused() -> None:
    whole = scores("vector", BEFORE)
    half = replace(whole, label="half", run=replace(whole.run, done=3, ended=None))
    other = scores("other", BEFORE, suite_fingerprint="other")
    with pytest.raises(Conflict, match="3 of 120") as refusal:
        compare([whole, half])
    suite = half.run.pins.suite
    assert refusal.value.remedy == f"Finish it: diptych eval run {suite} --resume {half.run.id}"
    with pytest.raises(InvalidInput, match="different questions"):
        compare([whole, other])
    with pytest.raises(InvalidInput, match="named twice"):
        compare([whole, whole])
    with pytest.raises(InvalidInput, match="two runs"):
        compare([whole])
    with pytest.raises(InvalidInput, match="answered, ndcg@10"):
        compare([whole, scores("graph", BEFORE)], primary="map")


def test_what_is_not_like_with_like_is_noted() -> None:
    first = scores("vector", BEFORE)
    second = scores("graph", BEFORE, corpus_fingerprint="other", code="2.0")
    loaded = [
        replace(one, run=replace(one.run, load={"cpu_percent_mean": busy}))
        for one, busy in ((first, 10.0), (second, 90.0))
    ]
    notes = " ".join(pair(*loaded).notes)
    for said in ("documents changed", "program changed", "10 % and 90 %"):
        assert said in notes
    assert pair(first, scores("graph", BEFORE)).notes == ()
