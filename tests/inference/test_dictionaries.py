"""Which words the dictionaries know."""

import pytest

from inference.dictionaries import SpellingDictionaries

KNOWN = {
    "fr": ["maison", "préavis", "salarié", "contrat"],
    "en": ["house", "notice", "tenant", "agreement"],
    "ru": ["договор", "договора", "работа", "работает", "работы"],
}
NONSENSE = ["qzxwv", "bflgtr", "пщшгук", "жщзхф"]


@pytest.mark.parametrize("language", KNOWN)
def test_words_of_a_language_are_known_in_it_and_nonsense_nowhere(language: str) -> None:
    words = SpellingDictionaries()
    assert words.unknown(KNOWN[language], language) == 0
    assert words.unknown(NONSENSE, language) == len(NONSENSE)
    assert words.unknown([], language) == 0


def test_without_a_language_a_word_of_any_is_known() -> None:
    words = SpellingDictionaries()
    every = [word for known in KNOWN.values() for word in known]
    assert words.unknown([*every, *NONSENSE], "und") == len(NONSENSE)
    assert words.unknown(KNOWN["ru"], "fr") == len(KNOWN["ru"])
