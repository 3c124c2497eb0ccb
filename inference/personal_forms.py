"""The forms in which personal data is written, and what makes each of them sure enough."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from stdnum import luhn
from stdnum.fr import nir, siren, siret
from stdnum.ru import inn

from contracts.personal import Certainty, PersonalKind
from inference.accounts import FORM as ACCOUNT
from inference.accounts import account
from inference.phones import phone

Length: TypeAlias = Callable[[str, str], int]


class Needs(Enum):
    """What must be said around a form."""

    NOTHING = "nothing"
    SILENCE = "silence"
    """No label of something else shortly before it."""
    LABEL = "label"
    """Its kind's label as the last one before it."""


@dataclass(frozen=True, slots=True)
class Near:
    """What a form is never far from; ``before`` and ``behind`` bound the characters around it."""

    pattern: re.Pattern[str]
    before: int
    behind: int


NUMBER = Near(re.compile("[0-9](?:[^0-9]{0,9}+[0-9]){6,}+"), 2, 2)
"""Seven digits or more, nine other characters between two of them at most. Nearly all forms are
looked for there alone: in text of few numbers that takes a tenth of the time."""
_AT = Near(re.compile("@"), 66, 540)
_COUNTRY = Near(re.compile("[A-Z]{2}[0-9]{2}"), 0, 66)


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a kind.

    ``length`` gives how much of a candidate is one, in a text of a language; 0 refuses it.
    """

    kind: PersonalKind
    pattern: re.Pattern[str]
    length: Length
    needs: Needs = Needs.NOTHING
    certainty: Certainty = Certainty.CHECKED
    near: Near = NUMBER


_SPACE = r"[ \xa0\u202f\u2009]"
_DASH = r"[-\u2010\u2011\u2013]"
_GAP = r"[-\u2010\u2011\u2013 \xa0\u202f\u2009.]"
_MARKS = re.compile("[^0-9A-Z]+")
# Never inside a word, an address, a decimal number or a code; what is grouped by spaces never
# right beside further digits.
_BEGIN = rf"(?<![\w/=&\#%@+])(?<![0-9][.,:])(?<!\w[_-])(?<![0-9]{_SPACE})"
_END = rf"(?![\w@%=])(?![.,:/-][0-9])(?!{_SPACE}[0-9])"


def _pattern(form: str, begin: str = _BEGIN, end: str = _END) -> re.Pattern[str]:
    return re.compile(f"{begin}(?:{form}){end}")


def _if(valid: Callable[[str], bool]) -> Length:
    """Take all of a candidate whose digits and letters are valid."""
    return lambda text, _: len(text) if valid(_MARKS.sub("", text.upper())) else 0


def _all(text: str, _: str) -> int:
    return len(text)


def _account(text: str, _: str) -> int:
    name, length = account(text)
    return length if name else 0


_ISSUERS = re.compile(
    r"""
    4[0-9]{12}(?:[0-9]{3}|[0-9]{6})?                                             # Visa
  | (?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12} # Mastercard
  | 3[47][0-9]{13}                                                               # American Express
  | 3(?:0[0-5]|[689][0-9])[0-9]{11}                                              # Diners
  | 35(?:2[89]|[3-8][0-9])[0-9]{12}                                              # JCB
  | 6(?:011|4[4-9][0-9]|5[0-9]{2})[0-9]{12}                                      # Discover
  | 220[0-4][0-9]{12,15}                                                         # Mir
  | 62[0-9]{14,17}                                                               # UnionPay
  | (?:5018|5020|5038|5893|6304|6759|676[1-3])[0-9]{8,15}                        # Maestro
    """,
    re.VERBOSE,
)


def _card(number: str) -> bool:
    return _ISSUERS.fullmatch(number) is not None and luhn.is_valid(number)


def _snils(number: str) -> bool:
    """Check the last two digits; numbers up to 001-001-998 were given without them."""
    weighed = sum(
        int(digit) * weight for digit, weight in zip(number, range(9, 0, -1), strict=False)
    )
    return weighed % 101 % 100 == int(number[9:]) and number > "00100199899"


def _not_naught(valid: Callable[[str], bool]) -> Callable[[str], bool]:
    """Refuse zeros: every sum of them is right."""
    return lambda number: valid(number) and number.strip("0") != ""


def _phone(country: str, *written: str) -> Length:
    """Take a country's numbers, in texts of these languages; without them in any."""
    return lambda text, language: phone(text, country) if not written or language in written else 0


def _pairs(text: str, _: str) -> int:
    """Take a French number in pairs, unless they only count up, as ``01 02 03 04 05``."""
    pairs = [int(pair) for pair in re.findall("[0-9]{2}", text)]
    return 0 if pairs == list(range(pairs[0], pairs[0] + len(pairs))) else phone(text, "fr")


