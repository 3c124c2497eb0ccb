"""Text that was recognised in pictures of pages, kept so that no page is recognised twice.

Imports the standard library alone: reading processes, which have no numpy, know the noun.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

Place: TypeAlias = tuple[str, int]
"""A blob and where in it a document's bytes start."""
UNDERLINE: Final = "\u0332"
"""Follows a letter that recognition was not sure of, in a word that it doubted."""


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """What recognition made of the picture of one page, numbered from 1.

    A picture that is shown among a document's text has a number made from its bytes.

    ``settings`` name the engine, its version and its languages: other ones may see more.
    ``confidence`` is the engine's own, from 0 to 1, None where it saw no words. A page with words
    but without ``text`` could not be made out; ``script`` then says in which one it is written,
    when no installed language reads that one. ``doubtful`` are words with digits or capitals in
    which the engine was not sure of each letter: UNDERLINE follows those; None where it does not
    tell.
    """

    page: int
    settings: str
    text: str
    confidence: float | None
    languages: tuple[str, ...]
    script: str | None = None
    doubtful: tuple[str, ...] | None = None


class RecognisedPages(Protocol):
    """Recognised pages by the bytes that show them. Verbs raise CatalogUnavailable."""

    async def keep(self, place: Place, page: RecognisedPage) -> None:
        """Keep a page, in place of what was kept of the same page before.

        Nothing is kept of a blob that no version names: ``Ledger.gone`` forgets its pages with
        its last version.
        """
        ...

    async def kept(self, places: Sequence[Place]) -> Mapping[Place, Sequence[RecognisedPage]]:
        """Give what is kept, by page; places of which nothing is kept are left out."""
        ...
