"""Calibration of a judge against labels that people gave."""

from pathlib import Path

import numpy as np
import pytest

from contracts.errors import InvalidInput
from eval.calibrating import Calibration, HumanLabel, calibrate, load_labels, split_of

METRIC = "faithfulness"


def of(
    labels: int, *, right: float, questions: int = 400, passing: float = 0.5, seed: int = 0
) -> Calibration:
    """Calibrate a judge that is right about so many; its values are 0.9 and 0.3."""
    random = np.random.default_rng(seed)
    truth = random.random(questions) < passing
    said = np.where(random.random(questions) < right, truth, ~truth)
    values = {str(n): 0.9 if one else 0.3 for n, one in enumerate(said)}
    people = [HumanLabel(str(n), METRIC, float(truth[n])) for n in range(labels)]
    (found,) = calibrate(people, {METRIC: values}, {name: name for name in values})
    return found


def test_a_good_judge_is_trusted_from_enough_labels_on() -> None:
    found = of(150, right=0.95)
    assert found.trusted
    assert found.verdict.startswith("trusted: kappa 0.")
    few = of(99, right=0.95)
    assert not few.trusted
    assert few.verdict == "advisory: 99 labels, 100 are needed"


def test_a_bad_judge_stays_advisory_however_many_labels() -> None:
    found = of(300, right=0.7)
    assert not found.trusted
    assert "0.6 is needed" in found.verdict


def test_agreement_by_prevalence_alone_is_not_trusted() -> None:
    people = [HumanLabel(str(n), METRIC, float(n % 10 > 0)) for n in range(200)]
    values = {str(n): 1.0 for n in range(200)}
    (found,) = calibrate(people, {METRIC: values}, {name: name for name in values})
    assert not found.trusted
    assert "kappa 0.00" in found.verdict
    alike = [HumanLabel(str(n), METRIC, 1.0) for n in range(200)]
    (found,) = calibrate(alike, {METRIC: values}, {name: name for name in values})
    assert "all alike" in found.verdict


def test_the_threshold_is_chosen_on_the_train_split_alone() -> None:
    names = [str(n) for n in range(300)]
    random = np.random.default_rng(5)
    truth = dict(zip(names, random.random(300) < 0.5, strict=True))
    values = {name: 0.45 if good else 0.25 for name, good in truth.items()}
    groups = {name: name for name in names}
    people = [HumanLabel(name, METRIC, float(good)) for name, good in truth.items()]
    (found,) = calibrate(people, {METRIC: values}, groups)
    assert found.threshold == 0.45
    assert [one.kappa for one in found.splits] == [1, 1, 1]
    untold = [one for one in people if split_of(one.question) != "train"]
    (found,) = calibrate(untold, {METRIC: values}, groups)
    assert found.threshold == 0.5, "without labels to choose it by"
    assert found.splits[0].labels == 0
    assert found.splits[2].confusion.people_alone == found.splits[2].passed


def test_splits_stay_as_they_are_when_labels_come() -> None:
    share = {"train": 0, "dev": 0, "test": 0}
    for number in range(2000):
        share[split_of(f"question {number}")] += 1
    assert share["train"] == pytest.approx(400, abs=60)
    assert share["dev"] == pytest.approx(400, abs=60)
    assert [split_of("a"), split_of("b")] == [split_of("a"), split_of("b")]


def test_the_true_rate_is_found_where_the_judge_is_lenient() -> None:
    random = np.random.default_rng(11)
    truth = random.random(1000) < 0.6
    said = truth | (random.random(1000) < 0.4)
    values = {str(n): float(one) for n, one in enumerate(said)}
    people = [HumanLabel(str(n), METRIC, float(truth[n])) for n in range(250)]
    (found,) = calibrate(people, {METRIC: values}, {name: name for name in values})
    assert found.judge_rate > 0.72
    for estimate in (found.true_rate, found.corrected_rate):
        assert estimate is not None
        assert estimate.low <= 0.6 <= estimate.high < found.judge_rate


def test_grades_are_compared_as_grades() -> None:
    names = [str(n) for n in range(120)]
    grade = {name: (int(name) % 5) / 4 for name in names}
    values = {name: min(1.0, max(0.0, one + 0.1)) for name, one in grade.items()}
    people = [HumanLabel(name, "", one) for name, one in grade.items()]
    (found,) = calibrate(people, {METRIC: values}, {name: name for name in names})
    assert [one.quadratic for one in found.splits] == [1, 1, 1]


def test_several_persons_are_averaged_and_labels_without_a_value_are_counted() -> None:
    people = [
        HumanLabel("a", METRIC, 1.0, "ada"),
        HumanLabel("a", METRIC, 1.0, "bob"),
        HumanLabel("a", METRIC, 0.0, "eve"),
        HumanLabel("b", METRIC, 0.0),
        HumanLabel("c", "chrf", 1.0),
    ]
    groups = {"a": "d", "b": "d", "c": "d"}
    (found,) = calibrate(people, {METRIC: {"a": 0.8}}, groups)
    assert (found.labels, found.judged, found.unjudged) == (1, 1, 1)
    assert sum(one.passed for one in found.splits) == 1


def test_labels_of_something_else_are_refused() -> None:
    values, groups = {METRIC: {"a": 0.5}}, {"a": "d", "b": "d"}
    with pytest.raises(InvalidInput, match="did not ask the question 'x'"):
        calibrate([HumanLabel("x", METRIC, 1.0)], values, groups)
    with pytest.raises(InvalidInput, match="judged by: faithfulness"):
        calibrate([HumanLabel("b", METRIC, 1.0)], values, groups)


def test_labels_are_read(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(
        "question,metric,label,person\nq1,faithfulness,pass,ada\nq1,,0.25,\nq2,,FAIL,\n", "utf-8"
    )
    assert load_labels(file) == [
        HumanLabel("q1", "faithfulness", 1.0, "ada"),
        HumanLabel("q1", "", 0.25),
        HumanLabel("q2", "", 0.0),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("question,verdict\nq,pass\n", "no column 'label'"),
        ("question,label\n", "holds no label"),
        ("question,label\nq,good\n", "line 2: 'good' for the question 'q' is no label"),
        ("question,label\nq,NaN\n", "'NaN' for"),
        ("question,label\nq,5\n", "'5' for"),
        ("question,label\n,pass\n", "line 2"),
    ],
)
def test_what_is_no_label_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(InvalidInput, match=said):
        load_labels(file)
