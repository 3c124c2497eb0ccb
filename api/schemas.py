"""What is answered: documents, passages, citations, keys, panels and problems."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue

from contracts.likeness import Likeness
from contracts.nouns import PanelName, ReadMode
from contracts.people import Role
from contracts.record import Reached, VersionState, Wanted


class FieldProblem(BaseModel):
    """One field that has not the right form."""

    field: str = Field(examples=["filters.documents.0"])
    problem: str


class Problem(BaseModel):
    """RFC 9457: what happened, and what to do next. ``code`` is stable."""

    type: str = Field(examples=["urn:diptych:problem:not_found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str
    code: str = Field(examples=["not_found"])
    remedy: str
    instance: str | None = Field(None, description="The request's id, as in X-Request-ID.")
    errors: list[FieldProblem] | None = None
    rejected: "list[Rejected] | None" = None


class Rejected(BaseModel):
    """A file of an upload that was not accepted; the others were."""

    filename: str
    problem: Problem


class DuplicateOf(BaseModel):
    """The eldest document with the same bytes."""

    document: UUID
    verdict: Literal[Likeness.SAME_FILE] = Likeness.SAME_FILE


class Accepted(BaseModel):
    """A document that is durable and will be read."""

    id: UUID
    version: int
    source: str
    filename: str
    unchanged: bool = Field(description="True when the same bytes were there already.")
    duplicate_of: DuplicateOf | None = None
    links: dict[str, str]


class UploadAnswer(BaseModel):
    """What became of the files of an upload."""

    documents: list[Accepted]
    rejected: list[Rejected]


class PanelRow(BaseModel):
    """How far a document's newest version is in one panel."""

    panel: PanelName
    wanted: Wanted
    reached: Reached
    chunks: int | None
    attempts: int
    error: str | None


class Progress(BaseModel):
    """The stage in hand, and how much of it is done."""

    stage: str
    done: int
    total: int
    seconds_left: float | None = Field(
        description="Until the stage ends, at this version's own pace; null while unknown."
    )


class DocumentAnswer(BaseModel):
    """A document with its newest version; ``live`` is the version that readers see.

    ``parent`` is the document that it lies in, as an attachment or in an archive; ``parts`` were
    read of it: pages, sheets, slides, the text.
    """

    id: UUID
    parent: UUID | None
    workspace: str
    source: str
    filename: str
    title: str
    external_id: str | None
    media_type: str | None
    metadata: dict[str, JsonValue]
    sha256: str
    size: int
    version: int
    state: VersionState
    live: int | None
    reason: str | None
    detail: str | None
    parts: int
    progress: Progress
    created: datetime
    updated: datetime
    panels: list[PanelRow]
    duplicate_of: DuplicateOf | None = None
    links: dict[str, str]


class OrderResult(BaseModel):
    """What came of an order about one document; ``problem`` says why it was refused."""

    document: UUID
    state: VersionState | None = Field(description="Null where there is no such document.")
    problem: Problem | None


class RetryAnswer(BaseModel):
    """The documents that are read again, and how many of those named are left as they are."""

    retried: list[UUID]
    ignored: int
    results: list[OrderResult] | None = Field(None, description="Of those named, in their order.")


class CancelAnswer(BaseModel):
    """How many documents are stopped, and of those named how many were refused."""

    cancelled: int
    refused: int
    results: list[OrderResult] | None = Field(None, description="Of those named, in their order.")


class DocumentList(BaseModel):
    """One page of documents, newest first; ``cursor`` gives the next."""

    documents: list[DocumentAnswer]
    cursor: str | None


class VersionList(BaseModel):
    """The versions of a document, newest first."""

    versions: list[DocumentAnswer]


class SpanAnswer(BaseModel):
    """Half-open range of characters in the text of a part."""

    start: int
    end: int


class HeadingAnswer(BaseModel):
    """A title inside a part."""

    start: int
    level: int
    text: str


class PartAnswer(BaseModel):
    """The text of one part, which spans count their characters in."""

    document: UUID
    version: int
    part: int
    label: str
    page: int | None
    language: str
    confidence: float | None = Field(
        description="How sure text recognition was, from 0 to 1; null for text that is its own."
    )
    text: str
    headings: list[HeadingAnswer]


class ChildrenAnswer(BaseModel):
    """Ordinals of the chunks, half-open, whose texts joined are a longer passage: its children."""

    first: int
    end: int


class ChunkAnswer(BaseModel):
    """A chunk as a panel holds it."""

    id: str
    ordinal: int
    part: int
    page: int | None
    span: SpanAnswer
    text: str
    context: str
    language: str
    parent: ChildrenAnswer | None
    digest: str


class ChunkList(BaseModel):
    """One page of a document's chunks in reading order, as one panel holds them."""

    document: UUID
    version: int | None
    panel: PanelName
    chunks: list[ChunkAnswer]
    cursor: int | None


class LegAnswer(BaseModel):
    """How one leg of a search saw a passage."""

    rank: int
    score: float


class ParentAnswer(BaseModel):
    """The longer passage that a passage was cut from."""

    span: SpanAnswer
    text: str


class ResultAnswer(BaseModel):
    """One passage that was found."""

    chunk_id: str
    document_id: UUID
    version: int
    part: int
    page: int | None
    span: SpanAnswer
    text: str
    context: str
    language: str
    title: str
    source: str
    external_id: str | None
    metadata: dict[str, JsonValue]
    score: float
    legs: dict[str, LegAnswer]
    parent: ParentAnswer | None


class SearchAnswer(BaseModel):
    """Passages best first, which panels they came from, and how long it took."""

    trace: UUID | None = Field(description="What feedback names, as in X-Trace-Id.")
    results: list[ResultAnswer]
    panel: ReadMode
    served_by: list[str]
    degraded: str | None
    generation: int
    model: str
    took_ms: dict[str, float]


class CitationAnswer(BaseModel):
    """The sentence that a mark ``[n]`` of an answer stands for, exactly as in the document."""

    number: int
    chunk_id: str
    document_id: UUID
    version: int
    part: int
    page: int | None
    span: SpanAnswer
    quote: str
    title: str
    source: str
    external_id: str | None
    links: dict[str, str]


class AskAnswer(BaseModel):
    """A cited answer, or a refusal when the documents do not hold one."""

    trace: UUID | None = Field(description="What feedback names, as in X-Trace-Id.")
    answer: str
    refused: bool
    citations: list[CitationAnswer]
    method: str
    language: str
    search: SearchAnswer
    took_ms: dict[str, float]


class DeltaEvent(BaseModel):
    """Event ``message``: the next piece of the answer."""

    delta: str


class KeyAnswer(BaseModel):
    """A key; ``secret`` only in the answer to its creation, never again."""

    id: UUID
    name: str
    role: Role
    workspace: str | None
    created: datetime
    last_used: datetime | None
    revoked: datetime | None
    secret: str | None = None


class KeyList(BaseModel):
    """Keys, newest first."""

    keys: list[KeyAnswer]


class WorkspaceList(BaseModel):
    """Workspaces that the key may name."""

    workspaces: list[str]


class PanelReady(BaseModel):
    """Whether a panel answers, and whether reads are sent to it."""

    name: PanelName
    ready: bool
    serving: bool
    detail: str


class ReadyAnswer(BaseModel):
    """Whether questions can be answered now, part by part.

    Degraded still answers; without the catalog ``writes`` are refused, and reads are those of
    keys that were seen lately.
    """

    status: Literal["ready", "degraded", "unavailable"]
    catalog: bool
    writes: bool
    panels: list[PanelReady]
    workers: int | None
    waiting: int | None
