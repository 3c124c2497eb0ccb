"""What is asked and answered about documents that are alike."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.likeness import Decision, Likeness


class SideAnswer(BaseModel):
    """One of two documents that are alike."""

    id: UUID
    title: str
    source: str
    filename: str
    created: datetime
    links: dict[str, str]


class TwinsAnswer(BaseModel):
    """Two documents that are alike; `document` came first."""

    document: SideAnswer
    other: SideAnswer
    verdict: Likeness
    score: float = Field(description="Share of the text that they have in common, estimated.")


class DuplicateList(BaseModel):
    """One page of documents that are alike and not decided, the newest first."""

    duplicates: list[TwinsAnswer]
    cursor: str | None


class PieceAnswer(BaseModel):
    """Some words of a document."""

    text: str
    differs: bool = Field(description="Only this side has them.")


class DifferenceAnswer(BaseModel):
    """One place where two documents differ, with the words around it on both sides."""

    document: list[PieceAnswer]
    other: list[PieceAnswer]


class DifferenceList(BaseModel):
    """Where two documents differ, in order."""

    differences: list[DifferenceAnswer]
    cut: bool = Field(description="There is more than was compared or is told.")


class DecisionBody(BaseModel):
    """What two documents are.

    `merge`: the other's bytes become the newest version of the document, and the other is
    deleted; restoring the other splits them. `apart`: they are two, and the pair is not shown
    again. `open`: it is shown again.
    """

    document: UUID
    other: UUID
    decision: Decision


class DecisionAnswer(DecisionBody):
    """What was decided."""
