"""Words as two texts can share them: folded, without accents and endings, function words aside."""

import re
import unicodedata

from contracts.function_words import FUNCTION_WORDS

STEM_LETTERS = 5
"""Letters kept of a word. Cutting at a fixed length does the work of a stemmer for comparing a
question with a sentence, in every alphabet alike (McNamee, Nicholas, Mayfield: "Addressing
morphological variation in alphabetic languages", SIGIR 2009)."""

_WORD = re.compile(r"\w+")
_ACCENT = re.compile("[\u0300-\u036f]")


def folded(text: str) -> list[str]:
    """Give the words in order: case and accents folded, ligatures undone."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return _WORD.findall(_ACCENT.sub("", plain))


_FUNCTION = {language: frozenset(folded(words)) for language, words in FUNCTION_WORDS.items()}
_ANY_FUNCTION = frozenset().union(*_FUNCTION.values())


def stems(text: str) -> set[str]:
    """Give the beginnings of all words of a text."""
    return {word[:STEM_LETTERS] for word in folded(text)}


def content(question: str) -> list[str]:
    """Give the stems of what a question is about, once each; of all its words if nothing else."""
    words = folded(question)
    about = [word for word in words if word not in _ANY_FUNCTION] or words
    return list(dict.fromkeys(word[:STEM_LETTERS] for word in about))


def grammar(text: str) -> str | None:
    """Tell the language by its function words; None when no language has most of them."""
    words = folded(text)
    counts = sorted(
        ((sum(word in own for word in words), language) for language, own in _FUNCTION.items()),
        reverse=True,
    )
    (most, language), (second, _) = counts[:2]
    return language if most > second else None
