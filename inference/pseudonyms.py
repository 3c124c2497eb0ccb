"""Pseudonyms: placeholders that tell values apart, and can be turned back."""

import re
from collections import Counter

from contracts.nouns import UNDETERMINED
from contracts.personal import PersonalDataFinder, PersonalKind, masked

_PSEUDONYM = re.compile(r"\[([A-Za-z]+-[0-9]+)\]")
_BEGUN = re.compile(r"\[[A-Za-z]{0,16}(?:-[0-9]{0,6})?\Z")
"""What may become one with the next piece."""
_SPELLING = re.compile(r"[\s.()/-]+")


class Masker:
    """Masks a text of any language: ``[IBAN]`` where an account was."""

    def __init__(self, finder: PersonalDataFinder) -> None:
        self._finder = finder

    def __call__(self, text: str) -> str:
        """Give the text without personal data."""
        return masked(text, self._finder.find(text, UNDETERMINED))


class Pseudonyms:
    """Numbered placeholders for one conversation: ``[IBAN-2]`` is the second account in it.

    Equal values have one pseudonym, however they are spelled; it stands for the first spelling.
    """

    def __init__(self, finder: PersonalDataFinder) -> None:
        self._finder = finder
        self._known: dict[tuple[PersonalKind, str], str] = {}
        self._values: dict[str, str] = {}
        self._counts: Counter[PersonalKind] = Counter()

    def hide(self, text: str) -> str:
        """Give the text with pseudonyms for what is personal in it."""
        pieces: list[str] = []
        place = 0
        for one in self._finder.find(text, UNDETERMINED):
            value = text[one.span.start : one.span.end]
            pieces += text[place : one.span.start], self._of(one.kind, value)
            place = one.span.end
        return "".join([*pieces, text[place:]])

    def restore(self, text: str) -> str:
        """Give the text with the values back; a pseudonym that nobody gave stays."""
        return _PSEUDONYM.sub(lambda m: self._values.get(m[1].upper(), m[0]), text)

    def _of(self, kind: PersonalKind, value: str) -> str:
        key = (kind, _SPELLING.sub("", value).casefold())
        if key not in self._known:
            self._counts[kind] += 1
            self._known[key] = f"{kind.upper()}-{self._counts[kind]}"
            self._values[self._known[key]] = value
        return f"[{self._known[key]}]"


def ready(text: str) -> int:
    """Give how much of a text that is still being written can hold no half of a pseudonym."""
    begun = _BEGUN.search(text, max(0, text.rfind("[")))
    return begun.start() if begun else len(text)
