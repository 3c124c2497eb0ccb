"""Figures of small readings: each says what a person would say who looks at the text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.nouns import Part, Reading
from contracts.quality import Expectations, Figures, QualityState
from inference.dictionaries import SpellingDictionaries
from inference.language import LangidDetector
from ingestion.quality.judging import judge
from ingestion.quality.measuring import measure
from ingestion.quality.samples import SLICE_LENGTH, SLICES, samples
from tests.fakes.quality import OneLanguage, PlainWords
from tests.ingestion.quality_material import (
    CLEAN,
    ENGLISH,
    FRENCH,
    RUSSIAN,
    decoded,
    misread,
    reading,
)

TODAY = date(2026, 5, 4)
WORDS, DETECTOR = SpellingDictionaries(), LangidDetector()


def figures(one: Reading) -> Figures:
    return measure(one, WORDS, DETECTOR, TODAY).figures


def state(one: Reading) -> QualityState:
    return judge(figures(one), {}, Expectations())[0]


@pytest.mark.parametrize("name", CLEAN)
def test_clean_texts_are_good(name: str) -> None:
    assert state(reading(CLEAN[name])) is QualityState.GOOD


@pytest.mark.parametrize(("text", "language"), [(FRENCH, "fr"), (ENGLISH, "en"), (RUSSIAN, "ru")])
def test_words_and_languages_of_clean_texts_are_known(text: str, language: str) -> None:
    found = figures(reading(text))
    assert found[f"language_{language}"] == 1.0
    assert found["languages_mixed"] == 0.0
    assert found["unknown_words"] < 0.15


def test_short_mails_of_a_mailbox_are_looked_up_each_in_its_language() -> None:
    texts = {"fr": FRENCH[:300], "ru": RUSSIAN[:300], "en": ENGLISH[:300]}
    parts = [Part(n, "", text, language=one) for n, (one, text) in enumerate(texts.items())]
    found = figures(Reading("application/mbox", tuple(parts)))
    assert found.keys() >= {"language_fr", "language_ru", "language_en"}
    assert found["unknown_words"] < 0.2


@pytest.mark.parametrize("text", [FRENCH, ENGLISH, RUSSIAN])
def test_badly_recognised_text_is_doubtful_and_worse_is_bad(text: str) -> None:
    assert state(reading(misread(text, 0.2))) is not QualityState.GOOD
    assert state(reading(misread(text, 0.3))) is QualityState.BAD


@pytest.mark.parametrize(
    ("text", "written", "taken_for"),
    [
        (FRENCH, "utf-8", "cp1252"),
        (RUSSIAN, "utf-8", "cp1252"),
        (RUSSIAN, "utf-8", "cp1251"),
        (RUSSIAN, "koi8-r", "cp1251"),
        (RUSSIAN, "cp1251", "koi8-r"),
        (RUSSIAN, "cp1251", "cp1252"),
        (FRENCH, "latin-1", "utf-8"),
    ],
)
def test_text_that_was_decoded_wrongly_is_not_good(text: str, written: str, taken_for: str) -> None:
    assert state(reading(decoded(text, written, taken_for))) is not QualityState.GOOD


def test_text_of_a_font_without_characters_is_bad() -> None:
    text = "".join(chr(0xE000 + ord(sign) % 90) if sign.isalpha() else sign for sign in FRENCH)
    assert figures(reading(text))["unprintable"] > 0.5
    assert state(reading(text)) is QualityState.BAD


def test_headers_and_footers_are_recognised_and_stay_in_the_text() -> None:
    pages = [
        f"Règlement intérieur\n{text}\nPage {n} sur 4" for n, text in enumerate(FRENCH.split("."))
    ]
    one = reading(*pages[:4], pages=4)
    found = measure(one, WORDS, DETECTOR, TODAY)
    assert set(found.repeated) == {"Règlement intérieur", "Page 0 sur 4"}
    assert 0.2 < found.figures["repeated_lines"] < 0.7
    assert found.figures["pages"] == 4


def test_pages_that_all_say_the_same_are_doubtful() -> None:
    assert state(reading(*["The same words stand\non every page of it."] * 5)) is (
        QualityState.DOUBTFUL
    )


def test_a_line_that_comes_again_and_again_is_doubtful_but_no_table_is() -> None:
    line = "This sentence was copied by a broken program.\n"
    assert state(reading(ENGLISH + "\n" + line * 40)) is QualityState.DOUBTFUL
    assert figures(reading(CLEAN["table"]))["repeated_lines"] == 0.0


def test_pages_blank_unread_and_damaged_are_shares_of_all() -> None:
    one = reading(ENGLISH, ENGLISH, pages=8, pages_without_text=[3, 4, 5], pages_damaged=[6])
    found = figures(one)
    assert found["pages_without_text"] == 3 / 8
    assert found["pages_damaged"] == 1 / 8
    assert found["pages_blank"] == 2 / 8
    assert found["characters_per_page"] == 2 * len(ENGLISH) / 8
    assert state(one) is QualityState.DOUBTFUL


def test_stamped_scans_that_were_not_read_are_doubtful() -> None:
    one = reading(ENGLISH, ENGLISH, pages=2, pages_partly_read=[2])
    assert figures(one)["pages_partly_read"] == 1 / 2
    assert figures(one)["pages_without_text"] == 0.0
    assert state(one) is QualityState.DOUBTFUL


def test_parts_in_another_language_are_seen() -> None:
    found = figures(reading(FRENCH * 3, ENGLISH * 3, FRENCH * 3, pages=3))
    assert 0.1 < found["languages_mixed"] < 0.4
    assert found["language_en"] == pytest.approx(found["languages_mixed"], abs=0.01)


def test_a_language_without_a_dictionary_is_no_fault() -> None:
    german = "Der Mieter zahlt die Miete am ersten Tag des Monats und hält die Wohnung sauber. " * 6
    found = figures(reading(german))
    assert found["language_und"] == 1.0
    assert "unknown_words" not in found
    assert state(reading(german)) is QualityState.GOOD


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("Fait le 14/03/2024 et le 15.03.2024", 0.0),
        ("Fait le 14/03/1024 et le 15.03.2024", 0.5),
        ("from 2024-05-01 to 9999-12-31", 0.5),
        ("bis 31.12.2076 und 31.12.2077", 0.5),
        ("DE 12.34.5678.90, 1.2.3456.7", None),
    ],
)
def test_dates_out_of_range_are_a_share_of_the_dates(text: str, share: float | None) -> None:
    assert figures(reading(text)).get("dates_out_of_range") == share


@pytest.mark.parametrize(
    ("given", "figure"), [(0.91, 0.91), (91, 0.91), (100, 1.0), ("high", None), (True, None)]
)
def test_confidence_of_recognition_is_a_share(given: object, figure: float | None) -> None:
    assert figures(reading(ENGLISH, ocr_confidence=given)).get("ocr_confidence") == figure


def test_a_few_words_say_nothing_of_words() -> None:
    found = figures(reading("Xqzw blfg trwq"))
    assert "unknown_words" not in found
    assert "foreign_words" not in found


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/gzip", "application/x-tar"]
)
def test_data_for_programs_is_not_read_as_prose(media_type: str) -> None:
    data = '{"qxzwv": "blfgh", "trwqz": "vbnmk"}\n' * 100
    found = figures(reading(data, media_type=media_type))
    assert "unknown_words" not in found
    assert state(reading(data, media_type=media_type)) is QualityState.GOOD


def test_books_are_prose_although_they_are_packed() -> None:
    assert "unknown_words" in figures(reading(FRENCH, media_type="application/epub+zip"))


PARTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=3000), max_size=6)


@given(PARTS)
def test_samples_are_bounded_and_of_the_text(texts: list[str]) -> None:
    parts = [Part(n, "", text) for n, text in enumerate(texts)]
    found = samples(parts)
    assert len(found) <= SLICES
    assert all(len(one.text) <= SLICE_LENGTH + len(parts) for one in found)
    assert any(one.text for one in found) == any(texts)


@given(PARTS)
def test_whatever_the_text_shares_are_shares(texts: list[str]) -> None:
    parts = tuple(Part(n, "", text, n + 1) for n, text in enumerate(texts))
    found = measure(Reading("x/y", parts), PlainWords(), OneLanguage(), TODAY).figures
    counts = {"characters", "characters_per_page", "pages"}
    assert all(0.0 <= value <= 1.0 for name, value in found.items() if name not in counts)
