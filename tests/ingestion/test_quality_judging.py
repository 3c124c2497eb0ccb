"""What figures mean by themselves, as expected, and beside their like."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import InvalidInput
from contracts.quality import SAMPLE, Expectations, Norm, QualityState
from ingestion.quality.judging import OUTLYING, judge, robust_z
from ingestion.quality.limits import LIMITS, Limit, scaled

NOTHING = Expectations()
VALUES = st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=60)
FLOOR = 0.01


def norm_of(values: list[float]) -> Norm:
    middle = median(values)
    return Norm(len(values), middle, median(abs(value - middle) for value in values))


def test_scores_are_those_of_the_book() -> None:
    # Iglewicz and Hoaglin (1993): half of normally distributed values lie within 0.6745 sigma.
    assert robust_z(3.0, Norm(99, 1.0, 0.6745), FLOOR) == pytest.approx(2.0)


@given(VALUES)
def test_half_of_a_sample_scores_at_most_one_mad(values: list[float]) -> None:
    norm = norm_of(values)
    scores = [abs(robust_z(value, norm, FLOOR)) for value in values]
    assert median(scores) <= 0.6745 + 1e-6
    assert robust_z(norm.median, norm, FLOOR) == 0.0


@given(VALUES, st.floats(0.1, 100), st.floats(-1000, 1000))
def test_scores_do_not_depend_on_the_unit(values: list[float], scale: float, shift: float) -> None:
    norm = norm_of(values)
    moved = Norm(norm.count, norm.median * scale + shift, norm.mad * scale)
    for value in values:
        score = robust_z(value, norm, FLOOR)
        other = robust_z(value * scale + shift, moved, FLOOR * scale)
        assert other == pytest.approx(score, rel=1e-3, abs=1e-3)


@given(VALUES)
def test_one_wild_value_does_not_hide_itself(values: list[float]) -> None:
    wild = (max(values) + 1.0) * 100 if max(values) > 0 else 1e9
    norm = norm_of([*values, wild])
    calm = norm_of(values)
    assert norm.mad <= 2 * (max(values) - min(values)) + 1e-9
    assert robust_z(wild, calm, FLOOR) > 0


def test_equal_values_make_no_outlier_of_a_small_difference() -> None:
    same = Norm(500, 0.0, 0.0)
    state, reasons = judge({"unknown_words": 0.1}, {"unknown_words": same}, NOTHING)
    assert (state, reasons) == (QualityState.GOOD, ())


def test_an_outlier_is_doubtful_and_says_what_it_is_beside() -> None:
    norms = {"unknown_words": Norm(SAMPLE, 0.02, 0.01)}
    state, (reason,) = judge({"unknown_words": 0.3}, norms, NOTHING)
    assert state is QualityState.DOUBTFUL
    assert (reason.code, reason.figure) == ("unusual_unknown_words", "unknown_words")
    assert reason.z is not None
    assert reason.z > OUTLYING
    assert "30%" in reason.sentence
    assert "other documents of this type" in reason.sentence


def test_too_small_a_sample_says_nothing() -> None:
    norms = {"unknown_words": Norm(SAMPLE - 1, 0.02, 0.01)}
    assert judge({"unknown_words": 0.3}, norms, NOTHING)[0] is QualityState.GOOD


def test_what_is_better_than_usual_is_no_fault() -> None:
    norms = {
        "unknown_words": Norm(SAMPLE, 0.3, 0.01),
        "characters_per_page": Norm(SAMPLE, scaled("characters_per_page", 500.0), 0.05),
    }
    found = {"unknown_words": 0.0, "characters_per_page": 90_000.0}
    assert judge(found, norms, NOTHING)[0] is QualityState.GOOD
    few = judge({"characters_per_page": 40.0}, norms, NOTHING)
    assert few[1][0].code == "unusual_characters_per_page"
    assert few[1][0].z is not None
    assert few[1][0].z < -OUTLYING


def test_the_worst_reason_comes_first_and_decides() -> None:
    state, reasons = judge({"repeated_lines": 0.9, "replaced": 0.2}, {}, NOTHING)
    assert state is QualityState.BAD
    assert [reason.code for reason in reasons] == ["replacement_characters", "repeated_lines"]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.figure)
def test_every_reason_is_one_sentence(limit: Limit) -> None:
    sentence = limit.sentence.format(value=limit.told(0.25))
    assert sentence.endswith(".")
    assert "{" not in sentence


@pytest.mark.parametrize(
    ("figures", "expected", "code"),
    [
        ({"language_en": 0.9, "language_fr": 0.1}, Expectations(("fr",)), "unexpected_language"),
        ({"language_und": 1.0}, Expectations(("fr", "en")), "unexpected_language"),
        (
            {"characters_per_page": 80.0},
            Expectations(min_characters_per_page=100),
            "expected_characters_per_page",
        ),
        ({"unknown_words": 0.2}, Expectations(max_unknown_words=0.1), "expected_unknown_words"),
        ({"ocr_confidence": 0.8}, Expectations(min_ocr_confidence=0.9), "expected_ocr_confidence"),
    ],
)
def test_what_a_workspace_expects_otherwise_is_doubtful(
    figures: dict[str, float], expected: Expectations, code: str
) -> None:
    state, (reason,) = judge(figures, {}, expected)
    assert (state, reason.code) == (QualityState.DOUBTFUL, code)
    assert judge(figures, {}, NOTHING)[0] is QualityState.GOOD


def test_quotes_in_another_language_are_expected() -> None:
    figures = {"language_en": 0.15, "language_fr": 0.85}
    assert judge(figures, {}, Expectations(("fr",)))[0] is QualityState.GOOD


@pytest.mark.parametrize(
    "values",
    [
        {"languages": ("klingon",)},
        {"languages": ("und",)},
        {"max_unknown_words": 1.5},
        {"max_unknown_words": float("nan")},
        {"min_ocr_confidence": -0.1},
        {"min_characters_per_page": float("inf")},
    ],
)
def test_what_cannot_be_expected_is_refused_in_one_sentence(values: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refused:
        Expectations(**values)  # type: ignore[arg-type]  # what a client may send
    assert refused.value.message.count(".") >= 1
    assert refused.value.remedy
