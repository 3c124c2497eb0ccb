"""What is asked and what comes back: requests, results and the typed events of an answer."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from uuid import UUID

from contracts.nouns import NO_FILTERS, Chunk, ChunkId, Filters, Generation, ReadMode, Span
from contracts.tuning import Tuning

QUESTION_LIMIT = 4000
"""Characters of a question; longer ones raise TooLarge."""
MAX_HITS = 100


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search in one workspace; ``mode`` None follows the workspace's policy.

    ``key`` names who asks, so that a canary serves the same people again. ``tuning`` None is the
    champion's, ``generation`` None the live one. ``trace`` is the id that its trace gets, None a
    new one. With ``parents`` passages come with the longer ones they are children of, each once.
    """

    workspace: str
    text: str
    mode: ReadMode | None = None
    limit: int = 10
    filters: Filters = NO_FILTERS
    key: str | None = None
    tuning: Tuning | None = None
    generation: Generation | None = None
    trace: UUID | None = None
    parents: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One passage in the fused order, with its rank (from 1) and score per leg.

    ``legs`` maps ``vector.dense``, ``vector.lexical``, ``graph.dense``, ``graph.lexical`` to
    (rank, score) for the legs that found it. ``score`` is the reciprocal-rank-fusion score.
    ``parent`` is the chunk with the text and span of its parent, where it was asked for and is.
    """

    chunk: Chunk
    title: str
    source: str
    external_id: str | None
    metadata: Mapping[str, object]
    score: float
    legs: Mapping[str, tuple[int, float]]
    parent: Chunk | None = None

    @property
    def read(self) -> Chunk:
        """What is read to answer: the parent, else the chunk itself."""
        return self.parent or self.chunk


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages best first, and how they were got.

    ``served_by`` names the panels that answered; ``degraded`` says in a sentence why it is not
    what was asked for, or is None. ``took_ms`` maps stages (``embed``, ``panel``, ``fuse``,
    ``parents``, ``total``) to milliseconds. ``configuration`` is the champion's number where its
    tuning holds.
    """

    found: tuple[Found, ...]
    mode: ReadMode
    served_by: tuple[str, ...]
    degraded: str | None
    generation: Generation
    took_ms: Mapping[str, float] = field(default_factory=dict)
    configuration: int | None = None


@dataclass(frozen=True, slots=True)
class AskRequest:
    """A question to answer from the documents of one workspace.

    ``limit`` None gives the passages that the tuning says; the rest is as in SearchRequest.
    """

    workspace: str
    question: str
    mode: ReadMode | None = None
    limit: int | None = None
    filters: Filters = NO_FILTERS
    key: str | None = None
    tuning: Tuning | None = None
    generation: Generation | None = None
    trace: UUID | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a claim of the answer comes from.

    ``quote == part.text[span.start:span.end]``, exactly, in the part (``page``) of the version
    that ``chunk`` names. ``number`` is the mark in the answer's text (``[1]``).
    """

    number: int
    chunk: ChunkId
    part: int
    page: int | None
    span: Span
    quote: str
    title: str
    source: str
    external_id: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer. Refused means the documents do not hold it; then no citations.

    ``method`` is ``extractive`` (the documents' own sentences) or the chat model's name;
    ``tokens`` counts its ``input`` and ``output``, where it tells them.
    """

    text: str
    refused: bool
    citations: tuple[Citation, ...]
    method: str
    language: str
    search: SearchResult
    took_ms: Mapping[str, float] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchDone:
    """Event ``search_results``: the passages, before the first word of the answer."""

    result: SearchResult


@dataclass(frozen=True, slots=True)
class Delta:
    """Event ``message``: the next piece of the answer's text, checked before it is sent."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """Event ``citation``: the source of the text just sent."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class Final:
    """Event ``final_answer``: the whole answer once more, with everything."""

    answer: Answer
    kind: Literal["final_answer"] = "final_answer"


AskEvent: TypeAlias = SearchDone | Delta | Cited | Final


async def answer_of(events: AsyncGenerator[AskEvent, None]) -> Answer:
    """Give the whole answer that a stream ends with. Raises what the stream raises."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Final):
                return event.answer
    raise AssertionError("A stream ended without its final answer.")
