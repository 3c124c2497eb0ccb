"""Weighs how well passages answer a question: scored pieces, and the odds of an answer in them."""

import asyncio
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.content import Embedder, SentenceSplitter
from contracts.errors import ModelUnavailable
from contracts.nouns import UNDETERMINED, Span, Vector
from contracts.tuning import Weighing
from retrieval.asking import Found
from retrieval.calibration import WITH_VECTORS, WORDS_ALONE, Judgement
from retrieval.sentences import pieces
from retrieval.words import content, stems

PASSAGE_STEP = 0.1
"""Share of the question's words that a piece must have more to be embedded before one of the
passage above."""
CONTEXT_LIMIT = 150
"""Characters of title and headings embedded with a piece, to say what "it" is about."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A quotable piece of a passage; ``span`` counts in the chunk's own text.

    ``covered`` is the share, by rarity, of the question's words that it has; ``score`` orders
    pieces by how well they answer (a cosine, helped by ``covered`` and by the passage's rank).
    """

    rank: int
    span: Span
    covered: float
    cosine: float | None = None
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Pieces best first, the passages they are of, and the probability of an answer in them.

    ``pieces`` has each passage's pieces in reading order under its rank (from 0), for whoever
    needs a neighbour. ``features`` are what the probability was computed from.
    """

    found: tuple[Found, ...]
    best: tuple[Piece, ...]
    pieces: Mapping[int, Sequence[Span]]
    features: Mapping[str, float]
    probability: float

    def text(self, piece: Piece) -> str:
        """Give the words of a piece."""
        return self.found[piece.rank].chunk.text[piece.span.start : piece.span.end]


async def weigh(
    question: str,
    language: str,
    vector: Vector | None,
    found: Sequence[Found],
    splitter: SentenceSplitter,
    embedder: Embedder,
    how: Weighing,
) -> Evidence:
    """Read the first passages of a search piece by piece and judge them.

    ``found`` should hold up to ``how.depth`` passages: what is common to all of them is no
    evidence. ``vector`` is the question's; None, or a model that is down, leaves the words alone
    to judge.
    """
    read = await asyncio.to_thread(_read, question, language, found, splitter, how)
    best = await _embedded(read.chosen, vector, found, embedder, how)
    features = _features(best, read)
    fitted = "sentence" in features and embedder.model.startswith(WITH_VECTORS.model)
    judged = WITH_VECTORS if fitted else WORDS_ALONE
    return Evidence(tuple(found), best, read.pieces, features, _probability(judged, features))


@dataclass(frozen=True, slots=True)
class _Read:
    """What the words alone say of the first passages, by rank.

    ``shares``: of the question's words in each passage. ``same``: whether each is in the
    question's language. ``chosen``: the pieces worth embedding.
    """

    pieces: dict[int, list[Span]]
    shares: list[float]
    same: list[bool]
    chosen: list[Piece]


def _read(
    question: str,
    language: str,
    found: Sequence[Found],
    splitter: SentenceSplitter,
    how: Weighing,
) -> _Read:
    """Cut the passages and compare words; CPU-bound, 8 ms for 50 passages of 200 words."""
    texts = [stems(one.chunk.passage) for one in found]
    rarity = _rarity(content(question), texts, how.depth)
    same = [one.chunk.language in (language, UNDETERMINED) for one in found[: how.read]]
    cut = {
        rank: pieces(one.chunk.text, one.chunk.language, splitter)
        for rank, one in enumerate(found[: how.read])
    }
    scored = [
        Piece(rank, span, _covered(rarity, _words(found[rank], span)) if same[rank] else 0.0)
        for rank, held in cut.items()
        for span in held
        if _tells(found[rank], span)
    ]
    scored.sort(
        key=lambda piece: (PASSAGE_STEP * piece.rank - piece.covered, piece.rank, piece.span)
    )
    shares = [_covered(rarity, text) for text in texts[: how.read]]
    return _Read(cut, shares, same, scored[: how.embedded])


def _tells(one: Found, span: Span) -> bool:
    """Tell whether a piece says more than the title and the headings do: it is none of them.

    Single characters, as of a page's number, say nothing.
    """
    said = {stem for stem in _words(one, span) if len(stem) > 1}
    return not said <= stems(f"{one.chunk.context} {one.title}")


def _words(one: Found, span: Span) -> set[str]:
    """Give the word stems of a piece."""
    return stems(one.chunk.text[span.start : span.end])


def _rarity(words: Iterable[str], texts: Sequence[set[str]], depth: int) -> dict[str, float]:
    """Give each word BM25's idf over the passages found, as if there were always ``depth``."""
    rarity = {}
    for word in words:
        holders = sum(word in text for text in texts)
        rarity[word] = math.log(1 + (depth - holders + 0.5) / (holders + 0.5))
    return rarity


def _covered(rarity: Mapping[str, float], text: set[str]) -> float:
    """Give the share, by rarity, of the question's words that a text has."""
    total = sum(rarity.values())
    return sum(worth for word, worth in rarity.items() if word in text) / total if total else 0.0


async def _embedded(
    chosen: Sequence[Piece],
    vector: Vector | None,
    found: Sequence[Found],
    embedder: Embedder,
    how: Weighing,
) -> tuple[Piece, ...]:
    """Give the chosen pieces with their score, best first; by words alone without a model."""
    cosines: Sequence[float | None] = [None] * len(chosen)
    if vector is not None and chosen:
        texts = []
        for piece in chosen:
            chunk = found[piece.rank].chunk
            context = chunk.context[-CONTEXT_LIMIT:]
            texts.append(f"{context}\n{chunk.text[piece.span.start : piece.span.end]}".strip())
        try:
            vectors = await embedder.embed_passages(texts)
        except ModelUnavailable:
            pass
        else:
            cosines = [float(one) for one in vectors @ vector]
    scored = [
        Piece(
            piece.rank,
            piece.span,
            piece.covered,
            cosine,
            (piece.covered if cosine is None else cosine + how.coverage * piece.covered)
            - how.rank * piece.rank,
        )
        for piece, cosine in zip(chosen, cosines, strict=True)
    ]
    return tuple(sorted(scored, key=lambda piece: (-piece.score, piece.rank, piece.span)))


def _features(best: Sequence[Piece], read: _Read) -> dict[str, float]:
    """Measure what tells an answer from a near miss; empty when nothing was found.

    ``sentence``: cosine of the nearest piece. ``same``: whether the best piece is in the
    question's language; if so, ``passage``: share of the question's words in its passage.
    """
    if not best:
        return {}
    own = read.same[best[0].rank]
    features = {"passage": read.shares[best[0].rank] if own else 0.0, "same": float(own)}
    cosines = [piece.cosine for piece in best if piece.cosine is not None]
    return features | ({"sentence": max(cosines)} if cosines else {})


def _probability(judgement: Judgement, features: Mapping[str, float]) -> float:
    """Give the logistic of the weighted features; 0 when nothing was found."""
    if not features:
        return 0.0
    odds = judgement.intercept + sum(w * features[name] for name, w in judgement.weights.items())
    return 1 / (1 + math.exp(-odds))
