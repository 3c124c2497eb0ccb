"""What is answered about places that documents come from by themselves."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field, JsonValue

from api.bodies import Body, Text, WorkspaceName
from contracts.intake import EVERY_S, PlaceKind
from contracts.nouns import DEFAULT_WORKSPACE

Line = Annotated[Text, Field(min_length=1, max_length=2000)]


class PlaceBody(Body):
    """A place to add, as `diptych intake add` describes one; never a password or key."""

    OPTIONS: ClassVar[frozenset[str]] = frozenset(
        {"settle_s", "move_to", "mark_seen", "plain", "ca", "endpoint", "region", "anonymous"}
    )

    kind: PlaceKind
    address: Annotated[Text, Field(min_length=1, max_length=2000, examples=["/srv/scans"])]
    name: Annotated[Text, Field(max_length=63)] | None = Field(
        None, description="None: made of the address."
    )
    workspace: WorkspaceName = DEFAULT_WORKSPACE
    every_s: float = Field(EVERY_S, ge=1, le=7 * 24 * 3600)
    mirror: bool = Field(default=False, description="Delete documents whose item is gone.")
    settle_s: float | None = Field(None, ge=1, le=7 * 24 * 3600, description="Folder.")
    move_to: Line | None = Field(None, description="Folder: accepted files are moved there.")
    mark_seen: bool = Field(default=False, description="Mailbox: mark accepted messages.")
    plain: bool = Field(default=False, description="Mailbox: imap:// without encryption.")
    ca: Line | None = Field(None, description="Mailbox, bucket: certificates to trust.")
    endpoint: Line | None = Field(None, description="Bucket: a server that is not AWS.")
    region: Line | None = Field(None, description="Bucket.")
    anonymous: bool = Field(default=False, description="Bucket: send no keys.")


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
