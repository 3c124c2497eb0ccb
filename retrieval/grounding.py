"""Checks each sentence of a model against the passages: the piece it rests on, or none."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from contracts.content import Embedder, SentenceSplitter
from contracts.errors import ModelUnavailable
from contracts.nouns import Span, Vector
from retrieval.asking import Found
from retrieval.claims import Claim
from retrieval.extractive import READABLE
from retrieval.sentences import pieces
from retrieval.words import content, stems

WORDS_ENOUGH = 0.6
"""Share of a sentence's words in one piece that is support by itself."""
COSINE_ENOUGH = 0.90
"""Cosine (of e5) to one piece of the same language that is support in other words: 5 % of the
pairs of different sentences of one paragraph are as near."""
COSINE_ACROSS = 0.86
"""The same across languages: 88 % of 454 translated sentences are as near to their original, 6 %
to another sentence of its paragraph."""

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
        self, passages: Sequence[Found], splitter: SentenceSplitter, embedder: Embedder
    ) -> None:
        self._passages = passages
        self._splitter = splitter
        self._embedder = embedder
        self._pieces: dict[int, list[Span]] = {}
        self._vectors: dict[int, Vector] = {}

    async def support(self, claim: Claim, language: str) -> Support | None:
        """Find the piece that a sentence rests on, in the passages it cites, else in any.

        Every number in it must stand in that passage, and every name where both are in one
        language; then one piece must share most of its words, or nearly mean the same.
        """
        cited = [n - 1 for n in claim.cited if 1 <= n <= len(self._passages)]
        for ranks in (cited, [r for r in range(len(self._passages)) if r not in cited]):
            held = [rank for rank in ranks if self._holds_facts(rank, claim.text, language)]
            if found := self._by_words(held, claim.text):
                return found
            if found := await self._by_meaning(held, claim.text, language):
                return found
        return None

    def _holds_facts(self, rank: int, text: str, language: str) -> bool:
        """Tell whether a passage has all the numbers and names of a sentence."""
        passage = self._passages[rank].chunk
        if not _numbers(text) <= _numbers(f"{passage.passage}\n{self._passages[rank].title}"):
            return False
        if not self._speaks(rank, language):
            return True
        names = {stem for name in _NAME.findall(text) for stem in stems(name)}
        return names <= stems(f"{passage.passage}\n{self._passages[rank].title}")

    def _of(self, rank: int) -> list[Span]:
        """Give the pieces of a passage."""
        if rank not in self._pieces:
            chunk = self._passages[rank].chunk
            self._pieces[rank] = pieces(chunk.text, chunk.language, self._splitter)
        return self._pieces[rank]

    def _text(self, rank: int, span: Span) -> str:
        """Give the words of a piece."""
        return self._passages[rank].chunk.text[span.start : span.end]

    def _by_words(self, ranks: Iterable[int], text: str) -> Support | None:
        """Give the piece, or two that follow each other, with most of a sentence's words."""
        wanted = set(content(text))
        shares = [
            (len(wanted & stems(self._text(rank, span))), span.start - span.end, -rank, span)
            for rank in ranks
            for span in self._windows(rank)
        ]
        shared, _, rank, span = max(shares, default=(0, 0, 0, Span(0, 0)))
        return Support(-rank, span) if shared and shared >= WORDS_ENOUGH * len(wanted) else None

    def _windows(self, rank: int) -> list[Span]:
        """Give the pieces of a passage, and each two neighbours that are readable as one."""
        single = self._of(rank)
        pairs = [Span(one.start, two.end) for one, two in pairwise(single)]
        return single + [pair for pair in pairs if pair.end - pair.start <= READABLE]

    async def _by_meaning(self, ranks: Sequence[int], text: str, language: str) -> Support | None:
        """Give the piece whose vector is nearest to a sentence's, if it is near enough."""
        held = [(rank, span) for rank in ranks for span in self._of(rank)]
        if not held:
            return None
        try:
            (vector,) = await self._embedder.embed_passages([text])
            for rank in ranks:
                if rank not in self._vectors:
                    texts = [self._text(rank, span) for span in self._of(rank)]
                    self._vectors[rank] = await self._embedder.embed_passages(texts)
        except ModelUnavailable:
            return None
        spare = [
            float(cosine) - (COSINE_ENOUGH if self._speaks(rank, language) else COSINE_ACROSS)
            for rank in ranks
            for cosine in self._vectors[rank] @ vector
        ]
        best = max(range(len(held)), key=spare.__getitem__)
        return Support(*held[best]) if spare[best] >= 0 else None

    def _speaks(self, rank: int, language: str) -> bool:
        """Tell whether a passage is in the language of the answer."""
        return self._passages[rank].chunk.language == language


def _numbers(text: str) -> set[str]:
    """Give the runs of digits, thousands joined: ``1 200,50`` has 1200 and 50."""
    return set(_DIGITS.findall(_GROUPED.sub("", text)))
