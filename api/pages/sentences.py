"""Sentences: what the service says in English, put into a page's language.

Errors, and what the record keeps of them, are English sentences with facts in them. They are known
again by their words, so that nothing but the pages has to know other languages; what is not in the
list stays English.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

LIST = Path(__file__).parent / "sentences.toml"
ENGLISH = "en"
_FACT = re.compile(r"\{(\w+)\}")
_REMEMBERED = 2048


@lru_cache(_REMEMBERED)
def translated(words: str, language: str) -> str:
    """Give a sentence in a language, its facts as well where they are known; else as it is."""
    for pattern, other in () if language == ENGLISH else _known(language):
        if match := pattern.fullmatch(words):
            facts = {name: translated(fact, language) for name, fact in match.groupdict().items()}
            return other.format(**facts)
    return words


@cache
def _known(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(_read(language))


def _read(language: str) -> Iterator[tuple[re.Pattern[str], str]]:
    raw = tomllib.loads(LIST.read_text(encoding="utf-8"))
    for one in (*raw["said"], *raw["word"]):
        # The even pieces are words, the odd ones the names of facts.
        pieces = enumerate(_FACT.split(one[ENGLISH]))
        pattern = "".join(f"(?P<{x}>.+?)" if n % 2 else re.escape(x) for n, x in pieces)
        yield re.compile(pattern, re.DOTALL), one[language]
