"""Likeness: what a text is known by, and what two texts are to each other. Pure.

Two things decide. How many short runs of characters two texts share says whether they are the
same words. Their figures and names say whether they are the same document or the next one of the
same template: a scan damages them as often as it damages the words, and no more.
"""

import math
import re
import unicodedata
import zlib
from collections.abc import Collection, Iterable, Iterator
from hashlib import blake2b, sha256
from itertools import islice
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from datasketch import MinHash

from contracts.likeness import Fingerprint, Likeness
from ingestion.marks import figures, figures_agree, names, names_agree

Hashes: TypeAlias = npt.NDArray[np.uint32]

SCHEME = 1
"""How fingerprints are made; those of another scheme are not compared, and made anew."""
FEWEST_WORDS = 20
"""A shorter text is compared as a whole only: two short letters share most of what they say."""
LONGEST = 200_000
"""Characters that are looked into, half from each end; the hash is of all of them."""
SHINGLE = 7
"""Characters of a run. Of copies with 5 % of their characters damaged at least 0.47 stays in
common, and of other documents of the same type at most 0.21; with 5 characters 0.58 and 0.41,
with 9 0.38 and 0.12, with two words 0.22 and 0.04, with three 0.13 and 0.03."""
PERMUTATIONS, ROWS = 160, 4
"""Of texts with 0.56 in common 98 % share a band of four hashes, of those with 0.2 6 %."""
ALIKE = 0.38
"""What two documents have in common at least; the estimate is off by 0.04 now and then."""
BLOCK = 8192
"""Runs hashed together: 160 permutations of them take 5 MB."""

_DIVIDED = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011\u00ad]\s*(?=[^\W\d_])")
_PAGE = re.compile(
    r"\b(?:page|pages|стр\.|страница)\s*\d+(?:\s*(?:/|sur|of|de|из)\s*\d+)?", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")


def fingerprint(parts: Iterable[str]) -> Fingerprint:
    """Give what a text is known by, whatever its format, its lines and its hyphens."""
    text = normalise("\n".join(parts))
    whole = sha256(text.casefold().encode()).digest()
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"
    if text.count(" ") + 1 < FEWEST_WORDS:
        return Fingerprint(whole)
    runs = shingles(text)
    hashes = _hashes(runs)
    inside, openers = names(text)
    return Fingerprint(
        text=whole,
        shingles=len(runs),
        signature=hashes.astype("<u4").tobytes(),
        bands=tuple(_bands(hashes)),
        figures=figures(text),
        names=inside,
        openers=openers,
    )


def normalise(text: str) -> str:
    """Join what lines and hyphens divide, and leave out the numbers of pages."""
    joined = " ".join(_DIVIDED.sub("", unicodedata.normalize("NFKC", text)).split())
    return " ".join(_PAGE.sub("", joined).split())


def shingles(text: str) -> set[str]:
    """Give the runs of characters of a normalised text, every figure being like any other."""
    plain = _DIGITS.sub("#", text.casefold())
    return {plain[start : start + SHINGLE] for start in range(len(plain) - SHINGLE + 1)}


def compare(mine: Fingerprint, other: Fingerprint) -> tuple[Likeness, float] | None:
    """Give the verdict on two texts and how much they have in common; None when it is too little.

    Figures and names that both have and that differ make two documents of one template. What only
    one of them has is a stamp, as long as it is little.
    """
    if mine.text == other.text:
        return Likeness.SAME_TEXT, 1.0
    if not mine.signature or not other.signature:
        return None
    common = _in_common(mine, other)
    if common < ALIKE:
        return None
    noise = _noise(common, mine.shingles, other.shingles)
    same = figures_agree(mine.figures, other.figures, noise) and names_agree(
        (mine.names, mine.openers), (other.names, other.openers), noise
    )
    return (Likeness.NEAR_COPY if same else Likeness.SAME_TEMPLATE), common


def _hashes(runs: Collection[str]) -> Hashes:
    """Give the least hash of the runs under each permutation; CRC-32 is the same everywhere."""
    sketch = MinHash(PERMUTATIONS, seed=1, hashfunc=zlib.crc32, scheme="affine32")
    encoded = (run.encode() for run in runs)
    while block := list(islice(encoded, BLOCK)):
        sketch.update_batch(block)
    return np.asarray(sketch.digest(), dtype=np.uint32)


def _bands(hashes: Hashes) -> Iterator[int]:
    """Give one signed 64-bit number for each band: texts that share one may be alike."""
    for start in range(0, PERMUTATIONS, ROWS):
        key = start.to_bytes(2, "little") + hashes[start : start + ROWS].astype("<u4").tobytes()
        yield int.from_bytes(blake2b(key, digest_size=8).digest(), "little", signed=True)


def _in_common(mine: Fingerprint, other: Fingerprint) -> float:
    one, two = (np.frombuffer(x.signature, dtype="<u4") for x in (mine, other))
    return int(np.count_nonzero(one == two)) / PERMUTATIONS


def _noise(common: float, mine: int, other: int) -> float:
    """Estimate the share of damaged characters from what is missing of the shorter text.

    What was put on top of one of the two is no damage, hence not what both lack of each other.
    """
    shared = common / (1 + common) * (mine + other)
    kept = min(1.0, shared / min(mine, other))
    return 1 - math.pow(kept, 1 / SHINGLE)
