"""SpellingDictionaries: which words stand in a dictionary, by pyspellchecker's word lists."""

from collections.abc import Sequence
from functools import cache
from threading import Lock

from contracts.nouns import UNDETERMINED

LISTED = ("fr", "ru", "en")
_INFLECTED = frozenset({"ru"})
"""Lists that hold a few of a word's many forms: Russian has 20,000 entries, English 160,000."""
_STEM_LEAST = 4
_ENDING_MOST = 4


class SpellingDictionaries:
    """The Words port; each list is loaded with the first word of its language (0.3 to 1 s).

    A Russian word is known when it begins like a listed one and differs from it by its ending:
    of 240 clean Russian texts 0.46 of the words were unknown by the list alone, 0.20 this way.
    The three lists take about 40 MB.
    """

    def __init__(self) -> None:
        self._loading = Lock()

    def unknown(self, words: Sequence[str], language: str) -> int:
        """Count the words that the language's list lacks; ``und``: that no list has."""
        languages = LISTED if language == UNDETERMINED else (language,)
        left = list(words)
        for one in languages:
            with self._loading:
                listed, stems = _list(one), _stems(one)
            left = [word for word in left if word not in listed]
            if stems:
                left = [word for word in left if not _begins(word, stems)]
        return len(left)


def _begins(word: str, stems: frozenset[str]) -> bool:
    """Tell whether all of a word but its ending is the beginning of a listed one."""
    shortest = max(_STEM_LEAST, len(word) - _ENDING_MOST)
    return any(word[:end] in stems for end in range(shortest, len(word) + 1))


@cache
def _list(language: str) -> frozenset[str]:
    """Give every entry of a language's list."""
    # Imported here: a process that measures nothing does not pay for it.
    from spellchecker import SpellChecker  # noqa: PLC0415 - see above

    return frozenset(SpellChecker(language=language, distance=1))


@cache
def _stems(language: str) -> frozenset[str]:
    """Give how the entries begin, for languages of many endings."""
    if language not in _INFLECTED:
        return frozenset()
    return frozenset(word[: max(_STEM_LEAST, len(word) - 3)] for word in _list(language))
