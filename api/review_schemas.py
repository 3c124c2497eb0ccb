"""What is asked and answered about the review list."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.bodies import Body
from api.quality_schemas import ReasonAnswer
from contracts.review import ReviewSource


class OtherAnswer(BaseModel):
    """The elder document that another is like."""

    id: UUID
    title: str
    source: str
    links: dict[str, str]


class MatterAnswer(BaseModel):
    """One thing about a document that waits for a person."""

    source: ReviewSource
    code: str = Field(
        description="Stable: why it was not read, the worst reason of quality, or the verdict.",
        examples=["encrypted", "unknown_words", "near_copy"],
    )
    sentence: str = Field(description="Why it waits.")
    advice: str = Field(description="What to do next.")
    reasons: list[ReasonAnswer] = Field(description="Of quality; the worst first.")
    other: OtherAnswer | None = Field(description="Of likeness: the document that came first.")


class ReviewItem(BaseModel):
    """A document with all that waits about its newest version."""

    document: UUID
    version: int
    title: str
    source: str
    filename: str
    created: datetime
    matters: list[MatterAnswer]
    links: dict[str, str]


class ReviewList(BaseModel):
    """One page of what waits, the newest documents first."""

    workspace: str
    counts: dict[ReviewSource, int] = Field(description="Documents by source, on all pages.")
    documents: list[ReviewItem]
    cursor: str | None


class SettledBody(Body):
    """What is well enough as it is: what one source found about a document's newest version."""

    document: UUID
    source: ReviewSource


class SettledAnswer(SettledBody):
    """What was settled."""
