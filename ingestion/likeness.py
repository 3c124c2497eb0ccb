"""Likeness: what a text is known by, and what two texts are to each other. Pure.

Two things decide. How many short runs of letters two texts share says whether they are the same
words. Their figures and names say whether they are the same document or the next one of the same
template: a scan damages them as often as it damages the words, and no more.
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from contracts.likeness import Fingerprint, Likeness
from ingestion.agreeing import figures_agree, names_agree
from ingestion.marks import Marks, figures, names, plain, unsure
from ingestion.sketch import BINS, bands, in_common, ranges, runs, signature

SCHEME = 3
"""How fingerprints are made; those of another scheme are not compared, and made anew."""
FEWEST = 60
"""Letters. A text of fewer is compared as a whole only: two short letters share most of it."""
LONGEST = 200_000
"""Characters that are looked into, half from each end; the hash is of all of them."""
RUN, LONG_RUN = 7, 21
"""Letters of a run, and of a run that tells damage from other words: a misread letter breaks three
times as many of these, another sentence hardly more. Of copies with 5 % of their characters damaged
at least 0.47 of the short ones stay in common, and of other documents of the same type at most
0.21; with 5 letters 0.58 and 0.41, with 9 0.38 and 0.12, with two words 0.22 and 0.04."""
ALIKE = 0.35
"""What two documents have in common at least; the estimate is off by 0.03 now and then."""
REWRITTEN, BURSTS = 0.07, 1.5
"""The share of letters that may be other words, and how many for each damaged letter."""

ADDED, ADDED_SHARE = 150, 0.25
"""Letters that only one of two copies may have: those of a stamp, or a share of the shorter."""
EXACT = 8
"""Bytes of a hash of all letters, before the two sketches."""
SHORT, LONG = slice(EXACT, EXACT + BINS), slice(EXACT + BINS, None)

_PAGE: Final = re.compile(
    r"\b(?:pages?|seite|стр\.|страница)\s*\d+(?:\s*(?:/|sur|of|de|von|из)\s*\d+)?", re.IGNORECASE
)
_FRACTION: Final = re.compile("[\u00bc-\u00be\u2150-\u215e]")
_DIVIDED: Final = re.compile(r"[-\u2010\u2011\u2013\u00ad](?<=[^\W\d_].)\s*(?=[^\W\d_])")
_SAID: Final = re.compile(r"(?<!\w)[-\u2212](?=\d)|\d+|[^\W\d_]+")
_NO_LETTER: Final = re.compile(r"[\W\d_]+")


def fingerprint(parts: Iterable[str], doubtful: Iterable[str] | None = None) -> Fingerprint:
    """Give what a text is known by, whatever its format, its lines and its hyphens.

    ``doubtful`` are the words of a recognised text whose underlined letters are not sure.
    """
    text = plain(normalise("\n".join(parts)))
    spoken = said(text)
    whole = sha256(spoken.encode()).digest()
    spelled = _ends(_NO_LETTER.sub("", spoken))
    if len(spelled) < FEWEST:
        return Fingerprint(whole)
    text = _ends(text)
    short, long = (ranges(runs(spelled, length)) for length in (RUN, LONG_RUN))
    inside, openers = names(text)
    doubts = {} if doubtful is None else unsure(doubtful)
    return Fingerprint(
        text=whole,
        shingles=len(spelled),
        signature=_exact(spelled) + signature(short) + signature(long),
        bands=bands(short),
        figures=tuple(doubts.get(one, one) for one in figures(text)),
        names=tuple(doubts.get(one, one) for one in inside),
        openers=openers,
        recognised=doubtful is not None,
    )


def normalise(text: str) -> str:
    """Leave out the numbers of pages, and join what lines and hyphens divide."""
    paged = _PAGE.sub("", unicodedata.normalize("NFKC", _FRACTION.sub(r" \g<0>", text)))
    return " ".join(_DIVIDED.sub("", paged).split())


def said(text: str) -> str:
    """Give what a text says, letters and figures: a space divides figures only, a minus counts."""
    found = _SAID.findall(text.casefold())
    return "".join([one if one.isalpha() else f" {one}" for one in found])


def _ends(text: str) -> str:
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]} {text[-half:]}"


def compare(mine: Fingerprint, other: Fingerprint) -> tuple[Likeness, float] | None:
    """Give the verdict on two texts and how much they have in common; None when it is too little.

    Figures and names that both have and that differ make two documents of one template. What only
    one of them has is a stamp, as long as it is little.
    """
    if mine.text == other.text:
        return Likeness.SAME_TEXT, 1.0
    if not mine.signature or not other.signature:
        return None
    common = in_common(mine.signature[SHORT], other.signature[SHORT])
    if common < ALIKE:
        return None
    noise, rewritten = damage(mine, other)
    recognised = mine.recognised or other.recognised
    fewer, more = sorted((mine.shingles, other.shingles))
    same = (
        rewritten <= REWRITTEN + BURSTS * noise
        and more <= ADDED + (1 + ADDED_SHARE) * fewer
        and figures_agree(mine.figures, other.figures, noise, recognised=recognised)
        and (
            _same_letters(mine, other)
            or names_agree(_names(mine), _names(other), noise, recognised=recognised)
        )
    )
    return (Likeness.NEAR_COPY if same else Likeness.SAME_TEMPLATE), common


def damage(mine: Fingerprint, other: Fingerprint) -> tuple[float, float]:
    """Estimate the share of damaged letters, and of those in other words.

    A damaged letter breaks as many runs as these have letters, other words break a run for each of
    their letters, however long the runs are.
    """
    short = _broken(mine, other, SHORT, RUN)
    long = _broken(mine, other, LONG, LONG_RUN)
    noise = max(0.0, (long - short) / (LONG_RUN - RUN))
    return noise, max(0.0, short - RUN * noise)


def _broken(mine: Fingerprint, other: Fingerprint, which: slice, run: int) -> float:
    """Give how often runs of the shorter text are broken (the mean of Poisson's law).

    What was put on top of one of the two is no damage, hence not what both lack of each other.
    """
    common = in_common(mine.signature[which], other.signature[which])
    sizes = [one.shingles - run + 1 for one in (mine, other)]
    kept = common / (1 + common) * sum(sizes) / min(sizes)
    return -math.log(min(1.0, max(kept, 1 / min(sizes))))


def _exact(spelled: str) -> bytes:
    return sha256(spelled.encode()).digest()[:EXACT]


def _same_letters(mine: Fingerprint, other: Fingerprint) -> bool:
    """Tell whether all letters are the same, so that names can only be divided elsewhere."""
    return mine.signature[:EXACT] == other.signature[:EXACT]


def _names(one: Fingerprint) -> tuple[Marks, Marks]:
    return one.names, one.openers
