"""The read policy, the evidence of trials and the log of parity checks, in memory."""

import json
import math
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from contracts.errors import Conflict, NotFound
from contracts.nouns import Json, PanelName
from contracts.personal import MaskScope
from contracts.policy import (
    AuditRow,
    Change,
    Comparison,
    EvidenceSummary,
    PanelStanding,
    ParityNote,
    Policy,
    ReadPlan,
    Stage,
)
from contracts.tuning import Tuning
from tests.fakes.catalog_tables import Setting, Tables, named

_MONTH = timedelta(days=31)


class InMemoryPolicies:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def plan(self) -> ReadPlan:
        self._tables.check()
        panels = self._tables.panels.items()
        serving = frozenset(p for p, e in panels if e.standing is PanelStanding.SERVING)
        settings = self._tables.policies.items()
        own = {name: s.policy for name, s in settings if name is not None and s.policy}
        champion = self._tables.champion
        return ReadPlan(
            self._tables.live_space().generation,
            serving,
            self._default(),
            own,
            champion.configuration.tuning if champion else Tuning(),
            champion.number if champion else None,
            {name: scopes for name, scopes in self._tables.masking.items() if scopes},
        )

    async def set(self, workspace: str | None, policy: Policy, change: Change) -> None:
        self._tables.check()
        if workspace is not None and workspace not in self._tables.workspaces:
            raise NotFound(f"There is no workspace {workspace}.", "Create it first.")
        self._put(workspace, policy, change, "policy.set")

    async def back(self, workspace: str | None, change: Change) -> Policy:
        self._tables.check()
        setting = self._tables.policies.get(workspace)
        if setting is None or not setting.changed:
            raise Conflict("The policy was not changed yet.", "Set one.")
        self._put(workspace, setting.previous, change, "policy.back")
        return setting.policy or self._default()

    async def mask(self, workspace: str, scopes: Collection[MaskScope], change: Change) -> None:
        self._tables.check()
        if workspace not in self._tables.workspaces:
            raise NotFound(f"There is no workspace {workspace}.", "Create it first.")
        before = self._tables.masking.get(workspace, frozenset())
        self._tables.masking[workspace] = after = frozenset(scopes)
        told = ({"scopes": sorted(before)}, {"scopes": sorted(after)})
        self._tables.note(change, "masking.set", workspace, *told)

    async def audit(self, limit: int = 100) -> list[AuditRow]:
        self._tables.check()
        return self._tables.audit[::-1][:limit]

    def _default(self) -> Policy:
        policy = self._tables.policies[None].policy
        assert policy is not None
        return policy

    def _put(
        self, workspace: str | None, policy: Policy | None, change: Change, action: str
    ) -> None:
        for panel, entry in self._tables.panels.items():
            if policy and entry.standing is PanelStanding.OFF and panel.value in named(policy):
                raise Conflict(f"The panel {panel} is off.", "Enable it first.")
        setting = self._tables.policies.setdefault(workspace, Setting(None))
        before = setting.policy
        if before != policy:
            setting.policy, setting.previous, setting.changed = policy, before, True
        self._tables.note(change, action, workspace or "*", _json(before), _json(policy))


class InMemoryEvidence:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def record(self, comparisons: Sequence[Comparison]) -> None:
        self._tables.check()
        oldest = datetime.now(UTC) - _MONTH
        known = [*self._tables.comparisons, *comparisons]
        self._tables.comparisons = [one for one in known if one.at > oldest]

    async def summary(
        self, candidate: PanelName, stage: Stage, since: datetime, workspace: str | None = None
    ) -> EvidenceSummary:
        self._tables.check()
        found = [
            one
            for one in self._tables.comparisons
            if (one.candidate, one.stage) == (candidate, stage)
            and one.at >= since
            and workspace in {None, one.workspace}
        ]
        return EvidenceSummary(
            questions=len(found),
            errors=sum(one.error is not None for one in found),
            overlap=_mean([one.overlap for one in found]),
            agreement=_mean([one.agreement for one in found]),
            primary_p95_ms=_p95([one.primary_ms for one in found]),
            candidate_p95_ms=_p95([one.candidate_ms for one in found]),
        )


class InMemoryParityLog:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def note(self, note: ParityNote) -> None:
        self._tables.check()
        self._tables.parity_notes.append(note)

    async def latest(self, *, deep: bool, sampled: bool = False) -> ParityNote | None:
        self._tables.check()
        notes = reversed(self._tables.parity_notes)
        return next((n for n in notes if (n.deep, n.sampled) == (deep, sampled)), None)


def _json(policy: Policy | None) -> Json:
    given: Json = json.loads(json.dumps(asdict(policy) if policy else {}, default=str))
    return given


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 0.0


def _p95(values: Sequence[float | None]) -> float:
    known = sorted(value for value in values if value is not None)
    return known[math.ceil(0.95 * len(known)) - 1] if known else 0.0
