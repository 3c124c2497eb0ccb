"""What may be sent about configurations, and what comes back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue

from api.bodies import Body, Text
from api.panel_schemas import AuditRowAnswer

Name = Annotated[Text, Field(min_length=1, max_length=100)]
Settings = dict[Annotated[Text, Field(max_length=100)], JsonValue]


class ConfigurationBody(Body):
    """A configuration to keep: of a run, or of what answers now, with settings changed."""

    settings: Settings = Field(
        default_factory=dict, examples=[{"fusion.k": 30, "panel": "graph"}], max_length=100
    )
    run: Name | None = Field(None, description="Name, id or beginning of an id.")
    note: Annotated[Text, Field(max_length=1000)] = ""


class PromoteBody(Body):
    """How to promote: without `apply`, only what would change and what speaks against it."""

    run: Name | None = Field(None, description="Its run; none: the latest.")
    baseline: Name | None = Field(None, description="One of what answers now; none: the latest.")
    metric: Annotated[Text, Field(max_length=100)] = Field("", description="Which decides.")
    force: bool = Field(default=False, description="Against all reasons; kept in the audit.")
    apply: bool = False


class ConfigurationAnswer(BaseModel):
    """A configuration as it is kept."""

    number: int
    settings: dict[str, JsonValue]
    digest: str
    note: str
    by: str
    at: datetime
    run: UUID | None


class ConfigurationsAnswer(BaseModel):
    """What answers now, what the names mean, and the latest configurations, newest first."""

    serving: dict[str, JsonValue]
    champion: int | None
    challenger: int | None
    configurations: list[ConfigurationAnswer]


class DifferenceOfSettings(BaseModel):
    """A setting that would change."""

    key: str
    before: JsonValue
    after: JsonValue


class PromotionAnswer(BaseModel):
    """What changes, what speaks against it, and whether it was done."""

    configuration: ConfigurationAnswer
    changes: list[DifferenceOfSettings]
    reasons: list[str]
    done: bool


class HistoryAnswer(BaseModel):
    """The latest changes of configurations and their names, newest first."""

    changes: list[AuditRowAnswer]
