"""The models that read, cut, embed and write, as the settings choose them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.content import Embedder
from contracts.nouns import Vector
from deploy.settings import Settings
from deploy.spaces import ConfiguredSpaces
from deploy.stores import Bar
from inference.dictionaries import SpellingDictionaries
from inference.e5 import ensure_e5
from inference.extracting import PatternExtractor
from inference.language import LangidDetector
from inference.openvino_embedder import OpenVinoEmbedder
from inference.personal import RuleFinder
from inference.sentences import SentencexSplitter
from readers.chunkers import Tools, chunker_named
from readers.installed import find_engine
from readers.pool import ProcessReader
from telemetry.spending import Prices

if TYPE_CHECKING:
    from inference.http_embedder import HttpEmbedder
    from inference.openai_chat import OpenAIChat

BUILD_STEPS = 3
"""Sentences that building the embedding model says."""
CHUNKER = "structure-200-30"
"""Of the first generation; later ones name their own."""


@dataclass(frozen=True, slots=True)
class Models:
    """The parts that handle text.

    ``served`` is the embedder behind a server and ``chat`` the model that writes answers, if there
    is one.
    """

    embedder: OpenVinoEmbedder
    served: "HttpEmbedder | None"
    reader: ProcessReader
    detector: LangidDetector
    words: SpellingDictionaries
    extractor: PatternExtractor
    finder: RuleFinder
    spaces: ConfiguredSpaces
    chat: "OpenAIChat | None"

    def embedder_of(self, model: str) -> Embedder | None:
        """Give the embedder of that name, or None."""
        every = (self.embedder, self.served)
        return next((one for one in every if one and one.model == model), None)

    async def close(self) -> None:
        """End the reading processes, and give back threads and connections."""
        await self.embedder.close()
        await self.reader.close()
        if self.served:
            await self.served.close()
        if self.chat:
            await self.chat.close()


async def build_models(settings: Settings, bar: Bar | None) -> Models:
    """Give the models; the default embedder's folder is built at the first start."""
    folder = await asyncio.to_thread(_folder, settings.cache, bar)
    embedder = OpenVinoEmbedder(folder, settings.threads)
    served = _served(settings)
    engine = await asyncio.to_thread(find_engine)
    detector = LangidDetector()
    others: Sequence[Embedder] = [served] if served else []
    meaning = partial(_embedded, embedder, asyncio.get_running_loop())
    tools = Tools(folder / "tokenizer.json", detector, SentencexSplitter(), meaning)
    return Models(
        embedder=embedder,
        served=served,
        reader=ProcessReader(settings.readers, engine=engine),
        detector=detector,
        words=SpellingDictionaries(),
        extractor=PatternExtractor(),
        finder=RuleFinder(),
        spaces=ConfiguredSpaces(embedder, others, chunker=partial(chunker_named, tools=tools)),
        chat=chat(settings),
    )


def _embedded(embedder: Embedder, loop: asyncio.AbstractEventLoop, texts: Sequence[str]) -> Vector:
    """Embed for a chunker, which runs in a thread beside the loop."""
    return asyncio.run_coroutine_threadsafe(embedder.embed_passages(texts), loop).result()


def _folder(cache: Path, bar: Bar | None) -> Path:
    heard: list[str] = []

    def told(sentence: str) -> None:
        heard.append(sentence)
        if bar:
            bar("Building the embedding model (once)", len(heard), BUILD_STEPS)

    return ensure_e5(cache / "models", told)


def _served(settings: Settings) -> "HttpEmbedder | None":
    """Give the embedder behind a server, when one is configured."""
    if settings.embedder_url is None:
        return None
    from inference.http_embedder import HttpEmbedder  # noqa: PLC0415 - 0.9 s, for those who have one

    return HttpEmbedder(
        settings.embedder_url,
        settings.embedder_model,
        settings.embedder_dimension,
        settings.embedder_key.get_secret_value() if settings.embedder_key else None,
        query=settings.embedder_query,
        passage=settings.embedder_passage,
    )


def chat(settings: Settings) -> "OpenAIChat | None":
    """Give the chat model that writes answers, when one is configured."""
    if settings.llm_url is None:
        return None
    from inference.openai_chat import OpenAIChat  # noqa: PLC0415 - see above

    key = settings.llm_key.get_secret_value() if settings.llm_key else None
    return OpenAIChat(settings.llm_url, settings.llm_model, key)


def prices(settings: Settings) -> Prices:
    """Give what the chat model's tokens cost, as far as the settings say."""
    return Prices(settings.llm_price_read, settings.llm_price_written)
