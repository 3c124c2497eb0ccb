"""What is answered about deleted documents that can come back."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field


class TrashedAnswer(BaseModel):
    """A deleted document; past `until` it cannot come back."""

    id: UUID
    title: str
    source: str
    filename: str
    deleted: datetime
    until: datetime
    deleted_by: str
    merged_into: UUID | None = Field(description="The document that it was merged into.")


class TrashList(BaseModel):
    """Deleted documents, the latest first."""

    documents: list[TrashedAnswer]
    cursor: str | None = Field(description="Give it back for the next page; null at the end.")