_EMAIL = (
    r"(?<![\w.+-])\w[\w.%+'-]{0,63}+@(?:\w(?:[\w-]{0,61}\w)?\.){1,8}"
    r"(?!(?:png|jpe?g|gif|svg|webp)\b)[^\W\d_]{2,24}(?![\w@-])"
)
_PASSPORT = (
    rf"[0-9]{{2}}{_SPACE}?[0-9]{{2}}{_SPACE}?(?:№|[Nn][°o]?|номер)?{_SPACE}{{0,2}}[0-9]{{6}}"
    rf"|[0-9]{{2}}{_SPACE}?(?:№{_SPACE}?)?[0-9]{{7}}"  # Russian, at home and abroad
    r"|[0-9]{2}[A-Z]{2}[0-9]{5}|[0-9]{9}|[A-Z][0-9]{8}"  # French; British and American
)
_NIR = (
    rf"[1-478]{_GAP}?[0-9]{{2}}{_GAP}?(?:0[1-9]|1[0-2]|[2-9][0-9]){_GAP}?(?:[0-9]{{2}}|2[ABab])"
    rf"{_GAP}?[0-9]{{3}}{_GAP}?[0-9]{{3}}(?:{_GAP}|{_SPACE}?/{_SPACE}?)?[0-9]{{2}}"
)
_ABROAD = r"(?:[ .()/\xa0\u202f\u2009-]{0,2}[0-9])"
_SIRET = rf"[0-9]{{3}}{_SPACE}?[0-9]{{3}}{_SPACE}?[0-9]{{3}}{_SPACE}[0-9]{{3}}{_SPACE}?[0-9]{{2}}"
_FOURS = rf"[2-6][0-9]{{3}}(?P<gap>{_GAP})[0-9]{{4}}(?:(?P=gap)[0-9]{{4}}){{2}}"
_AMEX = rf"3[47][0-9]{{2}}(?P<gap>{_GAP})[0-9]{{6}}(?P=gap)[0-9]{{5}}"
_FRENCH = rf"0[1-9](?P<gap>{_GAP})[0-9]{{2}}(?:(?P=gap)[0-9]{{2}}){{3}}"
_RUSSIAN = (
    rf"(?:[78]{_GAP}?)?\([0-9]{{3,5}}\){_SPACE}?[0-9]{{1,3}}{_GAP}[0-9]{{2}}{_GAP}[0-9]{{2}}"
    rf"|8{_GAP}\(?[0-9]{{3}}\)?{_GAP}[0-9]{{3}}{_GAP}[0-9]{{2}}{_GAP}?[0-9]{{2}}"
)
_AMERICAN = rf"(?:1{_GAP})?(?:\([0-9]{{3}}\){_SPACE}?|[0-9]{{3}}[.-])[0-9]{{3}}[.-][0-9]{{4}}"
_BRITISH = rf"\(?0[0-9]{{2,4}}\)?{_SPACE}[0-9]{{3,4}}{_SPACE}?[0-9]{{3,4}}"
_INN_END = rf"(?![\w@%=])(?![.,:-][0-9])(?!{_SPACE}[0-9])"
"""Another number may follow a slash, as in ``ИНН/КПП 7707083893/773601001``."""
_SIRET_VALID = _if(_not_naught(siret.is_valid))
_LIKELY = Certainty.LIKELY

FORMS = (
    Form(PersonalKind.EMAIL, _pattern(_EMAIL, "", ""), _all, certainty=_LIKELY, near=_AT),
    Form(PersonalKind.IBAN, re.compile(ACCOUNT, re.VERBOSE), _account, near=_COUNTRY),
    Form(PersonalKind.NIR, _pattern(_NIR), _if(nir.is_valid)),
    Form(PersonalKind.CARD, _pattern(_FOURS), _if(_card)),
    Form(PersonalKind.CARD, _pattern(_AMEX), _if(_card)),
    Form(PersonalKind.CARD, _pattern("[2-6][0-9]{14,15}"), _if(_card), Needs.SILENCE),
    Form(PersonalKind.CARD, _pattern(rf"[2-6](?:{_GAP}?[0-9]){{11,18}}"), _if(_card), Needs.LABEL),
    Form(PersonalKind.SIRET, _pattern(_SIRET), _SIRET_VALID, Needs.SILENCE),
    Form(PersonalKind.SIRET, _pattern("[0-9]{14}"), _SIRET_VALID, Needs.LABEL),
    Form(
        PersonalKind.SIREN,
        _pattern(rf"[0-9]{{3}}(?P<gap>{_GAP}?)[0-9]{{3}}(?P=gap)[0-9]{{3}}"),
        _if(_not_naught(siren.is_valid)),
        Needs.LABEL,
    ),
    Form(
        PersonalKind.INN,
        _pattern("[0-9]{12}|[0-9]{10}", end=_INN_END),
        _if(_not_naught(inn.is_valid)),
        Needs.LABEL,
    ),
    Form(
        PersonalKind.SNILS,
        _pattern(rf"(?:[0-9]{{3}}{_DASH}){{2}}[0-9]{{3}}{_GAP}[0-9]{{2}}"),
        _if(_snils),
    ),
    Form(
        PersonalKind.SNILS,
        _pattern(rf"(?:[0-9]{{3}}{_GAP}?){{3}}[0-9]{{2}}"),
        _if(_snils),
        Needs.LABEL,
    ),
    Form(PersonalKind.PASSPORT, _pattern(_PASSPORT), _all, Needs.LABEL, _LIKELY),
    Form(
        PersonalKind.PHONE,
        _pattern(rf"\+{_SPACE}?[1-9]{_ABROAD}{{6,17}}", r"(?<![\w+])", "(?![0-9])"),
        _phone("und"),
        certainty=_LIKELY,
    ),
    Form(
        PersonalKind.PHONE,
        _pattern(rf"00{_SPACE}?[1-9]{_ABROAD}{{7,17}}", end="(?![0-9])"),
        _phone("und"),
        Needs.SILENCE,
        _LIKELY,
    ),
    Form(PersonalKind.PHONE, _pattern(_FRENCH), _pairs, certainty=_LIKELY),
    Form(PersonalKind.PHONE, _pattern(_RUSSIAN), _phone("ru", "ru", "und"), certainty=_LIKELY),
    Form(
        PersonalKind.PHONE,
        _pattern(f"{_AMERICAN}|{_BRITISH}"),
        _phone("en", "en", "und"),
        Needs.SILENCE,
        _LIKELY,
    ),
    Form(
        PersonalKind.PHONE,
        _pattern(rf"\(?[0-9]{_ABROAD}{{7,14}}", end="(?![0-9])"),
        phone,
        Needs.LABEL,
        _LIKELY,
    ),
)
