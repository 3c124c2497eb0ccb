"""Telephone numbers: which of what may be one is one, by the numbering plans."""

from collections.abc import Mapping

import phonenumbers

from contracts.nouns import UNDETERMINED

_REGIONS: Mapping[str, tuple[str, ...]] = {
    "fr": ("FR",),
    "ru": ("RU",),
    "en": ("GB", "US"),
    UNDETERMINED: ("FR", "RU", "GB", "US"),
}
_FEWEST, _MOST = 8, 15
"""Digits; the most that E.164 allows."""


def phone(text: str, language: str) -> int:
    """Give how many characters at the start of ``text`` are a telephone number; 0 when none are.

    Other numbers may follow it after a space. A number without a country's code is one of those
    countries where the language is written.
    """
    number = f"+{text[2:]}" if text.startswith("00") else text
    ends = [i for i, c in enumerate(text) if c.isdigit() and not text[i + 1 : i + 2].isdigit()]
    for end in reversed(ends):
        digits = sum(map(str.isdigit, text[: end + 1]))
        if digits < _FEWEST:
            return 0
        if digits <= _MOST and _valid(number[: end + 1 - len(text) + len(number)], language):
            return end + 1
    return 0


def _valid(text: str, language: str) -> bool:
    if text.count("(") != text.count(")"):
        return False
    # A country's code says where it is valid; any region will do to read it.
    for region in _REGIONS[language] if text[0] != "+" else ("FR",):
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(text, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False
