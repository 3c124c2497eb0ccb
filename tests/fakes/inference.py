"""Stand-ins for models: deterministic, instant, without weights."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator, Sequence

import numpy as np

from contracts.content import Chunker, Embedder, Message, Spent
from contracts.errors import ModelUnavailable, SpaceMismatch
from contracts.nouns import Generation, Vector


def _features(text: str) -> Iterator[tuple[str, float]]:
    """Yield each word and, weaker, its letter triples, so that ``contrat`` is near ``contrats``."""
    for word in re.findall(r"\w+", text.casefold()):
        yield word, 1.0
        padded = f"^{word}$"
        for start in range(len(padded) - 2):
            yield padded[start : start + 3], 0.3


class HashEmbedder:
    """A hashed bag of words as an Embedder: shared words give near vectors, other words far ones.

    Queries and passages with the same text have the same vector. Set ``down`` to make every
    call raise ModelUnavailable; ``passages`` and ``queries`` count the texts embedded so far.
    """

    def __init__(self, dimension: int = 384, model: str = "hash") -> None:
        self._dimension = dimension
        self._model = model
        self.down = False
        self.passages = 0
        self.queries = 0

    @property
    def model(self) -> str:
        return self._model

    @property
    def dimension(self) -> int:
        return self._dimension

    async def load(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Nothing to give back."""

    async def embed_passages(self, texts: Sequence[str]) -> Vector:
        await self._answer()
        self.passages += len(texts)
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._vector(text)
        return vectors

    async def embed_query(self, text: str) -> Vector:
        await self._answer()
        self.queries += 1
        return self._vector(text)

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise ModelUnavailable("The embedding model does not answer.", "Try again later.")

    def _vector(self, text: str) -> Vector:
        vector = np.zeros(self._dimension, dtype=np.float64)
        vector[0] = 1e-3  # a text without words still has a direction
        for feature, weight in _features(text):
            raw = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "big")
            vector[(raw >> 1) % self._dimension] += weight if raw & 1 else -weight
        return (vector / np.linalg.norm(vector)).astype(np.float32)


class ScriptedChat:
    """A ChatModel that says ``pieces`` one by one, and keeps what it was asked.

    Set ``down`` to make it raise ModelUnavailable. ``closed`` counts streams that ended or
    were closed by their reader.
    """

    def __init__(self, pieces: Sequence[str], model: str = "scripted") -> None:
        self.pieces = list(pieces)
        self.asked: list[list[Message]] = []
        self.closed = 0
        self.down = False
        self._model = model

    @property
    def model(self) -> str:
        return self._model

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, spent: Spent | None = None
    ) -> AsyncIterator[str]:
        self.asked.append(list(messages))
        try:
            for piece in self.pieces[:max_tokens]:
                await asyncio.sleep(0)
                if self.down:
                    raise ModelUnavailable("The chat model does not answer.", "Try again later.")
                yield piece
            if spent is not None:
                spent.update(
                    input=sum(len(m.content.split()) for m in messages), output=len(self.pieces)
                )
        finally:
            self.closed += 1


class FixedSpaces:
    """Spaces made of any of these embedders with any of these chunkers."""

    def __init__(self, embedders: Sequence[Embedder], chunkers: Sequence[Chunker]) -> None:
        self.embedders = {(one.model, one.dimension): one for one in embedders}
        self.chunkers = {one.name: one for one in chunkers}

    def embedder(self, generation: Generation) -> Embedder:
        found = self.embedders.get((generation.model, generation.dimension))
        if found is None:
            raise SpaceMismatch(f"The model {generation.model} is not configured.", "Add it.")
        return found

    def chunker(self, generation: Generation) -> Chunker:
        found = self.chunkers.get(generation.chunker)
        if found is None:
            raise SpaceMismatch(f"Nobody knows the chunker {generation.chunker}.", "Set it back.")
        return found
