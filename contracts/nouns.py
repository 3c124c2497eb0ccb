"""The frozen nouns that travel between rooms. The glossary defines each word."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self, TypeAlias
from uuid import UUID

import numpy as np
import numpy.typing as npt

from contracts.errors import InvalidInput

Vector: TypeAlias = npt.NDArray[np.float32]
Json: TypeAlias = Mapping[str, object]

DEFAULT_WORKSPACE = "default"
UNDETERMINED = "und"
"""ISO 639-3 code for a language that was not recognised."""
LANGUAGES = ("fr", "ru", "en", UNDETERMINED)
"""Languages with an analyser of their own in both panels; any other is analysed as ``und``."""


class PanelName(StrEnum):
    """One complete, searchable copy of the documents."""

    VECTOR = "vector"
    GRAPH = "graph"


class ReadMode(StrEnum):
    """How a read is served: by a panel, by both merged, or as the trial of a panel says."""

    VECTOR = "vector"
    GRAPH = "graph"
    FUSED = "fused"
    SHADOW = "shadow"
    """By the policy's primary; the candidate is asked as well, off the request's path."""
    CANARY = "canary"
    """By the policy's primary, for a share of the keys by the candidate."""


@dataclass(frozen=True, slots=True, order=True)
class VersionRef:
    """One immutable version of a document; numbers start at 1 and only grow."""

    document: UUID
    number: int


@dataclass(frozen=True, slots=True, order=True)
class ChunkId:
    """Document, version, generation, ordinal: never a filename, never a hash of the text."""

    document: UUID
    version: int
    generation: int
    ordinal: int

    def __str__(self) -> str:
        """``<uuid>.<version>.<generation>.<ordinal>``, the form that clients see."""
        return f"{self.document}.{self.version}.{self.generation}.{self.ordinal}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the client's form. Raises InvalidInput."""
        try:
            document, version, generation, ordinal = text.split(".")
            return cls(UUID(document), int(version), int(generation), int(ordinal))
        except ValueError as error:
            raise InvalidInput(
                f"'{text[:80]}' is not a chunk id.", "Use an id from a search result."
            ) from error

    @property
    def ref(self) -> VersionRef:
        """The version that the chunk was cut from."""
        return VersionRef(self.document, self.version)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of characters (Unicode code points) in the text of one part."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A title inside a part: where its text starts and how deep it is (1 is the top)."""

    start: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A page, sheet, slide, mail body or whole text: what spans count their characters in.

    ``text`` holds no NUL and no lone surrogate. ``page`` is 1-based where pages exist.
    ``language`` is one of LANGUAGES, ``und`` for text in several of them as well. ``confidence``
    says of text that was recognised in a picture how sure that is, from 0 to 1; else it is None.
    ``doubtful`` are its words that a RecognisedPage doubts, None where nobody knows.
    """

    ordinal: int
    label: str
    text: str
    page: int | None = None
    headings: tuple[Heading, ...] = ()
    language: str = UNDETERMINED
    confidence: float | None = None
    doubtful: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in the bytes. At least one part has visible text."""

    media_type: str
    parts: tuple[Part, ...]
    title: str | None = None
    metadata: Json = field(default_factory=dict)
    external_id: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Parent:
    """A longer passage that was cut into the chunks of these ordinals, half-open: its children.

    They lie in one part, each begins where the one before ends, and their texts joined are the
    parent's text.
    """

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of one part: ``text == part.text[span.start:span.end]``, exactly.

    ``context`` (document title and headings) is searched and embedded with the text but is
    never quoted. ``language`` is one of LANGUAGES. ``parent`` is what is read in its stead, where
    its chunker makes such; its ordinals then hold the chunk's own.
    """

    id: ChunkId
    part: int
    page: int | None
    span: Span
    text: str
    context: str
    language: str
    parent: Parent | None = None

    @property
    def passage(self) -> str:
        """The text that is embedded and indexed: context, then the chunk's own text."""
        return f"{self.context}\n{self.text}" if self.context else self.text


