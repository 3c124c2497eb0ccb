"""Checks each sentence of a model against the passages: the piece it rests on, or none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from contracts.content import Embedder, SentenceSplitter
from contracts.errors import ModelUnavailable
from contracts.nouns import Span, Vector
from contracts.tuning import Supporting
from retrieval.asking import Found
from retrieval.claims import Claim
from retrieval.extractive import READABLE
from retrieval.sentences import pieces
from retrieval.words import content, stems

_DIGITS = re.compile(r"\d+")
_GROUPED = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}\b)")
_NAME = re.compile(r"(?<=[\w,;:»\"'’(] )[^\W\d_a-zа-яà-öø-ÿё][\w'’-]{2,}")


@dataclass(frozen=True, slots=True)
class Support:
    """The piece of a passage (by its place in the prompt) that a sentence rests on."""

    rank: int
    span: Span


class Ground:
    """The passages that a model was given, cut into pieces and embedded as they are needed."""

    def __init__(
        self,
        passages: Sequence[Found],
        splitter: SentenceSplitter,
        embedder: Embedder,
        how: Supporting,
    ) -> None:
        self._passages = passages
        self._splitter = splitter
        self._embedder = embedder
        self._how = how
        self._pieces: dict[int, list[Span]] = {}
        self._vectors: dict[int, Vector] = {}

    async def support(self, claim: Claim, language: str) -> Support | None:
        """Find the piece that a sentence rests on, in the passages it cites, else in any.

        Every number in it must stand in that piece (or the headings above it), and every name
        where both are in one language; then the piece must share most of its words, or nearly
        mean the same.
        """
        cited = [n - 1 for n in claim.cited if 1 <= n <= len(self._passages)]
        for ranks in (cited, [r for r in range(len(self._passages)) if r not in cited]):
            held = [
                Support(rank, span)
                for rank in ranks
                for span in self._windows(rank)
                if self._holds_facts(rank, span, claim.text, language)
            ]
            if found := self._by_words(held, claim.text):
                return found
            if found := await self._by_meaning(held, claim.text, language):
                return found
        return None

    def _holds_facts(self, rank: int, span: Span, text: str, language: str) -> bool:
        """Tell whether a piece with its headings has all the numbers and names of a sentence."""
        one = self._passages[rank]
        piece = f"{one.title}\n{one.chunk.context}\n{self._text(rank, span)}"
        if not _numbers(text) <= _numbers(piece):
            return False
        names = {stem for name in _NAME.findall(text) for stem in stems(name)}
        return not self._speaks(rank, language) or names <= stems(piece)

    def _of(self, rank: int) -> list[Span]:
        """Give the pieces of a passage."""
        if rank not in self._pieces:
            chunk = self._passages[rank].chunk
            self._pieces[rank] = pieces(chunk.text, chunk.language, self._splitter)
        return self._pieces[rank]

    def _text(self, rank: int, span: Span) -> str:
        """Give the words of a piece."""
        return self._passages[rank].chunk.text[span.start : span.end]

    def _share(self, held: Support, text: str) -> float:
        """Give the share of a sentence's words that a piece has."""
        wanted = set(content(text))
        return len(wanted & stems(self._text(held.rank, held.span))) / max(len(wanted), 1)

    def _by_words(self, held: Sequence[Support], text: str) -> Support | None:
        """Give the shortest piece with most of a sentence's words, if those are enough."""
        best = max(
            held,
            key=lambda one: (self._share(one, text), one.span.start - one.span.end, -one.rank),
            default=None,
        )
        return best if best and self._share(best, text) >= self._how.words else None

    def _windows(self, rank: int) -> list[Span]:
        """Give the pieces of a passage, and each two neighbours that are readable as one."""
        single = self._of(rank)
        pairs = [Span(one.start, two.end) for one, two in pairwise(single)]
        return single + [pair for pair in pairs if pair.end - pair.start <= READABLE]

    async def _by_meaning(
        self, held: Sequence[Support], text: str, language: str
    ) -> Support | None:
        """Give the piece whose vector is nearest to a sentence's, if it is near enough."""
        single = [one for one in held if one.span in self._of(one.rank)]
        if not single:
            return None
        try:
            (vector,) = await self._embedder.embed_passages([text])
            for rank in {one.rank for one in single} - self._vectors.keys():
                texts = [self._text(rank, span) for span in self._of(rank)]
                self._vectors[rank] = await self._embedder.embed_passages(texts)
        except ModelUnavailable:
            return None

        def spare(one: Support) -> float:
            cosine = float(self._vectors[one.rank][self._of(one.rank).index(one.span)] @ vector)
            if not self._speaks(one.rank, language):
                return cosine - self._how.across
            beside = self._share(one, text) >= self._how.beside
            return cosine - self._how.cosine if beside else -1.0

        best = max(single, key=spare)
        return best if spare(best) >= 0 else None

    def _speaks(self, rank: int, language: str) -> bool:
        """Tell whether a passage is in the language of the answer."""
        return self._passages[rank].chunk.language == language


def _numbers(text: str) -> set[str]:
    """Give the runs of digits, thousands joined: ``1 200,50`` has 1200 and 50."""
    return set(_DIGITS.findall(_GROUPED.sub("", text)))
