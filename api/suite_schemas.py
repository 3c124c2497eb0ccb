"""What is sent and answered about suites: questions, labels, candidates, versions."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from api.bodies import Body, Question, Text, WorkspaceName
from contracts.curating import Candidate, CandidateState, Source, SuiteRecord
from contracts.measuring import Kind, Label
from contracts.measuring import Question as Asked
from contracts.nouns import Span
from eval.curating import Mark, Revision

MAX_LABELS = 100
MAX_ANSWERS = 100
Place = Annotated[int, Field(ge=0, le=2**31 - 1)]
SuiteName = Annotated[Text, Field(min_length=1, max_length=63, examples=["leases"])]


class MarkBody(Body):
    """Where an answer stands: a span of a part, or words in it, or the whole document."""

    document: UUID
    part: Place = 0
    start: Place | None = None
    end: Place | None = None
    quote: Annotated[Text, Field(max_length=20_000)] = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("give both 'start' and 'end', or neither")
        return self

    def mark(self) -> Mark:
        """Give what the use case knows."""
        both = self.start is not None and self.end is not None
        span = Span(self.start or 0, self.end or 0) if both else None
        return Mark(self.document, self.part, span, self.quote)


class RevisionBody(Body):
    """What is changed of a question; what is left out stays. ``labels`` replace all there are."""

    question: Question | None = None
    kind: Kind | None = None
    answers: Annotated[list[Text], Field(max_length=MAX_ANSWERS)] | None = None
    language: Annotated[Text, Field(max_length=20)] | None = None
    before: Annotated[list[Text], Field(max_length=MAX_ANSWERS)] | None = None
    labels: Annotated[list[MarkBody], Field(max_length=MAX_LABELS)] | None = None

    def revision(self) -> Revision:
        """Give what the use case knows."""
        return Revision(
            self.question,
            self.kind,
            None if self.answers is None else tuple(self.answers),
            self.language,
            None if self.before is None else tuple(self.before),
            None if self.labels is None else tuple(one.mark() for one in self.labels),
        )


class ProposalBody(RevisionBody):
    """A question for a suite; the same ``origin`` again is the same candidate."""

    question: Question
    origin: Annotated[Text, Field(min_length=1, max_length=300)] | None = None


class SuiteBody(Body):
    """A suite to keep."""

    name: SuiteName
    workspace: WorkspaceName | None = None


class FreezeBody(Body):
    """What the next version is to leave out."""

    without: Annotated[list[Text], Field(max_length=1000)] = Field(default_factory=list)


class LabelSpan(BaseModel):
    """Characters of a part."""

    start: int
    end: int


class LabelAnswer(BaseModel):
    """A document, by its external id or source, and in it the words that answer."""

    document: str
    quote: str
    part: int | None
    span: LabelSpan | None
    grade: int


class SuiteQuestion(BaseModel):
    """A question with its labels and right answers."""

    id: str
    text: str
    language: str
    kind: Kind
    labels: list[LabelAnswer]
    answers: list[str]
    before: list[str]


class CandidateAnswer(BaseModel):
    """A question that may enter a suite; ``seen`` is where to look, never what is right."""

    id: UUID
    suite: str
    origin: str
    source: Source
    state: CandidateState
    question: SuiteQuestion
    note: str
    seen: list[LabelAnswer]
    by: str
    proposed: datetime
    decided: datetime | None
    decided_by: str | None
    version: int | None


class CandidateList(BaseModel):
    """Candidates in the order in which they were proposed; ``cursor`` gives the next."""

    candidates: list[CandidateAnswer]
    cursor: UUID | None


class SuiteVersionAnswer(BaseModel):
    """A version, which never changes."""

    number: int
    fingerprint: str
    questions: int
    frozen: datetime
    by: str


class SuiteAnswer(BaseModel):
    """A suite with its versions, and its candidates that no version holds, by state."""

    name: str
    workspace: str
    created: datetime
    versions: list[SuiteVersionAnswer]
    candidates: dict[CandidateState, int]


class SuiteList(BaseModel):
    """Suites by name."""

    suites: list[SuiteAnswer]


class QuestionList(BaseModel):
    """What a version holds."""

    suite: str
    fingerprint: str
    questions: list[SuiteQuestion]


class CollectedAnswer(BaseModel):
    """How many judged questions there were, and how many of them are new candidates."""

    judged: int
    new: int


def label(value: Label) -> LabelAnswer:
    """Render a label."""
    span = value.span and LabelSpan(start=value.span.start, end=value.span.end)
    return LabelAnswer(
        document=value.document,
        quote=value.quote,
        part=value.part,
        span=span,
        grade=value.grade,
    )


def question(value: Asked) -> SuiteQuestion:
    """Render a question."""
    return SuiteQuestion(
        id=value.id,
        text=value.text,
        language=value.language,
        kind=value.kind,
        labels=[label(one) for one in value.labels],
        answers=list(value.answers),
        before=list(value.before),
    )


def candidate(value: Candidate) -> CandidateAnswer:
    """Render a candidate."""
    return CandidateAnswer(
        id=value.id,
        suite=value.suite,
        origin=value.origin,
        source=value.source,
        state=value.state,
        question=question(value.question),
        note=value.note,
        seen=[label(one) for one in value.seen],
        by=value.by,
        proposed=value.proposed,
        decided=value.decided,
        decided_by=value.decided_by,
        version=value.version,
    )


def suite(value: SuiteRecord) -> SuiteAnswer:
    """Render a suite."""
    versions = [
        SuiteVersionAnswer(
            number=one.number,
            fingerprint=one.fingerprint,
            questions=one.questions,
            frozen=one.frozen,
            by=one.by,
        )
        for one in value.versions
    ]
    return SuiteAnswer(
        name=value.name,
        workspace=value.workspace,
        created=value.created,
        versions=versions,
        candidates=dict(value.candidates),
    )