NAME_LIMIT = 1000
"""Characters of an entity's name; a panel refuses longer ones."""


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """An entity found in a chunk: ``chunk.text[span.start:span.end]`` names it.

    ``kind`` is a short lower-case word (``email``, ``reference``, ``person``). ``name`` is the
    entity's canonical spelling, 1 to NAME_LIMIT characters: equal kind and name in one workspace
    are one entity.
    """

    span: Span
    kind: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedChunk:
    """A chunk, its float32 unit vector, its mentions in order, and the digest of all three."""

    chunk: Chunk
    embedding: Vector
    digest: bytes
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Generation:
    """One embedding model with one chunker setting; several can live side by side."""

    number: int
    model: str
    dimension: int
    chunker: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a panel keeps of a document beside its chunks.

    ``metadata`` is a JSON object of at most METADATA_LIMIT bytes; its top-level scalars can be
    filtered by equality (``facets``).
    """

    workspace: str
    title: str
    source: str
    media_type: str
    external_id: str | None = None
    metadata: Json = field(default_factory=dict)


METADATA_LIMIT = 64 * 1024


def facet(key: str, value: object) -> str:
    """Canonical ``key=json`` form of one filterable metadata entry."""
    return f"{key}={json.dumps(value, ensure_ascii=False, sort_keys=True)}"


def facets(metadata: Json) -> tuple[str, ...]:
    """Sorted facets of the top-level scalar entries; nested values are kept but not filterable."""
    return tuple(
        sorted(facet(k, v) for k, v in metadata.items() if isinstance(v, str | int | float | bool))
    )


@dataclass(frozen=True, slots=True)
class StagedVersion:
    """A version on its way into a panel: the card that readers will see with its chunks."""

    ref: VersionRef
    generation: int
    card: Card


@dataclass(frozen=True, slots=True)
class Filters:
    """Narrows a read inside the stores: any of the documents, all of the facets."""

    documents: frozenset[UUID] = frozenset()
    facets: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether the filter excludes anything."""
        return bool(self.documents or self.facets)


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True, eq=False)
class PanelQuery:
    """One read of a panel: at most ``limit`` hits per leg, in one workspace and generation.

    ``vector`` None skips the dense leg, empty ``text`` the lexical one. The lexical leg looks
    in every language's index, analysing the text as that language.
    """

    workspace: str
    generation: Generation
    text: str
    vector: Vector | None
    limit: int
    filters: Filters = NO_FILTERS


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that one leg of one panel found; higher scores are better, per leg only."""

    chunk: ChunkId
    score: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk with the card of its document, as readers see it."""

    chunk: Chunk
    card: Card


@dataclass(frozen=True, slots=True)
class PanelHits:
    """Both legs, best first, and every passage they name."""

    dense: tuple[Hit, ...]
    lexical: tuple[Hit, ...]
    passages: Mapping[ChunkId, Passage]


@dataclass(frozen=True, slots=True)
class VersionDigest:
    """What a panel holds of one version and generation; equal in two panels means parity.

    ``marks`` are the two sums of contracts.digests.marks over its chunks.
    """

    ref: VersionRef
    generation: int
    workspace: str
    chunks: int
    marks: tuple[int, int]
    card: str
    live: bool

    @property
    def seal(self) -> str:
        """All of the content in one short text: equal seals, equal chunks and card."""
        return seal(self.chunks, self.marks, self.card)


def seal(chunks: int, marks: tuple[int, int], card: str) -> str:
    """Give the form in which the ledger remembers what a version must be."""
    return f"{chunks}.{marks[0]:x}.{marks[1]:x}.{card}"


class StrayKind(StrEnum):
    """What can be wrong inside a panel that no digest of a version shows."""

    ORPHAN = "orphan"
    """Something that belongs to nothing: a chunk, entity, facet, word count."""
    LINK = "link"
    """A connection that must be there and is not, or the other way round."""
    AUDIENCE = "audience"
    """A copy of the workspace, kept for filtering, that is not the version's."""
    GENERATION = "generation"
    """A chunk filed under another generation, document or version than its id says."""


@dataclass(frozen=True, slots=True)
class Stray:
    """One inconsistency inside a panel; ``ref`` names the version where there is one."""

    kind: StrayKind
    ref: VersionRef | None
    detail: str


@dataclass(frozen=True, slots=True)
class PanelHealth:
    """Whether a panel can serve and take writes, and if not, why."""

    panel: PanelName
    ready: bool
    detail: str
    version: str = ""
