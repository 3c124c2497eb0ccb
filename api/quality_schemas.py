"""What is sent and answered about the quality of documents."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from api.bodies import Body, Text
from contracts.quality import QualityState


class ReasonAnswer(BaseModel):
    """Why a document is not good; ``code`` is stable, ``z`` tells of an outlier."""

    code: str = Field(examples=["unknown_words"])
    state: QualityState
    sentence: str
    figure: str
    value: float
    z: float | None = Field(description="Robust z-score among documents of the same type.")
    expected: float | None = Field(description="What the workspace expects of the figure.")


class QualityAnswer(BaseModel):
    """A version's figures, and what is thought of them."""

    document: UUID
    version: int
    workspace: str
    media_type: str
    state: QualityState
    reasons: list[ReasonAnswer]
    figures: dict[str, float] = Field(examples=[{"unknown_words": 0.02, "pages": 3}])
    repeated_lines: list[str] = Field(description="Lines that recur on most pages.")


class ListedQuality(QualityAnswer):
    """The newest version of a document in a list."""

    title: str
    source: str
    read: datetime


class DocumentQuality(BaseModel):
    """What is thought of a document's versions, newest first; none before they are measured."""

    versions: list[QualityAnswer]


class QualityTotalAnswer(BaseModel):
    """How many documents of a type are in a state."""

    media_type: str
    state: QualityState
    documents: int


class QualityDayAnswer(BaseModel):
    """How many documents that were read on a day (UTC) are in a state."""

    day: date
    state: QualityState
    documents: int


class QualityReport(BaseModel):
    """Documents of a workspace by state and type, per day, and the worst of them."""

    workspace: str
    totals: list[QualityTotalAnswer]
    days: list[QualityDayAnswer]
    documents: list[ListedQuality]
    cursor: str | None = Field(description="Give it back for the next documents; null at the end.")


class ExpectationsBody(Body):
    """What a workspace expects of its documents; what is left out is not expected."""

    languages: Annotated[list[Text], Field(max_length=10)] = Field(
        default_factory=list, examples=[["fr", "en"]]
    )
    min_characters_per_page: float | None = None
    max_unknown_words: float | None = Field(None, description="Share, 0 to 1.")
    min_ocr_confidence: float | None = Field(None, description="Share, 0 to 1.")


class ExpectationsAnswer(BaseModel):
    """What a workspace expects of its documents."""

    workspace: str
    languages: list[str]
    min_characters_per_page: float | None
    max_unknown_words: float | None
    min_ocr_confidence: float | None
    changed: int = Field(description="Documents that are judged otherwise since this request.")
