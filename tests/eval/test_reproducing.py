"""A run asked again is the same to the last digit, or what differs is named."""

from dataclasses import replace

from contracts.measuring import SETTINGS
from eval.reproducing import reproduced
from tests.eval.measured import measured, result, scores

VALUES = [n % 3 / 2 for n in range(30)]
FIRST = scores("first", VALUES)


def test_equal_numbers_are_the_same_however_long_they_took() -> None:
    slower = [replace(one, took_ms={"total": 99.0}) for one in FIRST.results]
    found = reproduced(FIRST, replace(FIRST, results=tuple(slower)))
    assert found.equal
    assert (found.pins, found.deviations, found.changed) == ((), (), ())


def test_a_digit_a_document_or_an_answer_makes_a_difference() -> None:
    results = list(FIRST.results)
    results[3] = replace(results[3], metrics={**results[3].metrics, "ndcg@10": 1e-9})
    results[4] = replace(results[4], found=("other",))
    results[5] = replace(results[5], answer="Yes.")
    results[6] = replace(results[6], refused=True)
    found = reproduced(FIRST, replace(FIRST, results=tuple(results)))
    assert not found.equal
    assert (found.changed, found.changed_count) == (("3", "4", "5", "6"), 4)
    (deviation,) = found.deviations
    assert (deviation.metric, deviation.questions) == ("ndcg@10", 1)
    assert deviation.before == 0.5


def test_what_decided_is_named_pin_by_pin() -> None:
    other = scores(
        "first", VALUES, code="2.0", models={"embedder": "bge"},
        configuration={SETTINGS: {"fusion.k": 10}, "depth": 100},
    )  # fmt: skip
    found = reproduced(FIRST, other)
    assert found.equal
    assert [one.sentence for one in found.pins] == [
        "code: 1.0 → 2.0",
        "configuration.depth: - → 100",
        "configuration.settings.fusion.k: - → 10",
        "models.embedder: e5 → bge",
    ]


def test_questions_of_one_of_the_two_are_missing() -> None:
    found = reproduced(FIRST, measured("x", [*FIRST.results[1:], result("77")]))
    assert not found.equal
    assert found.missing == ("0", "77")
    assert found.changed_count == 0


def test_a_metric_that_concerned_no_question_before_is_named() -> None:
    answered = [replace(one, metrics={**one.metrics, "token_f1": 0.5}) for one in FIRST.results]
    (deviation,) = reproduced(FIRST, replace(FIRST, results=tuple(answered))).deviations
    assert (deviation.metric, deviation.before, deviation.after) == ("token_f1", 0.0, 0.5)
