"""Which panel serves reads, how a change of it is tried, and what is known when deciding.

The policy and the registers below are settings at run time: they live in the catalog, every
process follows them within a second, and each change leaves an audit row.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from contracts.nouns import Generation, Json, PanelName, ReadMode
from contracts.personal import MaskScope
from contracts.tuning import Tuning


class Stage(StrEnum):
    """How far a panel is on its way to serve alone; each has exit criteria."""

    OFF = "off"
    BACKFILL = "backfill"
    """It is being filled; left when its backlog is empty."""
    VERIFY = "verify"
    """It is complete; left when a deep parity check was clean."""
    SHADOW = "shadow"
    """It answers a sample of the questions unseen; left when it answers as the primary does."""
    CANARY = "canary"
    """It serves a share of the keys; left when they were served without errors."""
    PRIMARY = "primary"


@dataclass(frozen=True, slots=True)
class Trial:
    """A panel that is being tried: ``share`` of the questions or keys, in (0, 1]."""

    stage: Stage
    candidate: PanelName
    share: float
    since: datetime


@dataclass(frozen=True, slots=True)
class Policy:
    """Who serves reads (``vector``, ``graph`` or ``fused``), and who is tried beside it.

    ``trial`` is in stage SHADOW or CANARY.
    """

    primary: ReadMode
    trial: Trial | None = None

    @property
    def mode(self) -> ReadMode:
        """The policy in one word."""
        return ReadMode(self.trial.stage.value) if self.trial else self.primary


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """All that routing a read needs, as it was a moment ago.

    ``serving`` are the panels that are complete and on. ``workspaces`` holds the policies of
    workspaces that have one of their own. ``tuning`` is the champion's, whose number is
    ``configuration``; without a champion it is the default. ``masking`` holds what workspaces
    want masked, where they want anything.
    """

    generation: Generation
    serving: frozenset[PanelName]
    default: Policy
    workspaces: Mapping[str, Policy] = field(default_factory=dict)
    tuning: Tuning = field(default_factory=Tuning)
    configuration: int | None = None
    masking: Mapping[str, frozenset[MaskScope]] = field(default_factory=dict)

    def policy(self, workspace: str) -> Policy:
        """Give the policy that holds in a workspace."""
        return self.workspaces.get(workspace, self.default)

    def masks(self, workspace: str) -> frozenset[MaskScope]:
        """Give where a workspace wants personal data masked."""
        return self.masking.get(workspace, frozenset())


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes a setting and why; ``reasons`` are those that spoke against a forced one."""

    actor: str
    forced: bool = False
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One change of a setting, as it is kept for ever."""

    at: datetime
    actor: str
    action: str
    subject: str
    before: Json
    after: Json
    forced: bool
    reasons: tuple[str, ...]


class Policies(Protocol):
    """The read policy. Verbs raise CatalogUnavailable."""

    async def plan(self) -> ReadPlan:
        """Give the plan of this moment, in one round trip."""
        ...

    async def set(self, workspace: str | None, policy: Policy, change: Change) -> None:
        """Set the policy of a workspace, or the default (None), with its audit row.

        Raises NotFound for an unknown workspace, Conflict when it names a panel that is off.
        """
        ...

    async def back(self, workspace: str | None, change: Change) -> Policy:
        """Set the policy to what it was before the last change, and give it.

        Doing it twice comes back to where one was. Raises Conflict when nothing was changed yet,
        or when that policy names a panel that is off.
        """
        ...

    async def mask(self, workspace: str, scopes: Collection[MaskScope], change: Change) -> None:
        """Set where a workspace wants personal data masked, with its audit row; none: nowhere.

        It holds for what is read, asked and traced from then on. Raises NotFound for an unknown
        workspace.
        """
        ...

    async def audit(self, limit: int = 100) -> list[AuditRow]:
        """Give the latest changes of all settings, newest first."""
        ...


class PanelStanding(StrEnum):
    """What a panel is to the service."""

    OFF = "off"
    """Neither written nor read."""
    CLEARING = "clearing"
    """About to be emptied for a rebuild; not read."""
    FILLING = "filling"
    """Written, and filled from ``source``; not read."""
    SERVING = "serving"
    """Written and read."""


@dataclass(frozen=True, slots=True)
class PanelRecord:
    """A panel's standing; ``source`` says what a filling panel is filled from.

    ``source`` is a panel's name, ``originals`` or ``file:PATH``. ``wanted`` live versions must be
    in it, in all generations that are kept up; ``reached`` of them are. Versions on their way to
    go live do not count: they come and go for as long as documents are sent.
    """

    panel: PanelName
    standing: PanelStanding
    source: str | None
    since: datetime
    wanted: int
    reached: int


class PanelRegister(Protocol):
    """Which panels are on, and which are being filled. Verbs raise CatalogUnavailable."""

    async def records(self) -> list[PanelRecord]:
        """Give every panel's standing and how far it is."""
        ...

    async def record(self, panel: PanelName) -> PanelRecord:
        """Give one panel's. Raises UnknownPanel when the service has none of that name."""
        ...

    async def enable(self, panel: PanelName, change: Change) -> None:
        """Turn a panel that is off to FILLING from the other one, all its rows in the backlog.

        Raises Conflict when it is not off.
        """
        ...

    async def disable(self, panel: PanelName, change: Change) -> None:
        """Turn a panel off: its ledger rows go, what it stores stays until it is enabled.

        Raises Conflict for the last panel that serves, one that a policy names, and one that is
        off.
        """
        ...

    async def begin_rebuild(self, panel: PanelName, source: str, change: Change) -> None:
        """Turn a panel to CLEARING.

        Raises Conflict while a rebuild runs, when it is off, or when ``source`` names a panel
        that does not serve.
        """
        ...

    async def refill(self, panel: PanelName) -> None:
        """Turn a CLEARING panel to FILLING: every row of it is to be done again, now.

        From ``originals`` the rows of every panel are.
        """
        ...

    async def serve(self, panel: PanelName) -> bool:
        """Turn a FILLING panel to SERVING if it shows all live versions; give whether it serves."""
        ...


