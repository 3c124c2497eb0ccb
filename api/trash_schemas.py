"""What is answered about deleted documents that can come back."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class TrashedAnswer(BaseModel):
    """A deleted document; past `until` it cannot come back."""

    id: UUID
    title: str
    source: str
    filename: str
    deleted: datetime
    until: datetime


class TrashList(BaseModel):
    """Deleted documents, the latest first."""

    documents: list[TrashedAnswer]
