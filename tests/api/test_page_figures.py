"""Figures and reasons of quality in words, and the bars of a trend."""

from datetime import date

import pytest

from api.pages.figures import number, reason_text
from api.pages.quality import trend
from api.pages.texts import texts
from contracts.quality import Expectations, Norm, QualityDay, QualityState, Reason
from ingestion.quality.judging import judge

NOTHING = Expectations()
USUAL = {"unknown_words": Norm(100, 0.02, 0.01)}


def told(language: str, figures: dict[str, float], expected: Expectations = NOTHING) -> str:
    _, reasons = judge(figures, USUAL, expected)
    return " ".join(reason_text(reason, texts(language)) for reason in reasons)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "1.2% of the characters were lost in decoding."),
        ("fr", "1,2\u00a0% des caractères ont été perdus au décodage."),
        ("ru", "При декодировании потеряно 1,2\u00a0% знаков."),
    ],
)
def test_a_limit_that_is_passed(language: str, words: str) -> None:
    assert told(language, {"replaced": 0.012}) == words


def test_an_outlier_says_which_way() -> None:
    assert told("en", {"unknown_words": 0.3}).endswith(
        "That is far more than in other documents of this type."
    )
    assert told("ru", {"unknown_words": 0.3}).endswith(
        "Это намного больше, чем в других документах этого типа."
    )


def test_what_was_expected_is_named_in_the_units_of_the_figure() -> None:
    few = told("fr", {"characters_per_page": 1234.0}, Expectations(min_characters_per_page=5000))
    assert few == "Caractères par page : 1\u202f234. On attend ici au moins 5\u202f000."
    unsure = told("en", {"ocr_confidence": 0.8}, Expectations(min_ocr_confidence=0.95))
    assert unsure.endswith("Here at least 95% is expected.")
    strange = told("en", {"unknown_words": 0.03}, Expectations(max_unknown_words=0.01))
    assert strange.endswith("Here at most 1% is expected.")


def test_a_reason_without_words_is_told_in_english() -> None:
    new = Reason("new_thing", QualityState.BAD, "A new thing is wrong.", "new", 1.0)
    assert reason_text(new, texts("fr")) == "A new thing is wrong."


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0"), (0.123, "0.12"), (9.96, "10"), (1e6, "1,000,000")]
)
def test_numbers_have_the_digits_that_tell_something(value: float, words: str) -> None:
    assert number(value, texts("en")) == words


def test_bars_are_as_high_as_their_days_have_documents() -> None:
    days = [
        QualityDay(date(2026, 11, 20), QualityState.GOOD, 8),
        QualityDay(date(2026, 11, 21), QualityState.GOOD, 1),
        QualityDay(date(2026, 11, 21), QualityState.BAD, 1),
    ]
    html = trend(days, date(2026, 10, 24), 'Days & "quality"')
    assert html.count('class="day"') == 30
    assert html.count("<i ") == 3
    assert 'title="2026-11-21: 1, 0, 1"' in html
    assert 'class="good" style="height:100.00%"' in html
    assert 'class="bad" style="height:12.50%"' in html
    assert 'aria-label="Days &amp; &quot;quality&quot;"' in html
