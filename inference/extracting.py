"""PatternExtractor: entities whose very spelling says what they are."""

import re
from collections.abc import Iterator

from contracts.nouns import Mention, Span
from inference.accounts import FORM, account

_MOST = 50
"""Mentions of one text; a list of codes says no more with its next hundred."""
_FEWEST_DIGITS = 2
"""Of a reference: ``F-1`` and ``A/B-2`` seldom are one."""
_DIGITS_OF_LOWER_CASE = 7
"""``inv-2024-0042`` is a reference; ``mi-2024`` and ``sars-cov-2`` are words."""
_DIGITS_BEFORE_LETTERS = 4
"""``2024-FR-7`` is a reference; ``24-BIS`` is a house."""
_LONGEST_WORD = 8
"""Letters in one group: ``EXERCICE-2024`` still may be one, a shouted sentence is not."""

# Leftmost first, in one pass. Each repetition is bounded or possessive and begins where a word
# does, so time is linear in the text: 1 MB of the worst of it takes 0.7 s.
_PATTERN = re.compile(
    r"""
    (?P<url> (?:https?://|www\.) \S++ )
  | (?P<email> (?<![\w.+-]) [A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}+
      @ (?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8} [A-Za-z]{2,24} (?![\w@-]) )
  | (?P<iban> """
    + FORM
    + r""" )
  | (?P<article> (?<![\w./-]) [LRDA] (?:\.[ \xa0\u202f]?[0-9]{1,4} | [ \xa0\u202f]?[0-9]{3,4})
      (?:[-\u2010\u2011][0-9]{1,3}){1,3} (?![\w/-]|[.,][0-9]) )
  | (?: (?:№|(?<!\w)[Nn][°º]) [ \xa0\u202f]?
      (?P<number> [0-9]{1,12} (?:[-/\u2010\u2011][0-9]{1,12}){1,4}+ ) (?![\w/-]|[.,:][0-9]) )
  | (?P<code> (?<![\w/@\#&+-])(?<![0-9][.,:])
      (?=[0-9/_\u2010\u2011-]*+[A-Za-zА-Яа-яЁё]) [A-Za-zА-Яа-яЁё0-9]{1,20}+
      (?:[-/_\u2010\u2011][A-Za-zА-Яа-яЁё0-9]{1,20}+){1,5}+ (?![\w@/-]|[.,:][0-9]) )
    """,
    re.VERBOSE,
)
_SEPARATORS = re.compile(r"[^A-ZА-ЯЁ0-9]+")
_LEADING_LETTERS = re.compile(r"^([A-ZА-ЯЁ]+)(?=[0-9])")
_NO_REFERENCE = re.compile(
    r"""
    (?:[0-9]{1,2}-){2}(?:[0-9]{2}|[0-9]{4})                 # 15-03-2024
  | [0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]+)?                  # 2024-03-15, and with a time
  | (?:[0-9]{1,2}-)?(?:JAN|FEB|FEV|MAR|AVR|APR|MAI|MAY|JUI|JUN|JUL|AOU|AUG|SEP|OCT|NOV|DEC
      |ЯНВ|ФЕВ|МАР|АПР|МАЯ|ИЮН|ИЮЛ|АВГ|СЕН|ОКТ|НОЯ|ДЕК)[A-ZА-ЯЁ]*-[0-9]{2,4}
  | (?:[0-9]{4}-)?(?:[QTSHW][0-9]{1,2}|[1-4][QTS])(?:-[0-9]{2,4})?  # a quarter, a half, a week
  | (?=.*[A-ZА-ЯЁ])(?:[0-9]+[A-ZА-ЯЁ]{0,3}-)+[0-9]+[A-ZА-ЯЁ]{0,3}   # measures, houses
  | [0-9]+H[0-9]*-[0-9]+H[0-9]*                             # hours
  | (?:[0-9]{2}-){3,}[0-9]{2} | (?:TEL|FAX|MOB|ТЕЛ|ФАКС)-.*         # a telephone number
  | (?:EUR|USD|GBP|CHF|RUB|РУБ)-[0-9]+                              # an amount
  | (?:F|FR|D|DE|B|BE|CH|L|LU|A|I)-[0-9]{4,5}                       # a postal code
    """,
    re.VERBOSE,
)


class PatternExtractor:
    """Finds e-mail addresses, IBANs and references (port contracts.content.EntityExtractor).

    A reference is a code of letters, digits and separators, spelled in upper case with hyphens:
    ``inv/2024/0042`` is ``INV-2024-0042``, ``L. 1221-1`` is ``L-1221-1``. Precise rather than
    complete: what may be a date, a time, an amount, a measure, a telephone number or a word is
    left out. Knows no state: safe in any number of threads.
    """

    def mentions(self, text: str, language: str) -> list[Mention]:  # noqa: ARG002 - the port's
        """Give the first mentions in order; none overlap."""
        found: list[Mention] = []
        for mention in _found(text):
            found.append(mention)
            if len(found) == _MOST:
                break
        return found


def _found(text: str) -> Iterator[Mention]:
    place = 0
    while match := _PATTERN.search(text, place):
        kind = match.lastgroup or ""
        start, place = match.span(kind)
        name = ""
        if kind == "email":
            name = match[kind].lower()
        elif kind == "iban":
            name, length = account(match[kind])
            place = start + length
        elif kind != "url":
            name, kind = _reference(match[kind]), "reference"
        if name:
            yield Mention(Span(start, place), kind, name)


def _reference(text: str) -> str:
    """Give the canonical spelling; empty when it may well be something else."""
    name = _SEPARATORS.sub("-", text.upper())
    groups = name.split("-")
    digits = sum(map(str.isdigit, name))
    if (
        digits < _FEWEST_DIGITS
        or _NO_REFERENCE.fullmatch(name)
        or max((len(g) for g in groups if g.isalpha()), default=0) > _LONGEST_WORD
    ):
        return ""
    if groups[0][0].isdigit() and re.search("[A-ZА-ЯЁ]", name) and digits < _DIGITS_BEFORE_LETTERS:
        return ""
    if text != text.upper() and (not groups[0].isalpha() or digits < _DIGITS_OF_LOWER_CASE):
        return ""
    return _LEADING_LETTERS.sub(r"\1-", name)
