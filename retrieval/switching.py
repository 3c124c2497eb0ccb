"""The use case of switching: a panel goes stage by stage until it serves alone, or back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from contracts.errors import Conflict, InvalidInput, UnknownPanel
from contracts.nouns import PanelName, ReadMode
from contracts.policy import (
    Change,
    Evidence,
    PanelRecord,
    PanelRegister,
    PanelStanding,
    ParityLog,
    Policies,
    Policy,
    Stage,
    Trial,
)
from retrieval import criteria
from retrieval.criteria import CANARY_SHARE, SHADOW_SHARE, Criterion
from retrieval.routing import panels_of

SHARES = {Stage.SHADOW: SHADOW_SHARE, Stage.CANARY: CANARY_SHARE}
STAGES = tuple(Stage)


class Backlog(Protocol):
    """The part of the ledger that a switch looks at."""

    async def backlog(self) -> Mapping[PanelName, int]:
        """Count ledger rows not yet true, per panel."""
        ...


@dataclass(frozen=True, slots=True)
class Where:
    """How far a panel is: its stage, and what must hold before it goes on to ``next``.

    ``policy`` is the one that holds in the workspace. A panel that is PRIMARY has no criteria.
    """

    panel: PanelName
    stage: Stage
    standing: PanelStanding
    policy: Policy
    criteria: tuple[Criterion, ...]
    next: Stage | None


@dataclass(frozen=True, slots=True)
class Step:
    """One change that somebody asks for; ``share`` None means the stage's own."""

    target: ReadMode
    stage: Stage = Stage.PRIMARY
    share: float | None = None
    force: bool = False
    workspace: str | None = None


def stage_of(record: PanelRecord, policy: Policy) -> Stage:
    """Tell how far a panel is. Where both serve, each is compared with the other: SHADOW."""
    if record.standing is PanelStanding.OFF:
        return Stage.OFF
    if record.standing is not PanelStanding.SERVING:
        return Stage.BACKFILL
    if policy.primary.value == record.panel.value:
        return Stage.PRIMARY
    if policy.trial is not None and policy.trial.candidate is record.panel:
        return policy.trial.stage
    return Stage.SHADOW if policy.primary is ReadMode.FUSED else Stage.VERIFY


