"""Misread: whether recognition may have made one mark of another. Pure.

Recognition says letter by letter how sure it is, and what is not sure is a joker in a mark. Of what
is sure little is known to be wrong: what stands for a letter beside digits, ``m`` for ``rn``, ``l``
for ``i``, names without their ends or in the wrong alphabet. A digit that is sure is never another.
"""

import re
from typing import Final

from ingestion.marks import JOKER

SIMILAR = 0.4
"""The share of pairs of letters that a name and its damaged form have in common at least."""
_SHAPES: Final = str.maketrans("авгекмнорстухлпибз", "abrekmhopctyxnnub3")
"""What Cyrillic letters look like in Latin ones; ``л`` and ``п`` are both read as ``n``."""
_CYRILLIC, _LATIN = re.compile("[а-я]"), re.compile("[a-z]")
_LOOKS: Final = str.maketrans("lq", "io")
BEGINNING, END = 3, 3
"""Letters that are left of a name whose end is lost, and that are lost, at least."""
_FOREIGN: Final = re.compile("[^a-zа-я?]")
"""Letters that no language here is read with: ``ł`` comes out as some other."""
_LETTERS, _DIGIT = 2, 1
"""How many characters a joker may be: dust is nothing, ``m`` is ``rn``."""
_LETTERS_OF_DIGITS: Final = 3
"""A figure has one letter for so many digits that was read as a digit, or one at least."""


def figures_alike(one: str, two: str) -> bool:
    """Tell whether recognition may have made one figure of the other, or of nothing."""
    if not two:
        return one == JOKER
    said = _digits(one)
    if said and said == _digits(two):
        return True
    pairs = [pair for pair in zip(one, two, strict=False) if pair[0] != pair[1]]
    mixed = all(JOKER in pair or pair[0].isdigit() != pair[1].isdigit() for pair in pairs)
    few = len(pairs) <= max(1, len(one) // _LETTERS_OF_DIGITS)
    return (len(one) == len(two) and few and mixed) or fits(one, two, _DIGIT)


def names_alike(one: str, two: str) -> bool:
    """Tell whether recognition may have made one name of the other, or of nothing."""
    if not two:
        return one == JOKER
    if _alphabets(one) != _alphabets(two):
        # One of the two was read in the wrong one.
        return similar(one.translate(_SHAPES), two.translate(_SHAPES))
    one, two = (_FOREIGN.sub(JOKER, name) for name in (one, two))
    return fits(one, two) or fits(_shape(one), _shape(two)) or _cut(*sorted((one, two), key=len))


def _alphabets(name: str) -> tuple[bool, bool]:
    return bool(_CYRILLIC.search(name)), bool(_LATIN.search(name))


def _shape(name: str) -> str:
    """Give one form to what looks alike in one alphabet."""
    return name.replace("rn", "m").translate(_LOOKS)


def _cut(short: str, long: str) -> bool:
    """Tell whether the end of a name is lost, by more than what endings of names have."""
    return BEGINNING <= len(short) <= len(long) - END and long.startswith(short)


def similar(one: str, two: str) -> bool:
    """Tell whether enough pairs of letters are in both names, or may be."""
    mine, yours = (set(map("".join, zip(f"^{x}", f"{x}$", strict=True))) for x in (one, two))
    return len(mine & yours) >= SIMILAR * max(len(mine), len(yours)) or fits(one, two)


def _digits(figure: str) -> str:
    """Leave out the letters that stand beside digits."""
    return "".join(filter(str.isdigit, figure)) if JOKER not in figure else ""


def fits(one: str, two: str, joker: int = _LETTERS) -> bool:
    """Tell whether two marks are the same but for jokers; where one has many, letter for letter.

    A ``joker`` may be so many characters, or none.
    """
    if len(one) == len(two):
        sure = [pair for pair in zip(one, two, strict=True) if JOKER not in pair]
        return 3 * len(sure) >= len(one) and all(mine == yours for mine, yours in sure)
    return any(
        0 < 2 * mark.count(JOKER) <= len(mark) and _may_be(mark, other, joker)
        for mark, other in ((one, two), (two, one))
    )


def _may_be(mark: str, other: str, joker: int) -> bool:
    """Follow all that the jokers of a mark may be at once: tried in turn they double each time."""
    places = {0}
    for letter in mark:
        if letter == JOKER:
            places = {place + more for place in places for more in range(joker + 1)}
        else:
            places = {place + 1 for place in places if other[place : place + 1] == letter}
    return len(other) in places
