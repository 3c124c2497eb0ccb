"""What clients may send: request bodies, checked so that nothing unstorable goes further."""

import json
import math
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StrictFloat,
    StrictInt,
    model_validator,
)

from contracts.nouns import METADATA_LIMIT, Filters, ReadMode, facet
from contracts.people import Role
from retrieval.asking import MAX_HITS

MAX_FILTER_DOCUMENTS = 1000
MAX_FACETS = 32
MAX_ORDERED = 10_000


def storable_text(text: str) -> str:
    """Refuse characters that no store can keep: NUL and lone surrogates."""
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("must be valid Unicode text, without lone surrogates") from error
    return text


def storable_json(value: JsonValue) -> JsonValue:
    """Refuse JSON that no store can keep: over METADATA_LIMIT bytes, NaN, infinity, NUL."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        size = len(text.encode("utf-8"))
        nul = "\x00" in "".join(_texts(value))
    except (ValueError, RecursionError) as error:
        raise ValueError("must be JSON with finite numbers and valid Unicode text") from error
    if size > METADATA_LIMIT:
        raise ValueError(f"must be at most {METADATA_LIMIT} bytes of JSON")
    if nul:
        raise ValueError("must not contain the NUL character")
    return value


def _texts(value: JsonValue) -> list[str]:
    """Collect every string and key."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in (key, *_texts(item))]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return []


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a finite number")
    return value


Text = Annotated[str, AfterValidator(storable_text)]
Question = Annotated[
    Text,
    Field(min_length=1, examples=["What is the notice period?"], description="In any language."),
]
WorkspaceName = Annotated[Text, Field(min_length=1, max_length=100, examples=["default"])]
Scalar = StrictBool | StrictInt | Annotated[StrictFloat, AfterValidator(_finite)] | Text
Metadata = Annotated[dict[str, JsonValue], AfterValidator(storable_json)]


class Body(BaseModel):
    """Base of what clients send: unknown fields are errors, so that a typo is never ignored."""

    model_config = ConfigDict(extra="forbid")


class FiltersBody(Body):
    """Narrows a search: any of the documents, all of the metadata values."""

    documents: (
        Annotated[list[UUID], Field(min_length=1, max_length=MAX_FILTER_DOCUMENTS)] | None
    ) = None
    metadata: Annotated[dict[Text, Scalar], Field(max_length=MAX_FACETS)] = Field(
        default_factory=dict, examples=[{"year": 2025}]
    )


def to_filters(body: FiltersBody | None) -> Filters:
    """Turn the client's filters into the stores' facets."""
    if body is None:
        return Filters()
    wanted = sorted(facet(key, value) for key, value in body.metadata.items())
    return Filters(frozenset(body.documents or ()), tuple(wanted))


class QueryBody(Body):
    """What a search and a question have in common."""

    filters: FiltersBody | None = None
    panel: ReadMode | None = Field(None, description="Left out: as the policy says.")
    workspace: WorkspaceName | None = Field(None, description="Left out: the key's own.")


class SearchBody(QueryBody):
    """A search."""

    query: Question
    limit: int = Field(10, ge=1, le=MAX_HITS)
    parents: bool = Field(
        default=False, description="Give the longer passages that they were cut from, each once."
    )


class AskBody(QueryBody):
    """A question."""

    question: Question
    limit: int | None = Field(
        None, ge=1, le=MAX_HITS, description="Passages to answer from; none: as configured."
    )
    stream: bool = Field(
        default=False, description="Typed server-sent events; also by `Accept: text/event-stream`."
    )


class RetryBody(Body):
    """Which documents to read again: of those named, or of all, what ended so."""

    documents: Annotated[list[UUID], Field(min_length=1, max_length=MAX_ORDERED)] | None = None
    state: Literal["quarantined", "cancelled"] | None = Field(None, description="None: both.")
    reason: Annotated[Text, Field(max_length=40, examples=["encrypted"])] | None = None


class CancelBody(Body):
    """Which documents to stop: those that are named, or all of the workspace in a state."""

    documents: Annotated[list[UUID], Field(min_length=1, max_length=MAX_ORDERED)] | None = None
    state: Literal["accepted", "processing", "all"] | None = Field(
        None, description="Waiting, in work, or both."
    )

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.documents is None) == (self.state is None):
            raise ValueError("name either documents or a state")
        return self


class KeyBody(Body):
    """A key to create."""

    name: Annotated[Text, Field(min_length=1, max_length=100, examples=["Registry office"])]
    role: Role
    workspace: WorkspaceName | None = None


class WorkspaceBody(Body):
    """A workspace to create."""

    name: WorkspaceName
