"""Contract of PanelRegister: turning panels off and on, and rebuilding one."""

import pytest

from contracts.errors import Conflict, Unreadable
from contracts.nouns import DEFAULT_WORKSPACE, PanelName, ReadMode
from contracts.policy import PanelRecord, PanelStanding, Policy
from contracts.record import Reached, Wanted
from tests.catalog.desk import CHANGE, OTHER_SPACE, PANELS, Desk, arrival

GRAPH, VECTOR = PanelName.GRAPH, PanelName.VECTOR


class RegisterContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_at_first_both_panels_serve(self, desk: Desk) -> None:
        records = await desk.catalog.register.records()
        assert {(r.panel, r.standing, r.source, r.wanted, r.reached) for r in records} == {
            (panel, PanelStanding.SERVING, None, 0, 0) for panel in PANELS
        }
        assert (await desk.catalog.policies.plan()).serving == frozenset(PANELS)

    async def test_a_panel_that_is_off_has_no_work_and_holds_nobody_up(self, desk: Desk) -> None:
        (live,) = await desk.live_documents("live")
        await desk.catalog.register.disable(GRAPH, CHANGE)
        ref = await desk.accept_one("a")
        (task,) = await desk.tasks(ref.document)
        assert set(task.states) == {VECTOR}
        await desk.fill(ref, panels=(VECTOR,))
        await desk.catalog.ledger.go_live([ref])
        assert dict(await desk.catalog.ledger.backlog()) == {}
        assert (await desk.catalog.policies.plan()).serving == {VECTOR}
        await desk.delete(live.document)
        await desk.catalog.ledger.reached([live], None, VECTOR, Reached.ABSENT)
        assert await desk.catalog.ledger.gone([live]) == [arrival("live").blob]

    async def test_an_enabled_panel_is_filled_from_the_other_before_it_serves(
        self, desk: Desk
    ) -> None:
        live, doomed = await desk.live_documents("live", "doomed")
        broken = await desk.accept_one("broken")
        await desk.catalog.ledger.quarantine(broken, Unreadable.EMPTY, "Empty.")
        register = desk.catalog.register
        await register.disable(GRAPH, CHANGE)
        await desk.delete(doomed.document)
        await register.enable(GRAPH, CHANGE)
        graph = await _record(desk, GRAPH)
        assert (graph.standing, graph.source) == (PanelStanding.FILLING, "vector")
        assert (graph.wanted, graph.reached) == (1, 0)
        assert dict(await desk.catalog.ledger.backlog()) == {VECTOR: 1, GRAPH: 2}
        assert live.document in await desk.catalog.ledger.unfinished(10)
        (task,) = await desk.tasks(live.document)
        assert task.states[GRAPH].reached is Reached.NOTHING
        # What it stored while it was off is not known: it must be removed there too.
        (task,) = await desk.tasks(doomed.document)
        assert task.states[GRAPH].wanted is Wanted.ABSENT
        assert task.states[GRAPH].reached is Reached.NOTHING
        assert not await register.serve(GRAPH)
        assert (await desk.catalog.policies.plan()).serving == {VECTOR}
        await desk.fill(live, panels=(GRAPH,))
        assert await register.serve(GRAPH)
        assert (await desk.catalog.policies.plan()).serving == frozenset(PANELS)

    async def test_only_a_panel_that_is_off_is_enabled(self, desk: Desk) -> None:
        with pytest.raises(Conflict):
            await desk.catalog.register.enable(GRAPH, CHANGE)

    async def test_the_last_panel_that_serves_stays_on(self, desk: Desk) -> None:
        register = desk.catalog.register
        await register.disable(GRAPH, CHANGE)
        for panel in PANELS:
            with pytest.raises(Conflict):
                await register.disable(panel, CHANGE)
        await register.enable(GRAPH, CHANGE)
        with pytest.raises(Conflict):
            await register.disable(VECTOR, CHANGE)

    @pytest.mark.parametrize("workspace", [None, "archive"])
    async def test_a_panel_that_a_policy_names_stays_on(
        self, desk: Desk, workspace: str | None
    ) -> None:
        await desk.catalog.people.add_workspace("archive")
        await desk.catalog.policies.set(workspace, Policy(ReadMode.GRAPH), CHANGE)
        with pytest.raises(Conflict):
            await desk.catalog.register.disable(GRAPH, CHANGE)
        await desk.catalog.policies.back(workspace, CHANGE)
        await desk.catalog.register.disable(GRAPH, CHANGE)

    async def test_a_panel_is_rebuilt_step_by_step(self, desk: Desk) -> None:
        refs = await desk.live_documents("a", "b")
        register, ledger = desk.catalog.register, desk.catalog.ledger
        await register.begin_rebuild(GRAPH, "vector", CHANGE)
        assert (await desk.catalog.policies.plan()).serving == {VECTOR}
        assert (await _record(desk, GRAPH)).standing is PanelStanding.CLEARING
        assert not await register.serve(GRAPH)
        assert (await desk.get(refs[0].document)).panels[0].seal is not None
        await register.refill(GRAPH)
        graph = await _record(desk, GRAPH)
        assert (graph.standing, graph.source) == (PanelStanding.FILLING, "vector")
        assert (graph.wanted, graph.reached) == (2, 0)
        assert dict(await ledger.backlog()) == {GRAPH: 2}
        assert set(await ledger.unfinished(10)) == {ref.document for ref in refs}
        await desk.fill(refs[0], panels=(GRAPH,))
        # Again after a crash: what is filled stays filled.
        await register.refill(GRAPH)
        assert (await _record(desk, GRAPH)).reached == 1
        assert not await register.serve(GRAPH)
        await desk.fill(refs[1], panels=(GRAPH,))
        assert await register.serve(GRAPH)
        assert await register.serve(GRAPH)
        graph = await _record(desk, GRAPH)
        assert (graph.standing, graph.source) == (PanelStanding.SERVING, None)

    async def test_nothing_is_written_to_a_panel_that_is_being_cleared(self, desk: Desk) -> None:
        (live,) = await desk.live_documents("live")
        await desk.catalog.ledger.redo([live], 1, GRAPH)
        await desk.catalog.register.begin_rebuild(GRAPH, "vector", CHANGE)
        ref = await desk.accept_one("a")
        (task,) = await desk.tasks(live.document, ref.document)
        assert (task.ref, set(task.states)) == (ref, {VECTOR})
        assert await desk.catalog.ledger.unfinished(10) == []
        await desk.catalog.register.refill(GRAPH)
        tasks = await desk.tasks(live.document, ref.document)
        assert [set(task.states) for task in tasks] == [set(PANELS), set(PANELS)]

    @pytest.mark.parametrize(
        ("source", "again"), [("originals", set(PANELS)), ("file:export", {GRAPH})]
    )
    async def test_from_the_originals_every_panel_is_done_again(
        self, desk: Desk, source: str, again: set[PanelName]
    ) -> None:
        (ref,) = await desk.live_documents("a")
        await desk.catalog.generations.begin(*OTHER_SPACE, CHANGE)
        await desk.fill(ref, generation=2)
        broken = await desk.accept_one("broken")
        await desk.catalog.ledger.quarantine(broken, Unreadable.EMPTY, "Empty.")
        await desk.catalog.register.begin_rebuild(GRAPH, source, CHANGE)
        await desk.catalog.register.refill(GRAPH)
        assert dict(await desk.catalog.ledger.backlog()) == dict.fromkeys(again, 2)
        assert (await _record(desk, GRAPH)).reached == 0
        tasks = await desk.tasks(ref.document, broken.document)
        assert [(task.ref, task.generation) for task in tasks] == [(ref, 1), (ref, 2)]

    @pytest.mark.parametrize(("source", "is_read"), [("originals", False), ("vector", True)])
    async def test_originals_are_read_again_and_their_text_is_seen_meanwhile(
        self, desk: Desk, source: str, *, is_read: bool
    ) -> None:
        (ref,) = await desk.live_documents("a")
        register, ledger = desk.catalog.register, desk.catalog.ledger
        await register.begin_rebuild(GRAPH, source, CHANGE)
        await register.refill(GRAPH)
        assert await desk.catalog.documents.parts(DEFAULT_WORKSPACE, ref)
        assert [task.read for task in await desk.tasks(ref.document)] == [is_read]
        await register.refill(GRAPH)
        await ledger.save_readings(list((await ledger.readings([ref])).values()))
        assert [task.read for task in await desk.tasks(ref.document)] == [True]

    async def test_one_rebuild_runs_at_a_time(self, desk: Desk) -> None:
        register = desk.catalog.register
        await register.begin_rebuild(GRAPH, "vector", CHANGE)
        for panel, source in ((GRAPH, "vector"), (VECTOR, "originals")):
            with pytest.raises(Conflict):
                await register.begin_rebuild(panel, source, CHANGE)
        await register.refill(GRAPH)
        with pytest.raises(Conflict):
            await register.begin_rebuild(VECTOR, "originals", CHANGE)

    async def test_a_rebuild_needs_a_panel_that_is_on_and_a_source_that_serves(
        self, desk: Desk
    ) -> None:
        register = desk.catalog.register
        with pytest.raises(Conflict):
            await register.begin_rebuild(GRAPH, "graph", CHANGE)
        await register.disable(GRAPH, CHANGE)
        with pytest.raises(Conflict):
            await register.begin_rebuild(GRAPH, "vector", CHANGE)
        with pytest.raises(Conflict):
            await register.begin_rebuild(VECTOR, "graph", CHANGE)
        assert (await _record(desk, VECTOR)).standing is PanelStanding.SERVING

    async def test_versions_on_their_way_do_not_keep_a_panel_from_serving(self, desk: Desk) -> None:
        register = desk.catalog.register
        await register.begin_rebuild(GRAPH, "vector", CHANGE)
        await desk.accept_one("waiting")
        await register.refill(GRAPH)
        assert (await _record(desk, GRAPH)).wanted == 0
        assert await register.serve(GRAPH)

    async def test_only_a_filling_panel_begins_to_serve(self, desk: Desk) -> None:
        register = desk.catalog.register
        await register.disable(GRAPH, CHANGE)
        assert not await register.serve(GRAPH)
        await register.refill(GRAPH)
        assert (await _record(desk, GRAPH)).standing is PanelStanding.OFF

    async def test_each_change_of_a_panel_leaves_its_audit_row(self, desk: Desk) -> None:
        register = desk.catalog.register
        await register.disable(GRAPH, CHANGE)
        await register.enable(GRAPH, CHANGE)
        await register.serve(GRAPH)
        await register.begin_rebuild(GRAPH, "originals", CHANGE)
        rows = await desk.catalog.policies.audit()
        assert [(r.action, r.subject, r.before["standing"], r.after["standing"]) for r in rows] == [
            ("panel.rebuild", "graph", "serving", "clearing"),
            ("panel.enable", "graph", "off", "filling"),
            ("panel.disable", "graph", "serving", "off"),
        ]
        assert [row.after["source"] for row in rows] == ["originals", "vector", None]


async def _record(desk: Desk, panel: PanelName) -> PanelRecord:
    return await desk.catalog.register.record(panel)
