"""Calibrates a judge against people: where they agree enough, its metrics may be relied on."""

import csv
import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contracts.errors import InvalidInput
from eval.agreement import Confusion, Estimate, confusion, corrected, kappa, predicted
from eval.suites import read_text

ENOUGH_KAPPA = 0.6
ENOUGH_LABELS = 100
PASSES = 0.5
"""From this grade on a person's label is a pass."""
_WORDS = {"pass": 1.0, "fail": 0.0, "true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0}
_COLUMNS = ("question", "label")
_SPLITS = ((0.2, "train"), (0.4, "dev"), (1.0, "test"))
"""Upper bounds of the hash of a question: its labels are all in one split, in every run."""


@dataclass(frozen=True, slots=True)
class HumanLabel:
    """What a person says of a question: a grade from 0 to 1, by one metric or (empty) by all."""

    question: str
    metric: str
    grade: float
    person: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """Agreement in one split; ``quadratic`` is the kappa of more than two grades."""

    name: str
    labels: int
    passed: int
    confusion: Confusion
    tpr: float | None
    tnr: float | None
    kappa: float | None
    quadratic: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a judge agrees with people by one metric, and what that makes of its pass rate.

    ``threshold`` is the value from which the judge's word is a pass, chosen on the split
    ``train`` alone; ``judge_rate`` is what passes with the judge among all ``judged``
    questions, ``true_rate`` the same by prediction-powered inference, ``corrected_rate`` by
    the rates of the confusion. ``unjudged`` labels met no value of the judge.
    """

    metric: str
    labels: int
    judged: int
    unjudged: int
    threshold: float
    splits: tuple[Split, ...]
    judge_rate: float
    true_rate: Estimate | None
    corrected_rate: Estimate | None
    trusted: bool
    verdict: str


@dataclass(frozen=True, slots=True)
class _Item:
    """A judged question: the judge's value, its document, and the grade of people or NaN."""

    question: str
    group: str
    value: float
    grade: float


def load_labels(path: Path) -> list[HumanLabel]:
    """Read a CSV file with the columns ``question``, ``label``, maybe ``metric`` and ``person``.

    A label is ``pass``, ``fail`` or a grade from 0 to 1. Raises InvalidInput.
    """
    rows = csv.DictReader(read_text(path).splitlines())
    if missing := [name for name in _COLUMNS if name not in (rows.fieldnames or ())]:
        raise InvalidInput(
            f"{path} has no column '{missing[0]}'.",
            "Its first line names the columns: question,metric,label,person.",
        )
    labels = [_label(row, f"{path}, line {rows.line_num}") for row in rows]
    if not labels:
        raise InvalidInput(f"{path} holds no label.", "Write one label a line.")
    return labels


def _label(row: Mapping[str, str | None], place: str) -> HumanLabel:
    question, word, metric, person = (
        (row.get(name) or "").strip() for name in ("question", "label", "metric", "person")
    )
    try:
        grade = _WORDS[word.casefold()] if word.casefold() in _WORDS else float(word)
    except ValueError:
        grade = math.nan
    if not question or not 0 <= grade <= 1:
        raise InvalidInput(
            f"{place}: '{word[:40]}' for the question '{question[:40]}' is no label.",
            "Write pass, fail or a grade from 0 to 1.",
        )
    return HumanLabel(question, metric, grade, person)


def calibrate(
    labels: Sequence[HumanLabel],
    values: Mapping[str, Mapping[str, float]],
    groups: Mapping[str, str],
) -> list[Calibration]:
    """Calibrate each metric that has labels and values.

    ``values`` are the judge's by metric and question, ``groups`` the document of each question
    of the run. Several persons' grades of one question count as their mean. Raises InvalidInput
    for labels of questions that the run did not ask, or when nothing can be compared.
    """
    if strange := sorted({one.question for one in labels} - set(groups)):
        raise InvalidInput(
            f"The run did not ask the question '{strange[0][:40]}' "
            f"({len(strange)} labels are of such questions).",
            "Label questions of this run: diptych eval record shows them.",
        )
    found = []
    for metric, each in sorted(values.items()):
        grades = _grades(one for one in labels if one.metric in {"", metric})
        if grades.keys() & each.keys():
            items = [
                _Item(question, groups[question], value, grades.get(question, math.nan))
                for question, value in sorted(each.items())
            ]
            found.append(_calibrated(metric, items, len(grades.keys() - each.keys())))
    if not found:
        raise InvalidInput(
            "No label is of a question and metric that the judge gave a value.",
            f"It judged by: {', '.join(sorted(values)) or 'nothing yet'}.",
        )
    return found


def _grades(labels: Iterable[HumanLabel]) -> dict[str, float]:
    """Give the mean grade of each question."""
    grades: dict[str, list[float]] = {}
    for one in labels:
        grades.setdefault(one.question, []).append(one.grade)
    return {question: sum(each) / len(each) for question, each in grades.items()}


def split_of(question: str) -> str:
    """Tell to which split a question's labels belong."""
    share = int.from_bytes(hashlib.sha256(question.encode()).digest()[:8], "big") / 2**64
    return next(name for most, name in _SPLITS if share < most)


def _calibrated(metric: str, items: Sequence[_Item], unjudged: int) -> Calibration:
    labelled = [one for one in items if not math.isnan(one.grade)]
    in_split: dict[str, list[_Item]] = {name: [] for _, name in _SPLITS}
    for one in labelled:
        in_split[split_of(one.question)].append(one)
    threshold = _threshold(in_split["train"])
    splits = tuple(_split(name, some, threshold) for name, some in in_split.items())
    passes = [one.value >= threshold for one in items]
    # What chose the threshold says nothing of how good it is.
    tuned = {one.question for one in in_split["train"]}
    held_out = [one for one in labelled if one.question not in tuned]
    people = [
        math.nan if math.isnan(x.grade) or x.question in tuned else float(x.grade >= PASSES)
        for x in items
    ]
    trusted, verdict = _verdict(splits[-1], len(labelled))
    return Calibration(
        metric=metric,
        labels=len(labelled),
        judged=len(items),
        unjudged=unjudged,
        threshold=threshold,
        splits=splits,
        judge_rate=sum(passes) / len(passes),
        true_rate=predicted(
            np.asarray(passes, dtype=float), np.asarray(people), [one.group for one in items]
        ),
        corrected_rate=corrected(passes, _confusion(held_out, threshold)),
        trusted=trusted,
        verdict=verdict,
    )


def _threshold(items: Sequence[_Item]) -> float:
    """Give the threshold of the best kappa; the lowest of equals, PASSES where there is none."""
    found = [(kappa(*_passes(items, edge)), -edge) for edge in {one.value for one in items}]
    known = [(agreed, edge) for agreed, edge in found if agreed is not None and agreed > 0]
    return -max(known)[1] if known else PASSES


def _passes(items: Sequence[_Item], threshold: float) -> tuple[list[bool], list[bool]]:
    """Give what passes with people and with the judge."""
    return [x.grade >= PASSES for x in items], [x.value >= threshold for x in items]


def _confusion(items: Sequence[_Item], threshold: float) -> Confusion:
    return confusion(*_passes(items, threshold))


def _split(name: str, items: Sequence[_Item], threshold: float) -> Split:
    people, judge = _passes(items, threshold)
    counts = confusion(people, judge)
    return Split(
        name=name,
        labels=len(items),
        passed=sum(people),
        confusion=counts,
        tpr=counts.tpr,
        tnr=counts.tnr,
        kappa=kappa(people, judge),
        quadratic=_quadratic(items),
    )


def _quadratic(items: Sequence[_Item]) -> float | None:
    """Give the kappa of grades, the judge's value taken as the nearest of them."""
    grades = np.unique([one.grade for one in items])
    if len(grades) < 3:  # noqa: PLR2004 - two grades are passes and failures
        return None
    rows = [np.abs(grades - value) for x in items for value in (x.grade, x.value)]
    nearest = [int(row.argmin()) for row in rows]
    return kappa(nearest[::2], nearest[1::2], quadratic=True)


def _verdict(test: Split, labels: int) -> tuple[bool, str]:
    """Say whether the judge may be relied on, by the split that decided nothing else."""
    if labels < ENOUGH_LABELS:
        return False, f"advisory: {labels} labels, {ENOUGH_LABELS} are needed"
    if test.kappa is None:
        return False, "advisory: the labels of the test split are all alike"
    figures = f"kappa {test.kappa:.2f} on {test.labels} labels that decided nothing else"
    if test.kappa < ENOUGH_KAPPA:
        return False, f"advisory: {figures}, {ENOUGH_KAPPA} is needed"
    return True, f"trusted: {figures}"
