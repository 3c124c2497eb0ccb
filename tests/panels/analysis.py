"""Tokens for the in-memory panel: folded words, crude stems, joined identifiers."""

import re
import unicodedata

_SUFFIXES = {
    "fr": "issements issement ements ement ations ation iques ique ees ers es er ee e s",
    "ru": "иями ями ами ого его ому ему ыми ими ов ев ей ом ем ам ям ах ях ую юю ая яя ое ее ые ие "
    "ый ий ой а я о е у ю ы и ь",
    "en": "ations ation ings ing ated ates ate ies ed es s e",
    "und": "",
}
SUFFIXES = {language: endings.split() for language, endings in _SUFFIXES.items()}
"""Endings to cut, longest first; enough for tests, no linguistics intended."""
SHORTEST_STEM = 4


def fold(text: str) -> str:
    """Lower-case NFKC without accents; ё becomes е, œ becomes oe, й stays."""
    lowered = unicodedata.normalize("NFKC", text).lower().replace("œ", "oe").replace("æ", "ae")
    marks = unicodedata.normalize("NFD", lowered.replace("й", "\x00"))
    return "".join(c for c in marks if not unicodedata.combining(c)).replace("\x00", "й")


def stem(word: str, language: str) -> str:
    """Cut the longest known ending that leaves a stem."""
    for suffix in SUFFIXES[language]:
        if word.endswith(suffix) and len(word) - len(suffix) >= SHORTEST_STEM:
            return word.removesuffix(suffix)
    return word


def identifiers(folded: str) -> list[str]:
    """Join what people write apart: L. 1221-1, INV-2024-0042, 732 829 320 00074."""
    joined = re.sub(r"\b([a-z])\.? ?(?=\d)", r"\1", folded)
    coded = [t for t in re.findall(r"[^\W_]+(?:[-/][^\W_]+)+", joined) if re.search(r"\d", t)]
    digits = [t.replace(" ", "") for t in re.findall(r"\d+(?: \d+)+", folded)]
    return coded + digits


def tokens(text: str, language: str) -> list[str]:
    """Give the terms of a text, repeated as often as they occur."""
    folded = fold(text)
    return [stem(w, language) for w in re.findall(r"[^\W_]+", folded)] + identifiers(folded)
