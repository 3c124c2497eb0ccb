"""What is answered about personal data: numbers and places, never what was found."""

from uuid import UUID

from pydantic import BaseModel, Field

from api.bodies import Body
from contracts.personal import (
    MaskScope,
    PersonalDocument,
    PersonalKind,
    PersonalLevel,
    PersonalTotals,
)


class OccurrenceAnswer(BaseModel):
    """How often a kind was found, and on which pages."""

    count: int
    pages: list[int] = Field(description="A part's place, from 1, where there are no pages.")


class PersonalAnswer(BaseModel):
    """What one document tells of people."""

    document: UUID
    version: int
    source: str
    level: PersonalLevel
    found: dict[PersonalKind, OccurrenceAnswer]


class KindTotal(BaseModel):
    """How often a kind was found in all, and in how many documents."""

    found: int
    documents: int


class PersonalList(BaseModel):
    """What a workspace tells, and documents of it, newest first."""

    levels: dict[PersonalLevel, int] = Field(description="Documents by level.")
    unmeasured: int = Field(description="Live documents that were never looked at.")
    kinds: dict[PersonalKind, KindTotal]
    masked: list[MaskScope]
    documents: list[PersonalAnswer]
    cursor: str | None


class MasksBody(Body):
    """Where a workspace wants personal data masked; what is left out is not masked."""

    masked: frozenset[MaskScope] = Field(examples=[["prompts", "traces"]])


class MasksAnswer(BaseModel):
    """Where a workspace's personal data is masked."""

    workspace: str
    masked: list[MaskScope]


def personal_answer(one: PersonalDocument) -> PersonalAnswer:
    """Render one document's count."""
    found = {
        kind: OccurrenceAnswer(count=seen.count, pages=list(seen.pages))
        for kind, seen in one.count.found.items()
    }
    ref = one.count.ref
    return PersonalAnswer(
        document=ref.document,
        version=ref.number,
        source=one.source,
        level=one.count.level,
        found=found,
    )


def kind_totals(totals: PersonalTotals) -> dict[PersonalKind, KindTotal]:
    """Render the totals by kind."""
    return {
        kind: KindTotal(found=found, documents=documents)
        for kind, (found, documents) in sorted(totals.kinds.items())
    }
