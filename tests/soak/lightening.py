"""Light verbs in place of the models': their 5 s and 0.6 GB a start are not what is proven."""

from collections.abc import Sequence
from pathlib import Path

from contracts.nouns import Vector
from inference import model_folder
from inference.language import LangidDetector
from inference.openvino_embedder import OpenVinoEmbedder
from readers.tokens import TokenCounter
from tests.fakes.inference import HashEmbedder


class HashedWords:
    """An embedder's verbs: a text's vector comes from its words."""

    dimension: int

    async def load(self) -> None:
        """Have nothing to load."""

    async def embed_passages(self, texts: Sequence[str]) -> Vector:
        """Give the vectors of passages."""
        return await HashEmbedder(self.dimension).embed_passages(texts)

    async def embed_query(self, text: str) -> Vector:
        """Give the vector of a question."""
        return await HashEmbedder(self.dimension).embed_query(text)


class FourLetters:
    """A token counter's verbs: a token is four letters."""

    def __init__(self, *_: object) -> None:
        """Have nothing to load."""

    def count(self, text: str) -> int:
        """Give the number of tokens."""
        return sum(1 + len(word) // 4 for word in text.split())

    def learn(self, text: str) -> None:
        """Know all words."""


class Cyrillic:
    """A language detector's verb: Cyrillic is Russian, all else English."""

    def detect(self, text: str) -> str:
        """Give the language."""
        return "ru" if any("а" <= letter <= "я" for letter in text) else "en"


LIGHT: tuple[tuple[type, type], ...] = (
    (OpenVinoEmbedder, HashedWords),
    (TokenCounter, FourLetters),
    (LangidDetector, Cyrillic),
)


def lighten() -> None:
    """Have this process use the light verbs."""
    for heavy, light in LIGHT:
        for name, verb in vars(light).items():
            if callable(verb):
                setattr(heavy, name, verb)
    vars(model_folder)[model_folder.is_whole.__name__] = Path.is_dir
