"""Contract of Generations: building one beside the live one, swapping them, letting go of one."""

import pytest

from contracts.errors import Conflict, NotFound, SetupFailed, Unreadable
from contracts.nouns import DEFAULT_WORKSPACE, Generation, PanelName, VersionRef
from contracts.policy import GenerationState
from contracts.record import Reached, VersionState, Wanted
from tests.catalog.desk import CHANGE, OTHER_SPACE, PANELS, SPACE, Catalog, Desk, arrival


class GenerationsContract:
    """A subclass supplies the ``desk`` fixture, and ``bare``: a catalog without a generation."""

    async def test_the_first_start_notes_the_generation_and_later_ones_are_given_it(
        self, bare: Catalog
    ) -> None:
        one = await bare.generations.ensure(*SPACE)
        assert one == Generation(1, *SPACE)
        assert await bare.generations.ensure(*SPACE) == one
        assert await bare.generations.ensure(*OTHER_SPACE) == one
        (record,) = await bare.generations.records()
        assert (record.generation, record.state) == (one, GenerationState.LIVE)

    async def test_nothing_is_accepted_or_read_before_the_first_generation(
        self, bare: Catalog
    ) -> None:
        with pytest.raises(SetupFailed):
            await bare.documents.accept(DEFAULT_WORKSPACE, [arrival("a")])
        with pytest.raises(SetupFailed):
            await bare.policies.plan()
        with pytest.raises(SetupFailed):
            await bare.generations.begin(*SPACE, CHANGE)

    async def test_an_unknown_generation_is_not_found(self, desk: Desk) -> None:
        generations = desk.catalog.generations
        for verb in (generations.pause, generations.resume, generations.activate):
            with pytest.raises(NotFound):
                await verb(9, CHANGE)
        with pytest.raises(NotFound):
            await generations.retire(9, CHANGE)
        with pytest.raises(NotFound):
            await generations.get(9)
        assert (await generations.get(1)).model == SPACE[0]

    async def test_every_version_is_to_be_built_in_a_new_generation(self, desk: Desk) -> None:
        (live,) = await desk.live_documents("live")
        waiting = await desk.accept_one("waiting")
        generation = await desk.catalog.generations.begin(*OTHER_SPACE, CHANGE)
        late = await desk.accept_one("late")
        assert generation == Generation(2, *OTHER_SPACE)
        assert await _given(desk, live, waiting, late) == [
            (live, 2, False, VersionState.LIVE),
            (waiting, 1, True, VersionState.PROCESSING),
            (waiting, 2, False, VersionState.PROCESSING),
            (late, 1, True, VersionState.PROCESSING),
            (late, 2, False, VersionState.PROCESSING),
        ]
        assert live.document in await desk.catalog.ledger.unfinished(10)
        assert dict(await desk.catalog.ledger.backlog()) == dict.fromkeys(PANELS, 5)

    async def test_readers_of_the_record_see_the_live_generation_alone(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        await desk.catalog.generations.begin(*OTHER_SPACE, CHANGE)
        record = await desk.get(ref.document)
        assert record.state is VersionState.LIVE
        assert [state.reached for state in record.panels] == [Reached.LIVE, Reached.LIVE]

    async def test_a_version_goes_live_whatever_other_generations_lack(self, desk: Desk) -> None:
        await desk.catalog.generations.begin(*OTHER_SPACE, CHANGE)
        (ref,) = await desk.live_documents("a")
        assert await _given(desk, ref) == [(ref, 2, False, VersionState.LIVE)]
        await desk.fill(ref, generation=2)
        assert await desk.tasks(ref.document) == []
        assert dict(await desk.catalog.ledger.backlog()) == {}

    async def test_a_version_retires_in_all_generations(self, desk: Desk) -> None:
        (one,) = await desk.live_documents("a")
        await _built(desk, one)
        two = await desk.accept_one("a", "other")
        await desk.ingest(two)
        given = {(t.ref, t.generation): t for t in await desk.tasks(one.document)}
        assert set(given) == {(one, 1), (one, 2), (two, 2)}
        wanted = {state.wanted for state in given[one, 2].states.values()}
        assert wanted == {Wanted.ABSENT}
        ledger = desk.catalog.ledger
        for panel in PANELS:
            await ledger.reached([one], 1, panel, Reached.ABSENT)
        assert await ledger.gone([one]) == []
        assert await desk.remove(one) == [arrival("a").blob]

    async def test_what_is_gone_from_the_live_generation_is_gone_without_the_others(
        self, desk: Desk
    ) -> None:
        (ref,) = await desk.live_documents("a")
        await desk.delete(ref.document)
        await desk.catalog.generations.begin(*OTHER_SPACE, CHANGE)
        await desk.catalog.ledger.reached([ref], 1, PanelName.VECTOR, Reached.ABSENT)
        await desk.catalog.ledger.reached([ref], 1, PanelName.GRAPH, Reached.ABSENT)
        assert await desk.catalog.ledger.gone([ref]) == [arrival("a").blob]

    async def test_a_quarantined_version_is_not_built_and_still_goes_with_its_document(
        self, desk: Desk
    ) -> None:
        (live,) = await desk.live_documents("live")
        ref = await desk.accept_one("broken")
        await desk.catalog.ledger.quarantine(ref, Unreadable.EMPTY, "Empty.")
        await _swapped(desk, live)
        await desk.catalog.generations.retire(1, CHANGE)
        assert await desk.tasks(ref.document) == []
        assert dict(await desk.catalog.ledger.backlog()) == {}
        await desk.delete(ref.document)
        assert [task.ref for task in await desk.tasks(ref.document)] == [ref]
        assert await desk.remove(ref) == [arrival("broken").blob]

    async def test_one_generation_is_built_at_a_time_and_no_space_twice(self, desk: Desk) -> None:
        generations = desk.catalog.generations
        with pytest.raises(Conflict):
            await generations.begin(*SPACE, CHANGE)
        await generations.begin(*OTHER_SPACE, CHANGE)
        for paused in (False, True):
            if paused:
                await generations.pause(2, CHANGE)
            with pytest.raises(Conflict):
                await generations.begin("third", 8, "pages", CHANGE)
        assert [record.generation.number for record in await generations.records()] == [1, 2]

    async def test_a_paused_generation_waits_and_is_still_backlog(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        generations, ledger = desk.catalog.generations, desk.catalog.ledger
        await generations.begin(*OTHER_SPACE, CHANGE)
        await generations.pause(2, CHANGE)
        late = await desk.accept_one("late")
        assert await _given(desk, ref, late) == [(late, 1, True, VersionState.PROCESSING)]
        assert await ledger.unfinished(10) == []
        assert dict(await ledger.backlog()) == dict.fromkeys(PANELS, 3)
        await generations.resume(2, CHANGE)
        assert await ledger.unfinished(10) == [ref.document]
        assert [task.generation for task in await desk.tasks(ref.document)] == [2]

    async def test_only_what_is_built_pauses_and_only_what_is_paused_resumes(
        self, desk: Desk
    ) -> None:
        generations = desk.catalog.generations
        with pytest.raises(Conflict):
            await generations.pause(1, CHANGE)
        await generations.begin(*OTHER_SPACE, CHANGE)
        with pytest.raises(Conflict):
            await generations.resume(2, CHANGE)

    async def test_a_generation_is_refused_to_readers_until_it_is_complete(
        self, desk: Desk
    ) -> None:
        one, two = await desk.live_documents("a", "b")
        generations = desk.catalog.generations
        await generations.begin(*OTHER_SPACE, CHANGE)
        await desk.fill(one, generation=2)
        await desk.fill(two, generation=2, panels=(PanelName.VECTOR,))
        with pytest.raises(Conflict, match="1 of 2 versions"):
            await generations.activate(2, CHANGE)
        assert (await desk.catalog.policies.plan()).generation.number == 1
        assert [(r.reached, r.wanted) for r in await generations.records()] == [(2, 2), (1, 2)]
        await desk.fill(two, generation=2, panels=(PanelName.GRAPH,))
        await generations.activate(2, CHANGE)
        assert (await desk.catalog.policies.plan()).generation.number == 2

    async def test_versions_on_their_way_do_not_keep_a_generation_from_being_activated(
        self, desk: Desk
    ) -> None:
        (ref,) = await desk.live_documents("a")
        await _built(desk, ref)
        waiting = await desk.accept_one("waiting")
        await desk.catalog.generations.activate(2, CHANGE)
        given = await _given(desk, waiting)
        assert [(number, serves) for _, number, serves, _ in given] == [(2, True), (1, False)]

    async def test_a_worker_that_missed_the_swap_takes_nothing_away_from_readers(
        self, desk: Desk
    ) -> None:
        (one,) = await desk.live_documents("a")
        await _built(desk, one)
        two = await desk.accept_one("a", "other")
        await desk.fill(two)
        await desk.catalog.generations.activate(2, CHANGE)
        await desk.catalog.ledger.go_live([two])
        assert (await desk.get(one.document)).live == 1
        await desk.fill(two, generation=2)
        await desk.catalog.ledger.go_live([two])
        assert (await desk.get(one.document)).live == 2

    async def test_one_can_go_back_as_the_former_generation_is_kept_up(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        await _swapped(desk, ref)
        generations = desk.catalog.generations
        assert [(r.generation.number, r.state) for r in await generations.records()] == [
            (1, GenerationState.STANDBY),
            (2, GenerationState.LIVE),
        ]
        late = await desk.accept_one("late")
        assert {task.generation for task in await desk.tasks(late.document)} == {1, 2}
        await desk.fill(late, generation=2)
        await desk.catalog.ledger.go_live([late])
        with pytest.raises(Conflict):
            await generations.activate(1, CHANGE)
        await desk.fill(late, generation=1)
        await generations.activate(1, CHANGE)
        await generations.activate(1, CHANGE)
        assert (await desk.catalog.policies.plan()).generation.number == 1

    async def test_a_retired_generation_has_no_work_and_is_forgotten_at_the_end(
        self, desk: Desk
    ) -> None:
        (ref,) = await desk.live_documents("a")
        generations, ledger = desk.catalog.generations, desk.catalog.ledger
        with pytest.raises(Conflict):
            await generations.retire(1, CHANGE)
        await generations.begin(*OTHER_SPACE, CHANGE)
        await generations.retired(2)
        await generations.retire(2, CHANGE)
        await generations.retire(2, CHANGE)
        assert await desk.tasks(ref.document) == []
        assert dict(await ledger.backlog()) == {}
        with pytest.raises(Conflict):
            await generations.activate(2, CHANGE)
        late = await desk.accept_one("late")
        assert [task.generation for task in await desk.tasks(late.document)] == [1]
        assert [r.state for r in await generations.records()][1:] == [GenerationState.RETIRING]
        await generations.retired(2)
        await generations.retired(1)
        assert [r.generation.number for r in await generations.records()] == [1]
        # Its chunk ids are out in the world: another generation must not answer to them.
        assert (await generations.begin(*OTHER_SPACE, CHANGE)).number == 3

    async def test_what_stood_by_long_enough_has_expired(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        generations = desk.catalog.generations
        assert await generations.expired(0) == []
        await _swapped(desk, ref)
        assert await generations.expired(0) == [1]
        assert await generations.expired(3600) == []

    async def test_each_change_of_a_generation_leaves_its_audit_row(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        await desk.catalog.generations.begin(*OTHER_SPACE, CHANGE)
        await desk.catalog.generations.pause(2, CHANGE)
        await desk.catalog.generations.resume(2, CHANGE)
        await desk.fill(ref, generation=2)
        await desk.catalog.generations.activate(2, CHANGE)
        await desk.catalog.generations.retire(1, CHANGE)
        rows = await desk.catalog.policies.audit()
        assert [(row.action, row.subject, row.before, row.after) for row in reversed(rows)] == [
            ("generation.begin", "2", {}, {"state": "building"}),
            ("generation.pause", "2", {"state": "building"}, {"state": "paused"}),
            ("generation.resume", "2", {"state": "paused"}, {"state": "building"}),
            ("generation.activate", "2", {"live": 1}, {"live": 2}),
            ("generation.retire", "1", {"state": "standby"}, {"state": "retiring"}),
        ]


async def _built(desk: Desk, *refs: VersionRef) -> None:
    """Have generation 2 complete beside the live one."""
    await desk.catalog.generations.begin(*OTHER_SPACE, CHANGE)
    await desk.fill(*refs, generation=2)


async def _swapped(desk: Desk, *refs: VersionRef) -> None:
    """Have generation 2 live and generation 1 standing by."""
    await _built(desk, *refs)
    await desk.catalog.generations.activate(2, CHANGE)


async def _given(desk: Desk, *refs: VersionRef) -> list[tuple[VersionRef, int, bool, VersionState]]:
    """What a worker is given for these, in the order of their sending."""
    tasks = await desk.tasks(*(ref.document for ref in refs))
    order = [ref.document for ref in refs]
    tasks.sort(key=lambda task: order.index(task.ref.document))
    return [(task.ref, task.generation, task.serving, task.state) for task in tasks]
