from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.errors import Conflict, InvalidInput, NotFound, UnknownPanel
from contracts.nouns import PanelName, ReadMode
from contracts.policy import Change, Comparison, PanelStanding, ParityNote, Policy, Stage
from retrieval.criteria import QUESTIONS
from retrieval.switching import Step, Switch
from tests.fakes.catalog import InMemoryCatalog

VECTOR, GRAPH = PanelName.VECTOR, PanelName.GRAPH
TO_GRAPH = Step(ReadMode.GRAPH)
SETUP = Change("setup")


class Desk:
    """A catalog whose vector panel serves alone, and the switch over it, an hour later."""

    def __init__(self, folder: Path) -> None:
        self.catalog = InMemoryCatalog(folder)
        self.now = datetime.now(UTC) + timedelta(hours=1)
        self.behind: dict[PanelName, int] = {}
        catalog = self.catalog
        self.switch = Switch(
            catalog.policies,
            catalog.register,
            catalog.evidence,
            catalog.parity_log,
            self,
            now=lambda: self.now,
        )

    async def backlog(self) -> dict[PanelName, int]:
        return self.behind

    async def prove(self, **how: object) -> None:
        """Note a deep check of everything, clean and of this moment unless told."""
        note: dict[str, object] = {
            "at": self.now, "deep": True, "sampled": False, "versions": 9, "found": 0,
            "pending": 0, "faults": {},
        }  # fmt: skip
        await self.catalog.parity_log.note(ParityNote(**(note | how)))  # type: ignore[arg-type]

    async def show(self, count: int = QUESTIONS, **how: object) -> None:
        """Record good shadow reads of the graph panel, or as told."""
        made: dict[str, object] = {
            "at": self.now, "workspace": "default", "stage": Stage.SHADOW,
            "primary": ReadMode.VECTOR, "candidate": GRAPH, "overlap": 0.9, "agreement": 0.9,
            "primary_ms": 30.0, "candidate_ms": 40.0, "error": None,
        }  # fmt: skip
        row = Comparison(**(made | how))  # type: ignore[arg-type]
        await self.catalog.evidence.record([row] * count)

    async def ready(self) -> None:
        """Give the graph panel all that it needs to be primary."""
        await self.prove()
        await self.show()

    async def refused(self, step: Step = TO_GRAPH) -> str:
        """Try a step that is refused; nothing must have changed."""
        before = await self.catalog.policies.plan(), await self.catalog.policies.audit()
        with pytest.raises(Conflict) as caught:
            await self.switch(step, "me")
        assert (await self.catalog.policies.plan(), await self.catalog.policies.audit()) == before
        return caught.value.message

    async def policy(self) -> Policy:
        return (await self.catalog.policies.plan()).default


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    await desk.catalog.generations.ensure("hash", 384, "paragraphs")
    await desk.catalog.policies.set(None, Policy(ReadMode.VECTOR), SETUP)
    return desk


async def test_a_panel_that_meets_everything_becomes_primary_with_an_audit_row(desk: Desk) -> None:
    await desk.ready()
    assert await desk.switch(TO_GRAPH, "me") == Policy(ReadMode.GRAPH)
    assert await desk.policy() == Policy(ReadMode.GRAPH)
    newest = (await desk.catalog.policies.audit())[0]
    assert (newest.actor, newest.forced, newest.reasons) == ("me", False, ())


async def test_the_refusal_names_every_reason_at_once(desk: Desk) -> None:
    desk.behind = {GRAPH: 7}
    reasons = await desk.refused()
    assert "The graph panel has yet to catch up with versions: 7." in reasons
    assert "No deep parity check was made yet." in reasons
    assert "0 questions were asked of it in shadow; 50 are needed." in reasons


async def test_a_backlog_of_the_other_panel_does_not_matter(desk: Desk) -> None:
    await desk.ready()
    desk.behind = {VECTOR: 7}
    assert await desk.switch(TO_GRAPH, "me") == Policy(ReadMode.GRAPH)


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ({"found": 3}, "found 3 differences"),
        ({"at": datetime.now(UTC) - timedelta(hours=1)}, "older than the latest filling"),
        ({"at": datetime.now(UTC) + timedelta(hours=9)}, "a clock went wrong"),
        ({"deep": False}, "No deep parity check"),
        ({"sampled": True}, "No deep parity check"),
    ],
)
async def test_parity_that_is_not_proven_refuses(
    desk: Desk, check: dict[str, object], reason: str
) -> None:
    await desk.show()
    await desk.prove(**check)
    assert reason in await desk.refused()


async def test_a_proof_of_yesterday_refuses(desk: Desk) -> None:
    await desk.ready()
    desk.now += timedelta(hours=25)
    assert "older than 24 hours" in await desk.refused()


