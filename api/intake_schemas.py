"""What is answered about places that documents come from by themselves."""

from datetime import datetime

from pydantic import BaseModel, Field, JsonValue

from contracts.intake import PlaceKind


class FailedItem(BaseModel):
    """Something in a place that was not taken, and why."""

    source: str = Field(examples=["file:/srv/scans/torn.pdf"])
    reason: str


class LookAnswer(BaseModel):
    """What a look came to, item by item; ``error`` is why it ended early."""

    new: int
    changed: int
    unchanged: int
    removed: int = Field(description="Deleted because it is gone from a mirrored place.")
    waiting: int = Field(description="Still being written; looked at again soon.")
    failed: int
    failures: list[FailedItem] = Field(description="The first of those that failed.")
    error: str | None


class PlaceAnswer(BaseModel):
    """A place and the last look at it; its settings, never its secrets."""

    name: str = Field(examples=["scans"])
    kind: PlaceKind
    address: str = Field(examples=["imaps://scans@mail.example.org/INBOX"])
    workspace: str
    every_s: float
    mirror: bool
    options: dict[str, JsonValue]
    looked: datetime | None = Field(description="When the last look ended; null before the first.")
    took_s: float | None
    next_in_s: float
    last: LookAnswer | None


class PlaceList(BaseModel):
    """All places by name."""

    places: list[PlaceAnswer]
