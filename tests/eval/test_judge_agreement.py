"""Agreement of a judge with people; figures of scikit-learn 1.9.1 were recorded by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.agreement import Confusion, Estimate, confusion, corrected, kappa, predicted
from eval.statistics import Floats

GRADES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)
TRUTH = 0.7
ITEMS, LABELLED, ROUNDS = 560, 60, 600
FIRST = [0, 1, 2, 3, 4, 4, 3, 2, 1, 0, 2, 2, 3, 1, 4]
SECOND = [0, 1, 2, 2, 4, 3, 3, 2, 0, 0, 1, 2, 4, 1, 4]


def test_kappa_by_hand() -> None:
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: 0.7 seen, 0.5 by chance.
    first = [1] * 25 + [0] * 25
    second = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert kappa(first, second) == pytest.approx(0.4)
    assert kappa([1, 1, 0, 0], [0, 0, 1, 1]) == pytest.approx(-1)


@given(GRADES)
def test_kappa_is_what_its_definition_gives(pairs: list[tuple[int, int]]) -> None:
    first, second = zip(*pairs, strict=True)
    count = len(pairs)
    for quadratic in (False, True):
        power = 2 if quadratic else 0

        def apart(a: int, b: int, power: int = power) -> float:
            return abs(a - b) ** power if a != b else 0

        seen = sum(apart(a, b) for a, b in pairs) / count
        chance = sum(apart(a, b) for a in first for b in second) / count**2
        found = kappa(first, second, quadratic=quadratic)
        if chance == 0:
            assert found is None
        else:
            assert found == pytest.approx(1 - seen / chance, abs=1e-9)


@given(GRADES)
def test_kappa_does_not_care_who_is_first(pairs: list[tuple[int, int]]) -> None:
    first, second = zip(*pairs, strict=True)
    for quadratic in (False, True):
        one, other = (
            kappa(a, b, quadratic=quadratic) for a, b in ((first, second), (second, first))
        )
        assert one == (other if other is None else pytest.approx(other))


def test_near_misses_count_less_for_grades() -> None:
    plain, near = (kappa(FIRST, SECOND, quadratic=q) for q in (False, True))
    assert plain is not None
    assert near is not None
    assert plain == pytest.approx(0.58101, abs=5e-6)
    assert near == pytest.approx(0.90953, abs=5e-6)


def test_a_judge_that_always_agrees_to_pass_has_no_kappa() -> None:
    people = [True] * 90 + [False] * 10
    always = [True] * 100
    counts = confusion(people, always)
    assert (counts.both_pass + counts.both_fail) / counts.items == 0.9
    assert kappa(people, always) == 0
    assert (counts.tpr, counts.tnr) == (1, 0)
    assert corrected(always, counts) is None
    assert kappa(always, always) is None
    assert kappa([], []) is None


def test_the_confusion_tells_who_erred() -> None:
    counts = confusion([True, True, False, False, False], [True, False, True, False, False])
    assert counts == Confusion(both_pass=1, judge_alone=1, people_alone=1, both_fail=2)
    assert counts.tpr == 0.5
    assert counts.tnr == pytest.approx(2 / 3)
    assert (confusion([], []).tpr, confusion([], []).tnr) == (None, None)


def test_the_corrected_rate_by_hand() -> None:
    # 80 % pass with a judge of TPR 0.95 and TNR 0.70: (0.8 + 0.7 - 1) / 0.65.
    known = Confusion(both_pass=95, judge_alone=30, people_alone=5, both_fail=70)
    found = corrected([True] * 80 + [False] * 20, known)
    assert found is not None
    assert found.value == pytest.approx(0.5 / 0.65)
    assert found.low < found.value < found.high
    assert corrected([True] * 50, Confusion(10, 10, 10, 10)) is None


def lenient(random: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """A judge that misses little and lets a quarter of the failures pass; 60 items labelled."""
    truth = random.random(ITEMS) < TRUTH
    judge = np.where(truth, random.random(ITEMS) < 0.93, random.random(ITEMS) < 0.25)
    people = np.where(np.arange(ITEMS) < LABELLED, truth.astype(float), math.nan)
    return judge.astype(float), people, truth.astype(float)


def alone(judge: Floats) -> Estimate:
    """What one would report who believes the judge."""
    half = 1.96 * judge.std(ddof=1) / math.sqrt(len(judge))
    return Estimate(judge.mean(), judge.mean() - half, judge.mean() + half)


def test_intervals_cover_the_truth_where_the_judge_alone_does_not() -> None:
    random = np.random.default_rng(0)
    groups = [str(n) for n in range(ITEMS)]
    covered = dict.fromkeys(("judge", "people", "ppi", "rogan"), 0)
    width = dict.fromkeys(covered, 0.0)
    for _ in range(ROUNDS):
        judge, people, truth = lenient(random)
        right, said = ([bool(x) for x in each] for each in (truth, judge))
        known = confusion(right[:LABELLED], said[:LABELLED])
        found = {
            "judge": alone(judge),
            "people": alone(people[:LABELLED]),
            "ppi": predicted(judge, people, groups),
            "rogan": corrected(said, known),
        }
        for name, one in found.items():
            assert one is not None
            covered[name] += one.low <= TRUTH <= one.high
            width[name] += one.high - one.low
    share = {name: count / ROUNDS for name, count in covered.items()}
    assert share["judge"] < 0.8, share
    assert share["ppi"] >= 0.93, share
    assert share["rogan"] >= 0.93, share
    assert width["ppi"] < 0.88 * width["people"]


def test_questions_of_one_document_do_not_count_as_independent() -> None:
    random = np.random.default_rng(1)
    covered = dict.fromkeys(("documents", "questions"), 0)
    groups = np.repeat(np.arange(60), 8)
    own = [str(n) for n in range(len(groups))]
    for _ in range(ROUNDS // 2):
        easy = (random.random(60) < 2 / 3)[groups]
        truth = (random.random(len(groups)) < np.where(easy, 0.95, 0.2)).astype(float)
        right = random.random(len(groups)) < np.where(easy, 0.95, 0.5)
        judge = np.where(right, truth, 1 - truth)
        people = np.where(groups < 30, truth, math.nan)
        for name, each in (("documents", [str(g) for g in groups]), ("questions", own)):
            found = predicted(judge, people, each)
            assert found is not None
            covered[name] += found.low <= TRUTH <= found.high
    share = {name: count / (ROUNDS // 2) for name, count in covered.items()}
    assert share["documents"] >= 0.92, share
    assert share["questions"] < 0.88, share


def test_a_judge_that_is_right_makes_few_labels_enough() -> None:
    random = np.random.default_rng(3)
    groups = [str(n) for n in range(ITEMS)]
    _, people, truth = lenient(random)
    by_people, perfect = alone(people[:LABELLED]), predicted(truth, people, groups)
    assert perfect is not None
    assert perfect.value == pytest.approx(truth.mean(), abs=0.02)
    assert perfect.high - perfect.low < 0.6 * (by_people.high - by_people.low)


def test_without_labels_there_is_no_estimate() -> None:
    judge, none = np.ones(5), np.full(5, math.nan)
    assert predicted(judge, none, list("abcde")) is None
    assert predicted(judge, np.array([1, 0, 1, 1, 1.0]), list("aaaaa")) is None
    every = predicted(np.zeros(5), np.array([1, 0, 1, 1, 1.0]), list("abcde"))
    assert every is not None
    assert every.value == pytest.approx(0.8)