class Switch:
    """Changes who serves reads. Every verb raises CatalogUnavailable."""

    def __init__(
        self,
        policies: Policies,
        register: PanelRegister,
        evidence: Evidence,
        parity: ParityLog,
        ledger: Backlog,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._policies = policies
        self._register = register
        self._evidence = evidence
        self._parity = parity
        self._ledger = ledger
        self._now = now

    async def __call__(self, step: Step, actor: str) -> Policy:
        """Bring a panel to a stage and give the policy that then holds.

        A target of both panels (``fused``) has the stage PRIMARY only. Raises Conflict with all
        reasons when something speaks against it, and changes nothing; ``force`` goes ahead and
        keeps the reasons in the audit row, but never reads a panel that is off. Raises
        UnknownPanel, InvalidInput for a share out of range or where the stage has none, NotFound
        for an unknown workspace.
        """
        panels = _checked(step)
        if step.stage in {Stage.OFF, Stage.BACKFILL}:
            await self._turn(panels[0], step, Change(actor, step.force))
            return await self._policy(None)
        before = await self._policy(step.workspace)
        policy = self._wanted(step, before)
        if policy == before:
            return before
        reasons = await self.against(step)
        if reasons and not step.force:
            raise Conflict(
                f"The switch is refused: {' '.join(reasons)}",
                "Mend that first, or use --force, which is kept in the audit.",
            )
        await self._policies.set(step.workspace, policy, Change(actor, step.force, tuple(reasons)))
        return policy

    async def against(self, step: Step) -> list[str]:
        """Give what speaks against a step. Raises Conflict for a panel that is off."""
        panels = panels_of(step.target)
        return [reason for panel in panels for reason in await self._reasons(panel, step)]

    async def back(self, workspace: str | None, actor: str) -> Policy:
        """Undo the last change of the policy; again comes back. Raises Conflict, NotFound."""
        return await self._policies.back(workspace, Change(actor))

    async def where(self, panel: PanelName, workspace: str | None = None) -> Where:
        """Tell the stage a panel is at, and its exit criteria one by one."""
        record, policy = await self._register.record(panel), await self._policy(workspace)
        stage = stage_of(record, policy)
        if stage is Stage.PRIMARY:
            return Where(panel, stage, record.standing, policy, (), None)
        follows = STAGES[STAGES.index(stage) + 1]
        found = await self._criteria(record, follows, workspace, canary=stage is Stage.CANARY)
        return Where(panel, stage, record.standing, policy, tuple(found), follows)

    async def _turn(self, panel: PanelName, step: Step, change: Change) -> None:
        """Turn a panel off, or on to be filled."""
        if step.stage is Stage.OFF:
            await self._register.disable(panel, change)
        else:
            await self._register.enable(panel, change)

    def _wanted(self, step: Step, before: Policy) -> Policy:
        """Give the policy that brings the target to the stage. Raises Conflict."""
        trial = before.trial
        if step.stage is Stage.PRIMARY:
            return Policy(step.target)
        panel = PanelName(step.target.value)
        tried = trial is not None and trial.candidate is panel
        if step.stage is Stage.VERIFY and not tried and panel in panels_of(before.primary):
            raise Conflict(f"The {panel} panel serves reads.", "Make the other one primary first.")
        if step.stage is Stage.VERIFY:
            return Policy(before.primary) if tried else before
        if before.primary.value == panel.value:
            raise Conflict(
                f"The {panel} panel serves alone already.", "Make the other one primary first."
            )
        wanted = Trial(step.stage, panel, step.share or SHARES[step.stage], self._now())
        if trial is not None and replace(trial, since=wanted.since) == wanted:
            return before
        return replace(before, trial=wanted)

    async def _reasons(self, panel: PanelName, step: Step) -> list[str]:
        """Collect what speaks against a step. Raises Conflict for a panel that is off."""
        if step.stage is Stage.VERIFY:
            return []
        record = await self._register.record(panel)
        if record.standing is PanelStanding.OFF:
            raise Conflict(
                f"The {panel} panel is off.", f"Turn it on with 'switch {panel} --stage backfill'."
            )
        stage = Stage.SHADOW if step.target is ReadMode.FUSED else step.stage
        found = await self._criteria(record, stage, step.workspace)
        return [one.sentence for one in found if not one.met]

    async def _criteria(
        self, record: PanelRecord, stage: Stage, workspace: str | None, *, canary: bool = False
    ) -> list[Criterion]:
        """Give all that must hold before a panel enters a stage: of the stages before, too.

        A canary that was never run is asked for only when ``canary`` says that one runs.
        """
        if stage is Stage.BACKFILL:
            return []
        panel, now = record.panel, self._now()
        found = criteria.complete(record, (await self._ledger.backlog()).get(panel, 0))
        if stage is Stage.VERIFY:
            return found
        samples = [await self._parity.latest(deep=deep, sampled=True) for deep in (False, True)]
        checked = await self._parity.latest(deep=True)
        found += criteria.proven(record, checked, [n for n in samples if n is not None], now)
        if stage is Stage.SHADOW:
            return found
        start = criteria.since(record, now)
        seen = await self._evidence.summary(panel, Stage.SHADOW, start, workspace)
        found += criteria.shadowed(seen)
        if stage is Stage.CANARY:
            return found
        seen = await self._evidence.summary(panel, Stage.CANARY, start, workspace)
        return found + (criteria.canaried(seen) if canary or seen.questions else [])

    async def _policy(self, workspace: str | None) -> Policy:
        plan = await self._policies.plan()
        return plan.default if workspace is None else plan.policy(workspace)


def _checked(step: Step) -> tuple[PanelName, ...]:
    """Refuse what is no step; give the panels that it brings to the stage."""
    if step.target in {ReadMode.SHADOW, ReadMode.CANARY}:
        raise UnknownPanel(f"'{step.target}' is no panel.", "Name vector, graph or fused.")
    if step.target is ReadMode.FUSED and step.stage is not Stage.PRIMARY:
        raise InvalidInput(
            f"Both panels cannot go to the stage {step.stage} together.", "Name one of them."
        )
    if step.share is not None and step.stage not in SHARES:
        raise InvalidInput(f"The stage {step.stage} has no share.", "Leave the share out.")
    if step.share is not None and not 0 < step.share <= 1:
        raise InvalidInput(
            f"A share of {step.share:g} is out of range.", "Give one above 0 and up to 1."
        )
    if step.workspace is not None and step.stage in {Stage.OFF, Stage.BACKFILL}:
        raise InvalidInput(
            "A panel is on or off for all workspaces at once.", "Leave the workspace out."
        )
    return panels_of(step.target)
