"""Marks: the figures and names of a text, in its order. Pure."""

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from contracts.recognition import UNDERLINE

Marks: TypeAlias = tuple[str, ...]
"""As often as a text has them, in its order."""

MOST = 2000
"""Marks that are kept: those with the least hashes, so that two texts keep the same ones."""
JOKER: Final = "?"
"""Stands in a mark for a letter or digit that recognition was not sure of."""
OFTEN = 20
"""How often one mark is counted."""

_UNDERLINED: Final = re.compile(f"(.[\u0300-\u0331]*)({UNDERLINE}?)", re.DOTALL)
_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
_DIGIT: Final = re.compile(r"\d")
_DIGITS: Final = re.compile(r"\d+")
_MISREAD: Final = re.compile(r"(?<=[^\W\d_])\d(?=[^\W\d_])")
_CAPITAL: Final = re.compile(r"[^\W\d_a-zа-я](?<!\w.)\w{2,}")
_AROUND: Final = ".,;:!?()[]/\"'«»"
_LOOKS: Final = str.maketrans("OoQlI|iSsBZzbgq", "000111155822699")
_SHAPED: Final = re.compile(r"[\dOoQlI|iSsBZzbgqT]+")
_CYRILLIC: Final = str.maketrans("ОоТІіЅѕ", "OoTIiSs")
_LETTERS: Final = str.maketrans("01589", "olsbg")
"""What scans take for each other."""
_MONTHS_OF_THE_YEAR = """
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    january february march april may june july august september october november december
    январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
"""


def plain(text: str) -> str:
    """Leave out accents: scans and plain text lose them."""
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text))


_MONTHS: Final = frozenset(plain(_MONTHS_OF_THE_YEAR).split())


def figures(text: str) -> Marks:
    """Give the digits of every number, date and reference, and the months, of a plain text.

    Letters beside digits that a scan takes for some stay: `digits` makes digits of them.
    """
    found: list[str] = []
    for token in text.split():
        if not token.isalpha() and _DIGIT.search(token):
            found += _figures(token)
        elif (word := token.strip(_AROUND).casefold()) in _MONTHS:
            found.append(word)
    return _sample(found)


def digits(marks: Marks) -> Marks:
    """Give figures of digits alone: a letter that looks like one is one."""
    return tuple(
        figure
        for mark in marks
        for figure in ([mark] if mark.isalpha() else _DIGITS.findall(mark.translate(_LOOKS)))
    )


def unsure(words: Iterable[str]) -> dict[str, str]:
    """Give marks that stand in words with underlined letters, and what is sure of each."""
    found = {}
    for word in words:
        letters = [(plain(letter), line) for letter, line in _UNDERLINED.findall(word)]
        text = "".join(letter for letter, _ in letters)
        sure = "".join(JOKER if line else one for letter, line in letters for one in letter)
        inside, openers = names(text)
        for marks, said in (
            (figures(text), text.translate(_CYRILLIC)),
            ((*inside, *openers), text.casefold().translate(_LETTERS)),
        ):
            for mark in marks:
                if (start := said.find(mark)) >= 0 and len(said) == len(sure):
                    kept = zip(mark, sure[start:], strict=False)
                    found[mark] = "".join(JOKER if one == JOKER else own for own, one in kept)
    return found


def names(text: str) -> tuple[Marks, Marks]:
    """Give the words of a plain text with a capital: inside sentences, and where one begins.

    A digit inside a word is a letter that was misread.
    """
    inside, openers = [], set()
    for found in _CAPITAL.finditer(text):
        word = found[0]
        if word[0].isupper() and (word.isalpha() or not _is_number(word)):
            name = word.casefold().translate(_LETTERS)
            if _begins_sentence(text, found.start()):
                openers.add(name)
            else:
                inside.append(name)
    return _sample(inside), _sample(sorted(openers.difference(inside)))


def _begins_sentence(text: str, start: int) -> bool:
    """Tell whether a sentence ended before; what follows ``Mrs.`` begins none."""
    before = text[max(0, start - 6) : start]
    return before[-2:] in {". ", "! ", "? "} and before[:4].isalpha()


def comparable(mine: Marks, other: Marks) -> tuple[Marks, Marks]:
    """Give the marks that either sample would hold if its text had them."""
    ends = [max(map(_hash, set(marks))) for marks in (mine, other) if len(marks) >= MOST]
    if not ends:
        return mine, other
    last = min(ends)
    one, two = (tuple(m for m in marks if _hash(m) <= last) for marks in (mine, other))
    return one, two


def _figures(token: str) -> list[str]:
    """Give the runs of digits of a token, and what a scan makes of digits where most are.

    A lone digit between letters is a letter that was misread.
    """
    if _is_number(token):
        return [f for f in _SHAPED.findall(token.translate(_CYRILLIC)) if _DIGIT.search(f)]
    return _DIGITS.findall(_MISREAD.sub("", token))


def _is_number(token: str) -> bool:
    digits, letters = (sum(map(kind, token)) for kind in (str.isdigit, str.isalpha))
    return digits > letters


def _sample(marks: Sequence[str]) -> Marks:
    """Give the marks, none more than OFTEN; of very many those with the least hashes."""
    times: Counter[str] = Counter()
    kept = []
    for mark in marks:
        times[mark] += 1
        if times[mark] <= OFTEN:
            kept.append(mark)
    if len(kept) <= MOST:
        return tuple(kept)
    chosen, total = set(), 0
    for mark in sorted(times, key=_hash):
        if total >= MOST:
            break
        chosen.add(mark)
        total += min(times[mark], OFTEN)
    return tuple(mark for mark in kept if mark in chosen)


def _hash(mark: str) -> tuple[int, str]:
    return zlib.crc32(mark.encode()), mark
