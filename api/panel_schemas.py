"""What is answered about panels: standing, stage, policy, parity, audit, generations."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, JsonValue

from contracts.nouns import PanelName, ReadMode
from contracts.policy import GenerationState, PanelStanding, Stage


class TrialAnswer(BaseModel):
    """A panel that is being tried on a share of the questions or keys."""

    stage: Stage
    candidate: PanelName
    share: float
    since: datetime


class PolicyAnswer(BaseModel):
    """Who serves reads, and who is tried beside it; ``mode`` is both in one word."""

    mode: ReadMode
    primary: ReadMode
    trial: TrialAnswer | None


class PoliciesAnswer(BaseModel):
    """The default policy, and those of workspaces that have one of their own."""

    default: PolicyAnswer
    workspaces: dict[str, PolicyAnswer]
    serving: list[PanelName]
    generation: int


class CriterionAnswer(BaseModel):
    """One thing that must hold before a panel goes on."""

    met: bool
    sentence: str


class WhereAnswer(BaseModel):
    """How far a panel is on its way to serve alone, and what it still needs."""

    panel: PanelName
    standing: PanelStanding
    stage: Stage
    next: Stage | None
    criteria: list[CriterionAnswer]
    policy: PolicyAnswer


class PanelAnswer(BaseModel):
    """Whether a panel can serve, how far it is, and how much it has to catch up with.

    ``standing``, ``stage`` and what follows are null when the catalog does not answer.
    """

    name: PanelName
    ready: bool
    detail: str
    version: str
    backlog: int | None
    standing: PanelStanding | None
    stage: Stage | None
    source: str | None
    wanted: int | None
    reached: int | None


class ParityNoteAnswer(BaseModel):
    """A parity check as it is remembered."""

    at: datetime
    deep: bool
    sampled: bool
    versions: int
    found: int
    pending: int
    faults: dict[PanelName, int]


class PanelsAnswer(BaseModel):
    """Both panels, the policy, the embedding space they share, and who works on the backlog.

    ``default`` is the policy in one word. ``parity`` holds the latest check of each kind.
    """

    default: ReadMode
    policy: PolicyAnswer
    generation: int
    model: str
    dimension: int
    chunker: str
    panels: list[PanelAnswer]
    parity: list[ParityNoteAnswer]
    workers: int | None
    waiting: int | None


class DifferenceAnswer(BaseModel):
    """One version in one panel that is not as it must be."""

    panel: PanelName
    document: UUID | None
    version: int | None
    generation: int
    fault: str
    detail: str


class ParityReportAnswer(BaseModel):
    """What a check or a repair came to; ``differences`` are the first of those found.

    ``clean`` says how it is now; ``repaired`` of those found were mended.
    """

    clean: bool
    deep: bool
    versions: int
    chunks: dict[PanelName, int]
    pending: int
    found: int
    repaired: int
    differences: list[DifferenceAnswer]


class ParityAnswer(BaseModel):
    """A check made now, and the latest ones of each kind."""

    report: ParityReportAnswer
    latest: list[ParityNoteAnswer]


class AuditRowAnswer(BaseModel):
    """One change of a setting."""

    at: datetime
    actor: str
    action: str
    subject: str
    before: dict[str, JsonValue]
    after: dict[str, JsonValue]
    forced: bool
    reasons: list[str]


class AuditAnswer(BaseModel):
    """The latest changes of all settings, newest first."""

    changes: list[AuditRowAnswer]


class GenerationAnswer(BaseModel):
    """An embedding space and how far it is built."""

    number: int
    model: str
    dimension: int
    chunker: str
    state: GenerationState
    since: datetime
    wanted: int
    reached: int


class GenerationsAnswer(BaseModel):
    """All generations, oldest first."""

    generations: list[GenerationAnswer]