@pytest.mark.parametrize("deep", [True, False])
async def test_a_sample_that_found_something_refuses_until_everything_was_checked_again(
    desk: Desk, *, deep: bool
) -> None:
    await desk.ready()
    later = desk.now + timedelta(minutes=1)
    await desk.prove(at=later, deep=deep, sampled=True, found=2)
    assert "sampled parity check" in await desk.refused()
    await desk.prove(at=later + timedelta(minutes=1))
    assert await desk.switch(TO_GRAPH, "me") == Policy(ReadMode.GRAPH)


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        ([{"count": QUESTIONS - 1}], "49 questions were asked of it in shadow; 50 are needed"),
        ([{}, {"count": 1, "error": "It broke.", "overlap": None}], "1 of them failed (2.0%)"),
        ([{"overlap": 0.79}], "79.0% of the first ten passages are the primary's"),
        ([{"candidate_ms": 80.1}], "80 ms are allowed"),
        ([{"workspace": "other"}], "0 questions were asked"),
        ([{"candidate": VECTOR}], "0 questions were asked"),
    ],
)
async def test_evidence_that_is_thin_or_bad_refuses(
    desk: Desk, seen: list[dict[str, object]], reason: str
) -> None:
    await desk.prove()
    for one in seen:
        await desk.show(**one)  # type: ignore[arg-type]
    step = TO_GRAPH
    if seen[0].get("workspace"):
        step = Step(ReadMode.GRAPH, workspace="default")
    assert reason in await desk.refused(step)


@pytest.mark.parametrize("good", [{"overlap": 0.8}, {"candidate_ms": 80.0}, {"count": 200}])
async def test_evidence_at_the_limit_is_enough(desk: Desk, good: dict[str, object]) -> None:
    await desk.prove()
    await desk.show(**good)  # type: ignore[arg-type]
    assert await desk.switch(TO_GRAPH, "me") == Policy(ReadMode.GRAPH)


async def test_evidence_from_before_the_panel_was_filled_does_not_count(desk: Desk) -> None:
    await desk.prove()
    await desk.show(at=datetime.now(UTC) - timedelta(hours=2))
    assert "0 questions were asked of it in shadow" in await desk.refused()


async def test_a_canary_counts_where_one_was_run(desk: Desk) -> None:
    await desk.ready()
    await desk.show(QUESTIONS, stage=Stage.CANARY, overlap=None)
    await desk.show(5, stage=Stage.CANARY, overlap=None, error="It broke.")
    assert "5 of them failed" in await desk.refused()


async def test_force_goes_ahead_and_the_audit_keeps_why_not(desk: Desk) -> None:
    policy = await desk.switch(Step(ReadMode.GRAPH, force=True), "me")
    assert policy == await desk.policy() == Policy(ReadMode.GRAPH)
    newest = (await desk.catalog.policies.audit())[0]
    assert newest.forced
    assert "No deep parity check was made yet." in newest.reasons


async def test_back_undoes_the_last_switch_and_again_comes_back(desk: Desk) -> None:
    await desk.switch(Step(ReadMode.GRAPH, force=True), "me")
    assert await desk.switch.back(None, "me") == Policy(ReadMode.VECTOR) == await desk.policy()
    assert await desk.switch.back(None, "me") == Policy(ReadMode.GRAPH) == await desk.policy()


async def test_the_way_through_the_stages_and_back(desk: Desk) -> None:
    register, switch = desk.catalog.register, desk.switch
    await switch(Step(ReadMode.GRAPH, Stage.OFF), "me")
    assert (await switch.where(GRAPH)).stage is Stage.OFF
    await switch(Step(ReadMode.GRAPH, Stage.BACKFILL), "me")
    filling = await switch.where(GRAPH)
    assert (filling.stage, filling.next) == (Stage.BACKFILL, Stage.VERIFY)
    assert [one.met for one in filling.criteria] == [False]
    assert await register.serve(GRAPH)
    assert (await switch.where(GRAPH)).stage is Stage.VERIFY
    assert "No deep parity check" in await desk.refused(Step(ReadMode.GRAPH, Stage.SHADOW))
    await desk.prove()
    shadow = await switch(Step(ReadMode.GRAPH, Stage.SHADOW), "me")
    assert shadow.mode is ReadMode.SHADOW
    assert shadow.trial is not None
    assert (shadow.primary, shadow.trial.share) == (ReadMode.VECTOR, 0.1)
    assert "in shadow" in await desk.refused(Step(ReadMode.GRAPH, Stage.CANARY))
    await desk.show()
    canary = await switch(Step(ReadMode.GRAPH, Stage.CANARY, share=0.2), "me")
    assert canary.mode is ReadMode.CANARY
    where = await switch.where(GRAPH)
    assert (where.stage, where.next) == (Stage.CANARY, Stage.PRIMARY)
    assert [one.sentence for one in where.criteria if not one.met] == [
        "0 questions were asked of it in canary; 50 are needed."
    ]
    await desk.show(stage=Stage.CANARY, overlap=None)
    assert await switch(TO_GRAPH, "me") == Policy(ReadMode.GRAPH)
    assert (await switch.where(GRAPH)).stage is Stage.PRIMARY
    assert await switch.back(None, "me") == canary
    assert await switch(Step(ReadMode.GRAPH, Stage.VERIFY), "me") == Policy(ReadMode.VECTOR)


