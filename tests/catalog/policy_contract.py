"""Contract of Policies, Evidence and ParityLog: the read policy and what decides about it."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.errors import Conflict, NotFound
from contracts.nouns import DEFAULT_WORKSPACE, Generation, PanelName, ReadMode
from contracts.policy import (
    Change,
    Comparison,
    EvidenceSummary,
    ParityNote,
    Policy,
    Stage,
    Trial,
)
from tests.catalog.desk import CHANGE, SPACE, Desk

BEGAN = datetime.now(UTC).replace(microsecond=123_456)
CANARY = Policy(ReadMode.VECTOR, Trial(Stage.CANARY, PanelName.GRAPH, 0.1, BEGAN))
ONLY_VECTOR = Policy(ReadMode.VECTOR)
FUSED = Policy(ReadMode.FUSED)
NOTHING_SEEN = EvidenceSummary(0, 0, 0.0, 0.0, 0.0, 0.0)


class PolicyContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_at_first_reads_are_fused_everywhere(self, desk: Desk) -> None:
        plan = await desk.catalog.policies.plan()
        assert plan.generation == Generation(1, *SPACE)
        assert plan.policy(DEFAULT_WORKSPACE) == FUSED
        assert dict(plan.workspaces) == {}
        assert await desk.catalog.policies.audit() == []

    async def test_a_workspace_may_have_a_policy_of_its_own(self, desk: Desk) -> None:
        await desk.catalog.people.add_workspace("archive")
        policies = desk.catalog.policies
        await policies.set(None, CANARY, CHANGE)
        await policies.set("archive", ONLY_VECTOR, CHANGE)
        plan = await policies.plan()
        assert (plan.policy(DEFAULT_WORKSPACE), plan.policy("archive")) == (CANARY, ONLY_VECTOR)
        assert plan.default.mode is ReadMode.CANARY

    @pytest.mark.parametrize("workspace", ["nowhere", "", "no\0where"])
    async def test_an_unknown_workspace_has_no_policy(self, desk: Desk, workspace: str) -> None:
        with pytest.raises(NotFound):
            await desk.catalog.policies.set(workspace, CANARY, CHANGE)
        assert await desk.catalog.policies.audit() == []

    @pytest.mark.parametrize("policy", [Policy(ReadMode.GRAPH), CANARY])
    async def test_a_policy_names_no_panel_that_is_off(self, desk: Desk, policy: Policy) -> None:
        policies = desk.catalog.policies
        await policies.set(None, policy, CHANGE)
        await policies.set(None, ONLY_VECTOR, CHANGE)
        await desk.catalog.register.disable(PanelName.GRAPH, CHANGE)
        with pytest.raises(Conflict):
            await policies.set(None, policy, CHANGE)
        with pytest.raises(Conflict):
            await policies.back(None, CHANGE)
        assert (await policies.plan()).default == ONLY_VECTOR
        assert len(await policies.audit()) == 3

    async def test_one_step_back_and_forth(self, desk: Desk) -> None:
        policies = desk.catalog.policies
        await policies.set(None, CANARY, CHANGE)
        await policies.set(None, ONLY_VECTOR, CHANGE)
        assert await policies.back(None, CHANGE) == CANARY
        assert (await policies.plan()).default == CANARY
        assert await policies.back(None, CHANGE) == ONLY_VECTOR
        assert (await policies.plan()).default == ONLY_VECTOR

    async def test_setting_what_is_set_does_not_hide_what_was_before(self, desk: Desk) -> None:
        policies = desk.catalog.policies
        await policies.set(None, CANARY, CHANGE)
        await policies.set(None, CANARY, CHANGE)
        assert await policies.back(None, CHANGE) == FUSED

    async def test_a_workspace_goes_back_to_following_the_default(self, desk: Desk) -> None:
        policies = desk.catalog.policies
        await policies.set(DEFAULT_WORKSPACE, ONLY_VECTOR, CHANGE)
        assert await policies.back(DEFAULT_WORKSPACE, CHANGE) == FUSED
        await policies.set(None, CANARY, CHANGE)
        assert (await policies.plan()).policy(DEFAULT_WORKSPACE) == CANARY
        assert await policies.back(DEFAULT_WORKSPACE, CHANGE) == ONLY_VECTOR
        assert (await policies.plan()).policy(DEFAULT_WORKSPACE) == ONLY_VECTOR

    @pytest.mark.parametrize("workspace", [None, DEFAULT_WORKSPACE, "nowhere"])
    async def test_what_was_never_changed_cannot_go_back(
        self, desk: Desk, workspace: str | None
    ) -> None:
        with pytest.raises(Conflict):
            await desk.catalog.policies.back(workspace, CHANGE)

    async def test_each_change_says_who_why_and_what(self, desk: Desk) -> None:
        policies = desk.catalog.policies
        forced = Change("bob\0", forced=True, reasons=("Parity is not clean.", "Too early."))
        await policies.set(None, CANARY, CHANGE)
        await policies.set(DEFAULT_WORKSPACE, ONLY_VECTOR, forced)
        await policies.back(None, CHANGE)
        back, own, first = await policies.audit()
        assert (first.actor, first.action, first.subject) == (CHANGE.actor, "policy.set", "*")
        assert (first.forced, first.reasons) == (False, ())
        assert first.before == {"primary": "fused", "trial": None}
        assert first.after["primary"] == "vector"
        assert isinstance(trial := first.after["trial"], dict)
        assert (trial["stage"], trial["candidate"], trial["share"]) == ("canary", "graph", 0.1)
        assert (own.subject, own.before) == (DEFAULT_WORKSPACE, {})
        assert (own.forced, own.reasons) == (True, forced.reasons)
        assert (back.action, back.before, back.after) == ("policy.back", first.after, first.before)
        assert first.at <= own.at <= back.at
        assert await policies.audit(limit=1) == [back]

    async def test_evidence_is_summed_up_per_candidate_and_stage(self, desk: Desk) -> None:
        evidence = desk.catalog.evidence
        await evidence.record([_seen(ms=float(n), overlap=n / 100) for n in range(1, 101)])
        await evidence.record([_seen(error="timeout")])
        await evidence.record([_seen(candidate=PanelName.VECTOR), _seen(stage=Stage.CANARY)])
        await evidence.record([])
        summary = await evidence.summary(PanelName.GRAPH, Stage.SHADOW, BEGAN)
        assert (summary.questions, summary.errors) == (101, 1)
        assert summary.overlap == pytest.approx(0.505)
        assert summary.agreement == pytest.approx(0.5)
        assert (summary.primary_p95_ms, summary.candidate_p95_ms) == (10.0, 95.0)

    async def test_evidence_is_of_one_trial_and_where_asked_of_one_workspace(
        self, desk: Desk
    ) -> None:
        evidence = desk.catalog.evidence
        await evidence.record([_seen(), _seen(workspace="other"), _seen(before=timedelta(days=1))])
        seen = [
            await evidence.summary(PanelName.GRAPH, Stage.SHADOW, since, workspace)
            for since, workspace in (
                (BEGAN, None),
                (BEGAN, "other"),
                (BEGAN - timedelta(days=2), None),
            )
        ]
        assert [summary.questions for summary in seen] == [2, 1, 3]
        later = BEGAN + timedelta(hours=1)
        assert await evidence.summary(PanelName.GRAPH, Stage.SHADOW, later) == NOTHING_SEEN

    async def test_evidence_older_than_a_month_is_dropped(self, desk: Desk) -> None:
        evidence = desk.catalog.evidence
        await evidence.record([_seen(before=timedelta(days=40)), _seen(before=timedelta(days=20))])
        await evidence.record([_seen()])
        since = BEGAN - timedelta(days=100)
        summary = await evidence.summary(PanelName.GRAPH, Stage.SHADOW, since)
        assert summary.questions == 2

    async def test_the_latest_parity_check_of_each_kind_is_remembered(self, desk: Desk) -> None:
        log = desk.catalog.parity_log
        faults = {PanelName.GRAPH: 3, PanelName.VECTOR: 0}
        full = ParityNote(BEGAN, True, False, 9, 3, 1, faults)
        sample = ParityNote(BEGAN, False, True, 2, 0, 0, {})
        newer = ParityNote(BEGAN + timedelta(hours=1), True, False, 9, 0, 0, {})
        assert await log.latest(deep=True) is None
        await log.note(full)
        await log.note(sample)
        assert await log.latest(deep=True) == full
        assert await log.latest(deep=False, sampled=True) == sample
        assert await log.latest(deep=False) is None
        await log.note(newer)
        assert await log.latest(deep=True) == newer


def _seen(
    *,
    ms: float = 10.0,
    overlap: float = 0.5,
    candidate: PanelName = PanelName.GRAPH,
    stage: Stage = Stage.SHADOW,
    workspace: str = DEFAULT_WORKSPACE,
    before: timedelta = timedelta(),
    error: str | None = None,
) -> Comparison:
    return Comparison(
        at=BEGAN - before,
        workspace=workspace,
        stage=stage,
        primary=ReadMode.VECTOR,
        candidate=candidate,
        overlap=None if error else overlap,
        agreement=None if error else 0.5,
        primary_ms=10.0,
        candidate_ms=None if error else ms,
        error=error,
    )
