"""Contrast: where the words of two documents differ, put side by side."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from uuid import UUID

from contracts.nouns import VersionRef
from contracts.record import Documents
from ingestion.likeness import normalise

LONGEST = 40_000
"""Characters of each document that are compared; two texts of that size take half a second."""
AROUND = 12
"""Equal words that are shown around a difference."""
MOST = 40
"""Differences that are shown."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and whether only this side has them."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two texts differ, with the words around it."""

    document: tuple[Piece, ...]
    other: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Where two texts differ, in order; ``cut`` when there is more than was compared or shown."""

    differences: tuple[Difference, ...]
    cut: bool


async def contrast(documents: Documents, workspace: str, one: UUID, two: UUID) -> Contrast:
    """Compare what was read of two documents as their likeness is judged: by words, not by lines.

    Raises NotFound, also for a document that was not read yet.
    """
    texts = [await _text(documents, workspace, document) for document in (one, two)]
    return await asyncio.to_thread(differences, *texts)


def differences(one: str, two: str) -> Contrast:
    """Compare two texts word by word; lines, hyphens at their ends and capitals do not count."""
    words = [normalise(text[:LONGEST]).split() for text in (one, two)]
    left, right = ([word.casefold() for word in some] for some in words)
    groups = iter(SequenceMatcher(None, left, right).get_grouped_opcodes(AROUND))
    shown = [_difference(words, group) for group in islice(groups, MOST)]
    rest = next(groups, None)
    return Contrast(tuple(shown), rest is not None or max(len(one), len(two)) > LONGEST)


def _difference(
    words: Sequence[Sequence[str]], group: Sequence[tuple[str, int, int, int, int]]
) -> Difference:
    one, two = words
    left = [(one[a:b], tag != "equal") for tag, a, b, _, _ in group if b > a]
    right = [(two[c:d], tag != "equal") for tag, _, _, c, d in group if d > c]
    sides = (tuple(Piece(" ".join(w), differs) for w, differs in side) for side in (left, right))
    return Difference(*sides)


async def _text(documents: Documents, workspace: str, document: UUID) -> str:
    record = await documents.get(workspace, document)
    ref = VersionRef(document, record.live or record.version)
    parts = await documents.parts(workspace, ref)
    return "\n".join(part.text for part in parts)