class GenerationState(StrEnum):
    """What a generation is to the service."""

    BUILDING = "building"
    PAUSED = "paused"
    LIVE = "live"
    """The one that reads use: there is exactly one."""
    STANDBY = "standby"
    """Complete and kept up, not read: what one can go back to."""
    RETIRING = "retiring"
    """Being removed from the panels."""


@dataclass(frozen=True, slots=True)
class GenerationRecord:
    """A generation with its state.

    ``reached`` of ``wanted`` live versions are complete in it, in every panel that is on.
    """

    generation: Generation
    state: GenerationState
    since: datetime
    wanted: int
    reached: int


class Generations(Protocol):
    """The embedding spaces side by side. Verbs raise CatalogUnavailable."""

    async def ensure(self, model: str, dimension: int, chunker: str) -> Generation:
        """Give the live generation; at the first start, record this one as the live one."""
        ...

    async def get(self, number: int) -> Generation:
        """Give a generation. Raises NotFound."""
        ...

    async def records(self) -> list[GenerationRecord]:
        """Give all generations, oldest first."""
        ...

    async def begin(self, model: str, dimension: int, chunker: str, change: Change) -> Generation:
        """Record a generation to build: ledger rows for every live version and enabled panel.

        Versions accepted from then on get rows in it too. Raises Conflict when this space is
        there already or another generation is being built.
        """
        ...

    async def pause(self, number: int, change: Change) -> None:
        """Stop building until ``resume``. Raises NotFound, Conflict when it is not building."""
        ...

    async def resume(self, number: int, change: Change) -> None:
        """Go on building. Raises NotFound, Conflict when it is not paused."""
        ...

    async def activate(self, number: int, change: Change) -> None:
        """Make it the live one for every reader at once; the former one goes to STANDBY.

        Raises NotFound, and Conflict when it is not complete in every enabled panel.
        """
        ...

    async def retire(self, number: int, change: Change) -> None:
        """Turn it to RETIRING and drop its ledger rows. Raises NotFound, Conflict if live."""
        ...

    async def retired(self, number: int) -> None:
        """Forget a RETIRING generation, once no panel holds anything of it."""
        ...

    async def expired(self, grace_s: float) -> list[int]:
        """Give the STANDBY generations that have not been live for so many seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question that both the primary and the candidate answered.

    ``overlap`` is the share of equal spans among the first ten, ``agreement`` the rank-biased
    overlap of the two orders (p = 0.9; Webber, Moffat, Zobel 2010), both in [0, 1]; None where
    the candidate failed, then ``error`` says how, and in a canary. Times are milliseconds;
    ``primary_ms`` is 0 in a canary, where the primary is asked only when the candidate failed.
    """

    at: datetime
    workspace: str
    stage: Stage
    primary: ReadMode
    candidate: PanelName
    overlap: float | None
    agreement: float | None
    primary_ms: float
    candidate_ms: float | None
    error: str | None


@dataclass(frozen=True, slots=True)
class EvidenceSummary:
    """What a trial came to since it began; the shares are 0 with no question."""

    questions: int
    errors: int
    overlap: float
    agreement: float
    primary_p95_ms: float
    candidate_p95_ms: float


class Evidence(Protocol):
    """What trials were seen to do. Verbs raise CatalogUnavailable."""

    async def record(self, comparisons: Sequence[Comparison]) -> None:
        """Keep comparisons, at most a month long."""
        ...

    async def summary(
        self, candidate: PanelName, stage: Stage, since: datetime, workspace: str | None = None
    ) -> EvidenceSummary:
        """Sum up what a candidate did in a stage since a moment."""
        ...


@dataclass(frozen=True, slots=True)
class ParityNote:
    """One parity check of everything, or of a sample, as it is remembered."""

    at: datetime
    deep: bool
    sampled: bool
    versions: int
    found: int
    pending: int
    faults: Mapping[PanelName, int]


class ParityLog(Protocol):
    """The latest parity checks. Verbs raise CatalogUnavailable."""

    async def note(self, note: ParityNote) -> None:
        """Keep a check."""
        ...

    async def latest(self, *, deep: bool, sampled: bool = False) -> ParityNote | None:
        """Give the latest check of this kind, or None."""
        ...
