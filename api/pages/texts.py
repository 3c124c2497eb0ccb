"""Texts of the pages in English, French and Russian; chosen by the visitor or the browser."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from api.pages.sentences import translated
from contracts.errors import DiptychError

LANGUAGES = ("en", "fr", "ru")


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of one language, by key: ``ask.title``."""

    language: str
    words: Mapping[str, str]

    def __call__(self, key: str, **fields: object) -> str:
        """Give a text with its fields filled in."""
        return self.words[key].format(**fields)

    def known(self, key: str, otherwise: str) -> str:
        """Give a text, or ``otherwise`` for a key that nobody has put into words."""
        return self.words.get(key, otherwise)

    def problem(self, error: DiptychError) -> str:
        """Say what went wrong; where its code does not tell all, with the detail."""
        return self(f"problem.{error.code}", detail=self.said(str(error)))

    def said(self, words: str) -> str:
        """Give what the service said in English; a sentence that nobody translated stays so."""
        return translated(words, self.language)


@cache
def texts(language: str) -> Texts:
    """Read a language's texts, once."""
    raw = tomllib.loads((Path(__file__).parent / f"{language}.toml").read_text(encoding="utf-8"))
    words = {"language": str(raw.pop("language"))}
    for section, entries in raw.items():
        words |= {f"{section}.{key}": str(text) for key, text in entries.items()}
    return Texts(language, words)


def choose(chosen: object, accepted: str) -> str:
    """Settle the language: the visitor's choice, else the browser's first that there is."""
    if chosen in LANGUAGES:
        return str(chosen)
    for entry in accepted.split(","):
        language = entry.split(";")[0].strip().lower()[:2]
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]
