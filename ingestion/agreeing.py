"""Agree: whether two texts have the same figures and names but for damage and a stamp. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, TypeAlias

from ingestion.marks import JOKER, Marks, comparable, digits
from ingestion.misreading import figures_alike, fits, names_alike, similar

Gap: TypeAlias = tuple[list[str], list[str]]
"""What only the one and what only the other text says at one place."""

TRACES, DAMAGED = 0.0015, 0.006
"""From the lower share of damaged letters on, marks that a scan makes of each other are equal;
from the higher one on, a few others may differ. Below both nothing is put down to damage. Where
recognition says itself what is not sure, no share counts: nothing else may differ."""
STAMP, STAMP_SHARE = 6, 0.25
"""What only one of two copies may have: a few marks, or a share of them."""
SPARE, TOO_MANY = 4, 1.6
"""More marks that differ than damage explains, by so many and so many times, are not damage."""
NEAR = 1
"""Marks that both have between two places that are still one place."""
PIECES = (2, 3)
"""In how many one mark may fall apart."""
SLIP = 2
"""Characters that a scan loses or adds in one figure, at most."""

_ALIKE: Final = frozenset({"17", "38", "56", "68", "08"})
"""Digits that scans take for each other."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What a scan does to one kind of mark.

    From a share ``traces`` of damaged letters on, marks that are ``alike`` are equal, and so are
    all of a place that are alike when ``joined``. ``misread`` are the marks per damaged character
    that it makes others altogether: a three that looks like an eight is known for what it is, a
    name without its first letter is not.
    """

    alike: Callable[[str, str], bool]
    joined: Callable[[str, str], bool]
    traces: float = 0.0
    misread: float = 0.0
    least: int = 0


def figures_agree(mine: Marks, other: Marks, noise: float, *, recognised: bool) -> bool:
    """Tell whether two texts have the same figures but for damage and a stamp.

    ``noise`` is the share of damaged characters that the words show; of a text that was
    ``recognised`` it is known which ones are not sure.
    """
    if recognised:
        return _agree(*comparable(mine, other), noise, _RECOGNISED_FIGURES)
    return _agree(*comparable(digits(mine), digits(other)), noise, _FIGURES)


def names_agree(
    mine: tuple[Marks, Marks], other: tuple[Marks, Marks], noise: float, *, recognised: bool
) -> bool:
    """Tell whether two texts have the same names but for damage and a stamp."""
    one, two = comparable(mine[0], other[0])
    opening = {*mine[1], *other[1]}
    one, two = (tuple(n for n in names if not _is_one(n, opening)) for names in (one, two))
    return _agree(one, two, noise, _RECOGNISED_NAMES if recognised else _NAMES)


def _is_one(name: str, words: set[str]) -> bool:
    """Tell whether a name is among words, or may be for what is sure of it."""
    return name in words or (JOKER in name and any(names_alike(name, word) for word in words))


def _agree(mine: Marks, other: Marks, noise: float, damage: Damage) -> bool:
    """Judge by what both say otherwise at one place, and by what only one of them says."""
    if mine == other:
        return True
    one, two = Counter(mine), Counter(other)
    left, right = one - two, two - one
    fewer = min(mine, other, key=len)
    damaged = noise >= TRACES
    lost = sum(1 - (1 - noise) ** len(mark) for mark in fewer) if damaged else 0.0
    unsure = sum(JOKER in mark for mark in (*left.elements(), *right.elements()))
    if min(left.total(), right.total()) > SPARE + TOO_MANY * lost + unsure:
        return False
    seen = noise >= damage.traces
    alike, joined = (damage.alike, damage.joined) if seen else (str.__eq__, str.__eq__)
    gaps = [_unexplained(*gap, alike, joined) for gap in _gaps(mine, other, left, right)]
    if not damaged:
        # Without damage nothing is lost: what only one says and what only the other says differ.
        gaps = [([mark for here, _ in gaps for mark in here], [m for _, to in gaps for m in to])]
    conflicts = sum(_contradictions(*gap) for gap in gaps)
    # A head that each page repeats is one stamp.
    added = (max(gap, key=len) for gap in gaps if len(gap[0]) != len(gap[1]))
    only_one = len({mark for marks in added for mark in marks})
    allowed = max(damage.least, int(noise * sum(map(len, fewer)) * damage.misread))
    allowed = allowed if noise >= DAMAGED else 0
    return conflicts <= allowed and only_one <= STAMP + STAMP_SHARE * len(fewer) + lost


def _gaps(mine: Marks, other: Marks, left: Counter[str], right: Counter[str]) -> Iterator[Gap]:
    """Give what differs place by place; what only moved does not differ."""
    here: list[str] = []
    there: list[str] = []
    matcher = SequenceMatcher(None, mine, other, autojunk=False)
    for kind, start, stop, begin, end in matcher.get_opcodes():
        if kind != "equal":
            here += _taken(mine[start:stop], left)
            there += _taken(other[begin:end], right)
        elif stop - start > NEAR:
            yield here, there
            here, there = [], []
    yield here, there


def _taken(marks: Sequence[str], of: Counter[str]) -> list[str]:
    """Take marks out of those that differ, as far as they are among them."""
    taken = []
    for mark in marks:
        if of[mark] > 0:
            of[mark] -= 1
            taken.append(mark)
    return taken


def _unexplained(
    here: list[str],
    there: list[str],
    alike: Callable[[str, str], bool],
    joined: Callable[[str, str], bool],
) -> tuple[list[str], list[str]]:
    """Leave out what is the same but divided elsewhere, and what one is a damaged form of.

    Dust makes lone characters: in damaged texts these say nothing.
    """
    if here and there and joined("".join(here), "".join(there)):
        return [], []
    here, rest = ([mark for mark in marks if not alike(mark, "")] for marks in (here, there))
    rest = _undivided(rest, here)
    alone = []
    for mark in _undivided(here, rest):
        twin = next((one for one in rest if alike(mark, one)), None)
        if twin is None:
            alone.append(mark)
        else:
            rest.remove(twin)
    return alone, rest


def _undivided(marks: list[str], pieces: list[str]) -> list[str]:
    """Leave out marks that the other text says in a few pieces, and take these away."""
    left = []
    for mark in marks:
        runs = (slice(n, n + long) for long in PIECES for n in range(len(pieces) - long + 1))
        said = next((run for run in runs if "".join(pieces[run]) == mark), None)
        if said is None:
            left.append(mark)
        else:
            del pieces[said]
    return left


def _contradictions(here: list[str], there: list[str]) -> int:
    """Count what cannot both be: a month is no other reading of a number."""
    kinds = (Counter(map(_is_word, marks)) for marks in (here, there))
    return (next(kinds) & next(kinds)).total()


def _is_word(mark: str) -> bool:
    return any(map(str.isalpha, mark)) and not any(map(str.isdigit, mark))


def _alike_figures(one: str, two: str) -> bool:
    """Tell whether a scan may make one figure of the other, or of nothing."""
    short, long = sorted((one, two), key=len)
    if not short:
        return len(long) == 1
    if len(short) > SLIP and (long.startswith(short) or long.endswith(short)):
        return True  # a space too many, or too few
    if len(short) == len(long):
        pairs = ["".join(sorted(p)) for p in zip(one, two, strict=True) if p[0] != p[1]]
        return len(pairs) <= max(1, len(long) // 3) and _ALIKE.issuperset(pairs)
    rest = iter(long)
    return len(long) - len(short) <= SLIP and all(digit in rest for digit in short)


_FIGURES: Final = Damage(_alike_figures, _alike_figures, TRACES, misread=0.25)
_NAMES: Final = Damage(similar, similar, TRACES, misread=0.3, least=1)
_RECOGNISED_FIGURES: Final = Damage(figures_alike, figures_alike)
_RECOGNISED_NAMES: Final = Damage(names_alike, fits)
