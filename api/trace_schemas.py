"""What is sent and answered about traces, feedback and usage."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from api.bodies import Body, Text
from api.schemas import SpanAnswer
from contracts.nouns import ReadMode
from contracts.tracing import COMMENT_LIMIT, Outcome, TraceKind, Verdict


class FeedbackBody(Body):
    """What somebody thinks of an answer; the latest word of a key on a trace holds."""

    trace: UUID = Field(description="As in an answer's `trace`, or X-Trace-Id.")
    verdict: Verdict
    comment: Annotated[Text, Field(max_length=COMMENT_LIMIT)] = ""


class FeedbackAnswer(BaseModel):
    """Feedback as it is kept; ``key`` is the id of the key that gave it."""

    id: UUID
    trace: UUID
    key: UUID
    verdict: Verdict
    comment: str
    at: datetime


class HitAnswer(BaseModel):
    """A passage that was found: its rank in the fused order, and in each leg."""

    rank: int
    chunk_id: str
    document_id: UUID
    score: float
    legs: dict[str, int]


class CitedAnswer(BaseModel):
    """The words that an answer rests on."""

    chunk_id: str
    document: str
    part: int
    span: SpanAnswer
    quote: str


class TracedVersion(BaseModel):
    """A version of a document."""

    document_id: UUID
    version: int


class TraceAnswer(BaseModel):
    """What came of one question, or of one version of a document, and what was said of it."""

    id: UUID
    kind: TraceKind
    workspace: str
    at: datetime
    outcome: Outcome
    text: str = Field(description="The question, or a document's source.")
    key: UUID | None = Field(description="The id of the key that asked.")
    version: TracedVersion | None
    panel: ReadMode | None
    served_by: list[str]
    generation: int | None
    configuration: str | None
    took_ms: dict[str, float]
    results: list[HitAnswer]
    answer: str | None
    citations: list[CitedAnswer]
    method: str | None
    model: str | None
    tokens: dict[str, int]
    cost: float | None
    error: str | None
    load: dict[str, float] = Field(description="Percent: cpu, memory, gpu, gpu_memory.")
    feedback: list[FeedbackAnswer]


class TraceList(BaseModel):
    """One page of traces, newest first; ``cursor`` gives the next."""

    traces: list[TraceAnswer]
    cursor: str | None


class UsageRow(BaseModel):
    """What one panel was asked in one day (UTC), by ask or by search."""

    day: date
    panel: ReadMode
    kind: TraceKind
    questions: int
    askers: int
    refusals: int
    errors: int
    up: int
    down: int
    p50_ms: float
    p95_ms: float


class UsageAnswer(BaseModel):
    """Usage, oldest day first."""

    days: list[UsageRow]
