"""Marks: the figures and names of a text, and whether those of two texts agree. Pure."""

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable

MOST = 2000
"""Marks that are kept: those with the least hashes, so that two texts keep the same ones."""
CLEAN = 0.006
"""Below this share of damaged characters nothing that differs is put down to damage."""
FIGURES_MISREAD, NAMES_MISREAD = 0.25, 0.8
"""Marks per damaged character that a scan makes others altogether: a three that looks like an
eight is known for what it is, a name without its first letter is not."""
STAMP, STAMP_SHARE = 6, 0.25
"""What only one of two copies may have: a few marks, or a share of them."""
SLIP = 2
"""Characters that a scan loses or adds in one mark, at most."""
FEW, LOST = 20, 0.6
"""Where more marks than a few differ, and more than this share, no damage explains it."""

# From a token's first character on: from each of them, a long one takes the square of its length.
_TOKEN = re.compile(r"(?<!\S)[^\s\d]*+\d\S*")
_WORD = re.compile(r"\w{3,}")
_OPENER = re.compile(r"(?<=[^\W\d_]{4}[.!?] )\w{3,}")
"""The first word of a sentence; what follows ``Mrs.`` is none."""
_LOOKS = str.maketrans("OoQlI|iSsBZzbgq", "000111155822699")
_ALIKE = frozenset({"17", "38", "56", "68", "08"})
"""Digits that scans take for each other."""
_MONTHS_OF_THE_YEAR = """
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    january february march april may june july august september october november december
    январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
"""
_MONTHS = frozenset(_MONTHS_OF_THE_YEAR.split())


def figures(text: str) -> tuple[str, ...]:
    """Give the digits of every number, date and reference, and the months that are words."""
    digits = filter(None, map(_figure, _TOKEN.findall(text)))
    months = (word for word in map(str.casefold, _WORD.findall(text)) if word in _MONTHS)
    return _sample({*digits, *months})


def names(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the words that begin with a capital: inside sentences, and where one begins."""
    openers = {word.casefold() for word in _OPENER.findall(text) if _is_capital(word)}
    inside = {w.casefold() for w in _WORD.findall(_OPENER.sub("", text)) if _is_capital(w)}
    return _sample(inside), _sample(openers - inside)


def figures_agree(mine: tuple[str, ...], other: tuple[str, ...], noise: float) -> bool:
    """Tell whether two texts have the same figures but for damage and a stamp.

    ``noise`` is the share of damaged characters that the words show. In a damaged text only
    figures of equal length contradict each other: a stamp's is no other reading of a lost one.
    """
    one, two = _comparable(mine, other)
    allowed = round(noise * sum(map(len, one)) * FIGURES_MISREAD)
    return _agree(one - two, two - one, min(len(one), len(two)), noise, allowed, _kind)


def names_agree(
    mine: tuple[tuple[str, ...], tuple[str, ...]],
    other: tuple[tuple[str, ...], tuple[str, ...]],
    noise: float,
) -> bool:
    """Tell whether two texts have the same names but for damage and a stamp."""
    one, two = _comparable(mine[0], other[0])
    left, right = one - two - set(other[1]), two - one - set(mine[1])
    allowed = max(1, round(noise * sum(map(len, one)) * NAMES_MISREAD))
    return _agree(left, right, min(len(one), len(two)), noise, allowed, bool)


def _agree(
    left: set[str],
    right: set[str],
    fewer: int,
    noise: float,
    allowed: int,
    kind: Callable[[str], int],
) -> bool:
    """Judge by what only the one and what only the other has; one of them has ``fewer`` marks."""
    if min(len(left), len(right)) > max(FEW, LOST * fewer):
        return False
    if noise < CLEAN:
        conflicts, allowed = min(len(left), len(right)), 0
    else:
        left, right = _undamaged(left, right)
        conflicts = (Counter(map(kind, left)) & Counter(map(kind, right))).total()
    only_one = max(len(left), len(right)) - conflicts
    return conflicts <= allowed and only_one <= STAMP + STAMP_SHARE * fewer


def _kind(figure: str) -> int:
    """Tell figures apart that cannot be each other: by their length, and the months."""
    return len(figure) if figure.isdigit() else 0


def _figure(token: str) -> str:
    """Give the digits of a token, and what a scan makes of digits where most are digits."""
    read = token.translate(_LOOKS) if _is_number(token) else token
    return "".join(filter(str.isdigit, read))


def _is_capital(word: str) -> bool:
    return word[0].isupper() and not _is_number(word)


def _is_number(token: str) -> bool:
    digits, letters = (sum(map(kind, token)) for kind in (str.isdigit, str.isalpha))
    return digits > letters


def _sample(marks: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(marks, key=_hash)[:MOST])


def _hash(mark: str) -> tuple[int, str]:
    return zlib.crc32(mark.encode()), mark


def _comparable(mine: tuple[str, ...], other: tuple[str, ...]) -> tuple[set[str], set[str]]:
    """Give the marks that either sample would hold if its text had them."""
    ends = [_hash(marks[-1]) for marks in (mine, other) if len(marks) == MOST]
    if not ends:
        return set(mine), set(other)
    last = min(ends)
    one, two = ({mark for mark in marks if _hash(mark) <= last} for marks in (mine, other))
    return one, two


def _undamaged(left: set[str], right: set[str]) -> tuple[set[str], set[str]]:
    """Leave out pairs of which one is a damaged form of the other, and lone characters."""
    alone, rest = set(), {mark for mark in right if len(mark) > 1}
    for mark in sorted(mark for mark in left if len(mark) > 1):
        twin = next((one for one in sorted(rest) if _damaged(mark, one)), None)
        if twin is None:
            alone.add(mark)
        else:
            rest.remove(twin)
    return alone, rest


def _damaged(one: str, two: str) -> bool:
    """Tell whether a scan may make one mark of the other."""
    short, long = sorted((one, two), key=len)
    if len(short) > SLIP and (long.startswith(short) or long.endswith(short)):
        return True  # a space too many, or too few
    if one.isdigit() and two.isdigit():
        if len(short) == len(long):
            pairs = ["".join(sorted(p)) for p in zip(one, two, strict=True) if p[0] != p[1]]
            return len(pairs) <= len(long) // 3 and _ALIKE.issuperset(pairs)
        rest = iter(long)
        return len(long) - len(short) <= SLIP and all(digit in rest for digit in short)
    return len(long) - len(short) <= SLIP and _distance(one, two) <= max(1, len(long) // 3)


def _distance(one: str, two: str) -> int:
    """Count the characters to add, drop or change (Levenshtein)."""
    row = list(range(len(two) + 1))
    for number, mine in enumerate(one, 1):
        above, row[0] = row[0], number
        for place, yours in enumerate(two, 1):
            change = above + (mine != yours)
            above = row[place]
            row[place] = min(change, above + 1, row[place - 1] + 1)
    return row[-1]
