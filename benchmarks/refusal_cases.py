"""Questions that documents answer, and the same questions with the answer taken away."""

import hashlib
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np

from contracts.content import Embedder
from contracts.nouns import (
    Card,
    Chunk,
    ChunkId,
    Generation,
    Hit,
    PanelHits,
    PanelName,
    PanelQuery,
    Passage,
    Span,
    Vector,
)
from eval.suites import BeirSet, load_beir
from retrieval.words import STEM_LETTERS, folded

PAIRS = (
    ("piaf_fr", "piaf_fr"),
    ("xquad_en", "xquad_en"),
    ("xquad_ru", "xquad_ru"),
    ("xquad_ru_en", "xquad_en"),
)
"""Which set's questions are asked of which set's texts."""
FOREIGN = (("piaf_fr", "xquad_en"), ("xquad_en", "piaf_fr"), ("xquad_ru", "piaf_fr"))
SMALLEST, LARGEST = 3, 40
"""Passages in the small workspaces that are drawn from a corpus."""


class Remembering:
    """An Embedder that embeds each text once and keeps the vectors in a file."""

    def __init__(self, inner: Embedder, place: Path) -> None:
        self._inner = inner
        self._place = place
        self._kept: dict[str, Vector] = {}
        if place.exists():
            with np.load(place) as stored:
                self._kept = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    @property
    def model(self) -> str:
        """The inner model's name."""
        return self._inner.model

    @property
    def dimension(self) -> int:
        """The inner model's dimension."""
        return self._inner.dimension

    async def embed_passages(self, texts: Sequence[str]) -> Vector:
        """Embed what was never embedded before."""
        new = [text for text in dict.fromkeys(texts) if f"p{text}" not in self._kept]
        for text, vector in zip(new, await self._inner.embed_passages(new), strict=True):
            self._kept[f"p{text}"] = vector
        return np.array([self._kept[f"p{text}"] for text in texts], np.float32)

    async def embed_query(self, text: str) -> Vector:
        """Embed a question once."""
        if f"q{text}" not in self._kept:
            self._kept[f"q{text}"] = await self._inner.embed_query(text)
        return self._kept[f"q{text}"]

    def save(self) -> None:
        """Keep the vectors for the next run."""
        np.savez(self._place, keys=list(self._kept), vectors=list(self._kept.values()))


@dataclass(frozen=True)
class Record:
    """One passage of one of the corpora."""

    corpus: str
    id: str
    title: str
    text: str


class ArrayPanel:
    """Several corpora in arrays, one chunk a record; only the ``shown`` chunks are found."""

    name = PanelName.VECTOR

    def __init__(self, records: Sequence[Record], vectors: Vector) -> None:
        self.shown: frozenset[int] = frozenset()
        self._vectors = vectors
        self._postings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._passages: list[Passage] = []
        lengths = []
        for number, record in enumerate(records):
            chunk = Chunk(
                ChunkId(UUID(int=number), 1, 1, 0), 0, None, Span(0, len(record.text)),
                record.text, record.title, record.corpus[-2:],
            )  # fmt: skip
            self._passages.append(Passage(chunk, Card("default", record.title, record.id, "")))
            bag = Counter(word[:STEM_LETTERS] for word in folded(chunk.passage))
            lengths.append(bag.total())
            for word, count in bag.items():
                self._postings[word].append((number, count))
        self._norms = 1.2 * (0.25 + 0.75 * np.array(lengths) / np.mean(lengths))

    async def search(self, query: PanelQuery) -> PanelHits:
        """Both legs, as the port says."""
        assert query.vector is not None
        dense = self._vectors @ query.vector
        lexical = np.zeros(len(self._passages))
        for word in {word[:STEM_LETTERS] for word in folded(query.text)}:
            held = self._postings.get(word, ())
            rarity = math.log(1 + (len(lexical) - len(held) + 0.5) / (len(held) + 0.5))
            for number, count in held:
                lexical[number] += rarity * count * 2.2 / (count + self._norms[number])
        hidden = np.ones(len(dense), bool)
        hidden[list(self.shown)] = False
        dense[hidden], lexical[hidden] = -2, 0
        legs = [
            tuple(
                Hit(self._passages[i].chunk.id, float(scores[i]))
                for i in np.argsort(-scores, kind="stable")[: query.limit].tolist()
                if scores[i] > least
            )
            for scores, least in ((dense, -2), (lexical, 0))
        ]
        named = {hit.chunk.document.int for leg in legs for hit in leg}
        passages = {self._passages[i].chunk.id: self._passages[i] for i in named}
        return PanelHits(legs[0], legs[1], passages)


@dataclass(frozen=True)
class Case:
    """One question on some of the passages.

    On the whole corpus: ``whole`` can be answered; with ``sibling`` the answering passages are
    gone, with ``article`` all passages under their title. ``foreign`` asks another corpus. In a
    small workspace of passages in all languages: ``small`` can be answered; ``small_sibling`` has
    others of the article, ``small_without`` has none. ``half`` splits by title, so that no article
    is fitted on and tested on.
    """

    pair: tuple[str, str]
    kind: str
    question: str
    shown: frozenset[int]
    half: int

    @property
    def answerable(self) -> bool:
        """Whether the passages hold the answer."""
        return self.kind in ("whole", "small")


def generation(embedder: Embedder) -> Generation:
    """Give the one space of this measurement."""
    return Generation(1, embedder.model, embedder.dimension, "records")


async def load(
    folder: Path, embedder: Embedder
) -> tuple[dict[str, BeirSet], list[Record], ArrayPanel]:
    """Read the sets and build one panel of all their passages."""
    sets = {name: load_beir(folder / "retrieval" / name) for name, _ in PAIRS}
    records = [
        Record(name, document.id, document.title.replace("_", " "), document.text)
        for name in sorted({corpus for _, corpus in PAIRS})
        for document in sets[name].corpus
    ]
    vectors = await embedder.embed_passages([f"{r.title}\n{r.text}" for r in records])
    return sets, records, ArrayPanel(records, vectors)


def cases(sets: dict[str, BeirSet], records: Sequence[Record], questions: int) -> Iterator[Case]:
    """Draw the questions, the same ones each time, and take their answers away."""
    for pair in PAIRS + FOREIGN:
        asked, corpus = sets[pair[0]], pair[1]
        title_of = {record.id: record.title.replace("_", " ") for record in asked.corpus}
        draw = random.Random(7)  # noqa: S311 - a fixed draw, nothing secret
        for query in draw.sample(sorted(asked.queries), questions):
            judged = asked.qrels[query]
            titles = {title_of[key] for key in judged}
            half = hashlib.sha256(min(titles).encode()).digest()[0] % 2
            whole = {i for i, r in enumerate(records) if r.corpus == corpus}
            if pair in FOREIGN:
                shown = {"foreign": whole}
            else:
                answers = {i for i in whole if records[i].id in judged}
                article = {i for i in whole if records[i].title in titles}
                # XQuAD has the same articles in each language: those of the answer are all out.
                others = [i for i, r in enumerate(records) if r.title not in titles]
                few = set(draw.sample(others, draw.randint(SMALLEST, LARGEST)))
                shown = {
                    "whole": whole,
                    "article": whole - article,
                    "sibling": whole - answers,
                    "small": few | answers,
                    "small_sibling": few | (article - answers),
                    "small_without": few,
                }
            for kind, numbers in shown.items():
                yield Case(pair, kind, asked.queries[query], frozenset(numbers), half)