async def test_a_workspace_goes_its_own_way(desk: Desk) -> None:
    await desk.ready()
    await desk.switch(Step(ReadMode.GRAPH, workspace="default"), "me")
    plan = await desk.catalog.policies.plan()
    assert plan.policy("default") == Policy(ReadMode.GRAPH)
    assert plan.default == Policy(ReadMode.VECTOR)
    assert (await desk.switch.where(GRAPH, "default")).stage is Stage.PRIMARY
    assert (await desk.switch.where(GRAPH)).stage is Stage.VERIFY


async def test_both_panels_serve_together_when_both_are_proven(desk: Desk) -> None:
    desk.behind = {VECTOR: 1}
    assert "vector panel has yet to catch up" in await desk.refused(Step(ReadMode.FUSED))
    desk.behind = {}
    await desk.prove()
    assert await desk.switch(Step(ReadMode.FUSED), "me") == Policy(ReadMode.FUSED)
    assert (await desk.switch.where(GRAPH)).stage is Stage.SHADOW


async def test_doing_it_again_changes_nothing(desk: Desk) -> None:
    await desk.ready()
    for stage in (Stage.SHADOW, Stage.PRIMARY):
        policy = await desk.switch(Step(ReadMode.GRAPH, stage), "me")
        audit = await desk.catalog.policies.audit()
        desk.now += timedelta(minutes=1)
        assert await desk.switch(Step(ReadMode.GRAPH, stage), "me") == policy
        assert await desk.catalog.policies.audit() == audit


@pytest.mark.parametrize("stage", [Stage.PRIMARY, Stage.SHADOW, Stage.CANARY])
@pytest.mark.parametrize("force", [True, False])
async def test_a_panel_that_is_off_is_never_switched_to(
    desk: Desk, stage: Stage, *, force: bool
) -> None:
    await desk.switch(Step(ReadMode.GRAPH, Stage.OFF), "me")
    assert await desk.refused(Step(ReadMode.GRAPH, stage, force=force)) == "The graph panel is off."


async def test_a_panel_that_is_being_filled_is_refused(desk: Desk) -> None:
    await desk.ready()
    await desk.catalog.register.begin_rebuild(GRAPH, "vector", SETUP)
    assert "The graph panel is being filled" in await desk.refused()


@pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.CANARY, Stage.VERIFY, Stage.OFF])
async def test_what_serves_alone_cannot_be_tried_or_turned_off(desk: Desk, stage: Stage) -> None:
    await desk.refused(Step(ReadMode.VECTOR, stage, force=True))


@pytest.mark.parametrize("share", [0.0, -1.0, 1.01, float("nan")])
async def test_a_share_out_of_range_is_refused(desk: Desk, share: float) -> None:
    with pytest.raises(InvalidInput, match="out of range"):
        await desk.switch(Step(ReadMode.GRAPH, Stage.SHADOW, share), "me")


@pytest.mark.parametrize(
    "step",
    [
        Step(ReadMode.GRAPH, Stage.PRIMARY, 0.5),
        Step(ReadMode.FUSED, Stage.SHADOW),
        Step(ReadMode.GRAPH, Stage.OFF, workspace="default"),
    ],
)
async def test_what_makes_no_sense_is_refused(desk: Desk, step: Step) -> None:
    with pytest.raises(InvalidInput):
        await desk.switch(step, "me")


async def test_a_mode_is_no_panel(desk: Desk) -> None:
    with pytest.raises(UnknownPanel, match="canary"):
        await desk.switch(Step(ReadMode.CANARY), "me")


async def test_an_unknown_workspace_is_refused(desk: Desk) -> None:
    await desk.ready()
    with pytest.raises(NotFound, match="nowhere"):
        await desk.switch(Step(ReadMode.GRAPH, force=True, workspace="nowhere"), "me")


async def test_turning_off_is_kept_in_the_register(desk: Desk) -> None:
    await desk.switch(Step(ReadMode.GRAPH, Stage.OFF), "me")
    records = {one.panel: one.standing for one in await desk.catalog.register.records()}
    assert records == {VECTOR: PanelStanding.SERVING, GRAPH: PanelStanding.OFF}
