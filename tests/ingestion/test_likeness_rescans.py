"""Scans whose recognition tells what it is not sure of: found, and nothing else called a copy."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.likeness import Likeness
from contracts.nouns import Part, Reading
from ingestion.comparing import doubtful
from ingestion.likeness import compare, fingerprint
from ingestion.misreading import fits
from tests.ingestion.twinning import LANGUAGES, Words, dice, scan

NEAR, TEMPLATE = Likeness.NEAR_COPY, Likeness.SAME_TEMPLATE
FACTS = "Ref. Z63150 and T8231690 for Northeastern of 14/03/2026, 71045,06 due"


def page(language: str = "en", facts: str = FACTS) -> str:
    said = Words.of(language, "rescan").paragraphs(4)
    return "\n".join([*said[:2], facts, *said[2:]])


def verdict(text: str, recognised: str, *doubted: str) -> Likeness | None:
    """Compare a text with what was recognised, of which these words are doubted."""
    found = compare(fingerprint([text]), fingerprint([recognised], doubted))
    return found[0] if found else None


def reread(old: str, new: str, *doubted: str, facts: str = FACTS) -> Likeness | None:
    text = page(facts=facts)
    assert old in text
    return verdict(text, text.replace(old, new), *doubted)


@pytest.mark.parametrize(
    ("old", "new"),
    [("Z63150", "763150"), ("Z63150", "263150"), ("T8231690", "18231690"), ("Z63150", "Z6315O")],
)
def test_a_letter_beside_digits_may_be_read_as_a_digit(old: str, new: str) -> None:
    assert reread(old, new) is NEAR


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Z63150", "Z63750"),
        ("Z63150", "778904"),
        ("T8231690", "1823169"),
        ("14/03", "14/08"),
        ("71045,06", "77045,06"),
        ("Northeastern", "Southeastern"),
    ],
)
def test_what_is_sure_and_differs_makes_another_document(old: str, new: str) -> None:
    assert reread(old, new) is TEMPLATE


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sure_digit_counts_in_a_damaged_scan_too(language: str) -> None:
    said = "\n".join(Words.of(language, "damaged").paragraphs(6)).lower()
    text, copy = f"{said}\n{FACTS}", f"{scan(0.02)(said, dice(language))}\n{FACTS}"
    other = copy.replace("14/03", "14/08")
    assert verdict(text, copy) is NEAR
    assert verdict(text, other) is TEMPLATE
    # Of a text of which nobody knows what is sure it is put down to the damage.
    typed = compare(fingerprint([text]), fingerprint([other]))
    assert typed is not None
    assert typed[0] is NEAR


def test_a_doubted_digit_may_be_another_one_or_none() -> None:
    assert reread("71045,06", "77045,06", "77\u0332045,06") is NEAR
    assert reread("71045,06", "710451,06", "710451\u0332,06") is NEAR


def test_a_doubted_digit_excuses_no_other_one() -> None:
    assert reread("71045,06", "77945,06", "77\u0332945,06") is TEMPLATE
    assert reread("71045,06", "77045,06", "14/03/20\u033226,") is TEMPLATE


def test_a_doubted_letter_may_be_another_one_or_two() -> None:
    assert reread("Northeastern", "Northeasterh", "Northeasterh\u0332") is NEAR
    assert reread("Northeastern", "Northeastem", "Northeastem\u0332") is NEAR
    assert reread("Northeastern", "Northwestern", "Northeasterh\u0332") is TEMPLATE


@given(st.text("?1a", max_size=8), st.text("1a", max_size=12), st.sampled_from((1, 2)))
def test_jokers_mean_what_the_expression_means(mark: str, other: str, joker: int) -> None:
    assume(len(mark) != len(other) and 0 < 2 * mark.count("?") <= len(mark))
    expression = f".{{0,{joker}}}".join(map(re.escape, mark.split("?")))
    assert fits(mark, other, joker) is bool(re.fullmatch(expression, other))


def test_a_long_number_that_nothing_is_sure_of_is_compared_at_once() -> None:
    """As an expression it takes as long as the world lasts."""
    assert not fits("?1" * 60, "1" * 117 + "2")


def test_a_month_that_is_sure_counts() -> None:
    facts = "Paid 12,50 on 3 March 2026"
    assert reread("March", "August", facts=facts) is TEMPLATE
    assert reread("March", "Morch", "Mo\u0332rch", facts=facts) is NEAR


def test_latin_names_come_out_of_russian_scans_in_letters_that_look_alike() -> None:
    facts = "Код 12 для PSPACE и MPEG, так сказал Колруд"
    assert reread("PSPACE", "Р5РАСЕ", facts=facts) is NEAR
    assert reread("MPEG", "МРЕС", facts=facts) is NEAR
    assert reread("Колруд", "Konpyd", facts=facts) is NEAR
    assert reread("Колруд", "Smith", facts=facts) is TEMPLATE


def test_a_word_in_the_wrong_alphabet_excuses_no_name_beside_it() -> None:
    facts = "Код 12 и СО2 от имени службы, Колкол Дубнив"
    assert reread("СО2", "CO2", facts=facts) is NEAR
    text = page(facts=facts.replace("Колкол Дубнив", "Колмед Тихмед"))
    assert verdict(text, page(facts=facts.replace("СО2", "CO2"))) is TEMPLATE


def test_letters_that_nothing_is_recognised_as_may_be_any() -> None:
    facts = "The 12 pages of Bogusławski follow"
    assert reread("Bogusławski", "Bogustawski", facts=facts) is NEAR
    assert reread("Bogusławski", "Bogusrawsky", facts=facts) is TEMPLATE


def test_fractions_are_no_part_of_the_number_before_them() -> None:
    facts = "There were 6½ hours and 5½ days"
    assert reread("6½ hours and 5½", "6% hours and 5%", facts=facts) is NEAR
    assert reread("6½ hours and 5½", "6% hours and 8%", facts=facts) is TEMPLATE


def test_names_that_run_together_beside_another_mistake_are_the_same() -> None:
    facts = "In 1054 Norse Drengot wrote the amount"
    assert reread("Norse Drengot wrote the am", "NorseDrengot wrcte the Am", facts=facts) is NEAR
    assert reread("Norse Drengot wrote the am", "Norsedale wrcte the Am", facts=facts) is TEMPLATE


def test_a_dash_between_names_is_a_hyphen() -> None:
    facts = "The Arab–Israeli war of 1973"
    assert reread("Arab–Israeli", "Arab-\nIsraeli", facts=facts) is Likeness.SAME_TEXT


def test_what_was_recognised_without_telling_of_letters_is_compared_as_any_text() -> None:
    def told(*parts: Part) -> list[str] | None:
        return doubtful(Reading("application/pdf", parts))

    typed = Part(0, "", "Un")
    sure, unsure = (
        Part(1, "", "Z1", confidence=0.9, doubtful=words) for words in ((), ("Z\u03321",))
    )
    unknown = Part(1, "", "Z1", confidence=0.9)
    assert told(typed) is None
    assert told(typed, sure) == []
    assert told(typed, sure, unsure) == ["Z\u03321"]
    assert told(sure, unknown) is None
