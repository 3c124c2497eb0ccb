"""International bank account numbers, told from the words that follow them."""

import re
from functools import cache
from itertools import accumulate

from stdnum import iban, numdb

FORM = r"(?<![\w-]) [A-Z]{2}[0-9]{2} (?:[ \xa0\u202f]?[A-Z0-9]){11,30} (?!\w)"
"""What may begin with one, as a piece of a verbose expression."""
_BLANKS = re.compile(r"[ \xa0\u202f]")


def account(text: str) -> tuple[str, int]:
    """Give the IBAN that ``text`` begins with and its length there; else "" and the first word's.

    Words in capitals may follow it. What a country adds to the checksum is left out: its lists
    of banks are never complete.
    """
    words = _BLANKS.split(text)
    compact = "".join(words)[: _length(text[:2])]
    ends = list(accumulate(map(len, words)))
    if len(compact) in ends and iban.is_valid(compact, check_country=False):
        return compact, len(compact) + ends.index(len(compact))
    return "", ends[0]


@cache
def _length(country: str) -> int:
    """Give how long the IBANs of a country are; 0 when it has none."""
    ((_, known), *_) = numdb.get("iban").info(country)
    digits = re.findall(r"([0-9]+)!", known.get("bban", ""))
    return sum(map(int, digits)) + 4 if digits else 0
