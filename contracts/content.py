"""Ports for turning bytes into chunks and text into vectors, sentences and answers."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from contracts.nouns import Chunk, Generation, Mention, Reading, Span, Vector, VersionRef
from contracts.recognition import RecognisedPage


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes to read: a file, or the slice ``[start, end)`` of it, and the name it came with."""

    path: Path
    filename: str
    start: int = 0
    end: int | None = None
    media_type: str | None = None
    """Set only for what the content cannot tell (a corpus record); else found by content."""
    recognised: Sequence[RecognisedPage] = ()
    """Pages of it whose text was recognised before and need not be again."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file inside the one that is read: an attachment, a member of an archive.

    ``path`` is where it lies in there: plain names between ``/``, never absolute, no ``..``, each
    once in a file. ``pieces`` give its bytes once, while the call that it was handed to lasts.
    """

    path: str
    pieces: AsyncIterator[bytes]


TakeEnclosed: TypeAlias = Callable[[Enclosed], Awaitable[None]]
NoteProgress: TypeAlias = Callable[[int, int], Awaitable[None]]
"""Called with what is done and the total, in pages or files."""
TakeRecognised: TypeAlias = Callable[[RecognisedPage], Awaitable[None]]
"""Called with each page as soon as its text is recognised."""


class Reader(Protocol):
    """Reads any supported format; the type is found by content, never by extension."""

    async def read(
        self,
        source: Source,
        enclosed: TakeEnclosed | None = None,
        progress: NoteProgress | None = None,
        recognised: TakeRecognised | None = None,
    ) -> Reading:
        """Give the text in parts with exact characters.

        Files inside are handed to ``enclosed`` one after the other, ``progress`` hears of long
        readings; one that has to begin again tells everything again. Raises UnreadableDocument
        for everything that cannot become text, whatever the bytes are: a crash, a bomb or an
        endless loop in a parser ends that call alone, and what ``enclosed`` took of it is void.
        """
        ...

    async def close(self) -> None:
        """End the reading processes."""
        ...


class Chunker(Protocol):
    """Cuts parts into chunks of about 200 tokens, along structure and sentences."""

    @property
    def name(self) -> str:
        """Name of the chunker with its settings; part of the generation's identity."""
        ...

    def chunks(self, ref: VersionRef, generation: int, reading: Reading) -> Iterator[Chunk]:
        """Yield chunks in reading order, ordinals from 0, each with text in it.

        CPU-bound and synchronous: callers run it in a thread. Deterministic: the same reading
        gives the same chunks.
        """
        ...


class Embedder(Protocol):
    """Turns text into float32 unit vectors; safe to call from many tasks at once.

    Raises ModelUnavailable when the model cannot answer.
    """

    @property
    def model(self) -> str:
        """Name and variant of the model; part of the generation's identity."""
        ...

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        ...

    async def embed_passages(self, texts: Sequence[str]) -> Vector:
        """Give float32 [len(texts), dimension], each row of length 1; empty gives [0, dimension].

        Texts over the model's window are cut at its end.
        """
        ...

    async def embed_query(self, text: str) -> Vector:
        """Give float32 [dimension] of length 1; goes before waiting passages."""
        ...


class EntityExtractor(Protocol):
    """Finds entities named in a text; CPU-bound, called in a thread."""

    def mentions(self, text: str, language: str) -> list[Mention]:
        """Give mentions in order, their spans in ``text``, none of them over NAME_LIMIT."""
        ...


class Spaces(Protocol):
    """The embedding spaces that this process can work in."""

    def embedder(self, generation: Generation) -> Embedder:
        """Give the generation's model. Raises SpaceMismatch when it is not configured here."""
        ...

    def chunker(self, generation: Generation) -> Chunker:
        """Give the generation's chunker. Raises SpaceMismatch for one that nobody knows."""
        ...


class LanguageDetector(Protocol):
    """Tells the language of a text."""

    def detect(self, text: str) -> str:
        """Give an entry of contracts.nouns.LANGUAGES; ``und`` when unsure or another language."""
        ...


class SentenceSplitter(Protocol):
    """Finds sentences."""

    def split(self, text: str, language: str) -> list[Span]:
        """Give spans in order, without surrounding white space, none empty."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation with a chat model."""

    role: Literal["system", "user", "assistant"]
    content: str


Spent = Counter[str]
"""Tokens of calls of a chat model: ``input`` that it read and ``output`` that it wrote."""


class ChatModel(Protocol):
    """Writes text; any OpenAI-compatible endpoint."""

    @property
    def model(self) -> str:
        """Name that the endpoint knows it by."""
        ...

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, spent: Spent | None = None
    ) -> AsyncIterator[str]:
        """Yield pieces of the answer as they come; closing the iterator cancels the call.

        ``spent`` gets what the call came to, where the endpoint tells it. Raises
        ModelUnavailable.
        """
        ...
