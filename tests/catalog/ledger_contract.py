"""Contract of Ledger: claiming, what was read, what became true, what is left to do."""

import asyncio

import pytest

from contracts.errors import Unreadable
from contracts.nouns import DEFAULT_WORKSPACE, PanelName, Part, Reading
from contracts.record import KeptReading, Reached, Slice, VersionState, Wanted
from tests.catalog.desk import HELD, PANELS, Desk, arrival, kept, until


class LedgerContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_a_claim_gives_everything_needed_to_do_the_work(self, desk: Desk) -> None:
        (receipt,) = await desk.accept(arrival("bail", "Le bail", metadata={"lang": "fr"}))
        (task,) = await desk.tasks(receipt.ref.document)
        assert (task.ref, task.workspace, task.generation) == (receipt.ref, DEFAULT_WORKSPACE, 1)
        assert (task.source, task.filename) == ("bail", "bail.txt")
        assert (task.media_type, task.metadata) == (None, {"lang": "fr"})
        assert task.slice == Slice(arrival("bail", "Le bail").sha256, 0, 7)
        assert (task.state, task.read) == (VersionState.PROCESSING, False)
        assert set(task.states) == set(PANELS)
        assert (await desk.get(receipt.ref.document)).state is VersionState.PROCESSING

    async def test_a_document_is_in_one_claim_at_a_time(self, desk: Desk) -> None:
        one, two = await desk.accept_one("a"), await desk.accept_one("b")
        ledger = desk.catalog.ledger
        async with ledger.claim([one.document]) as mine:
            async with ledger.claim([one.document, two.document]) as other:
                assert [task.ref for task in mine] == [one]
                assert [task.ref for task in other] == [two]
            assert await desk.tasks(one.document) == []
        assert [task.ref for task in await desk.tasks(one.document)] == [one]

    async def test_a_claim_ends_with_the_worker_that_failed_or_was_stopped(
        self, desk: Desk
    ) -> None:
        ref = await desk.accept_one("a")
        began = asyncio.Event()

        async def work() -> None:
            async with desk.catalog.ledger.claim([ref.document]):
                began.set()
                await asyncio.Event().wait()

        worker = asyncio.create_task(work())
        await began.wait()
        worker.cancel()
        await asyncio.wait([worker])
        assert [task.ref for task in await desk.tasks(ref.document)] == [ref]

    async def test_a_claim_of_nothing_or_of_unknown_documents_is_empty(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        await desk.delete(ref.document)
        await desk.remove(ref)
        assert await desk.tasks() == []
        assert await desk.tasks(ref.document) == []

    async def test_what_is_in_hand_or_was_given_back_is_not_suspect(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        ledger = desk.catalog.ledger
        async with ledger.claim([ref.document]):
            assert await ledger.suspects([ref.document]) == {}
        assert await ledger.suspects([ref.document]) == {}
        with pytest.raises(RuntimeError):
            async with ledger.claim([ref.document]):
                raise RuntimeError
        assert await ledger.suspects([ref.document, ref.document]) == {}
        assert await ledger.suspects([]) == {}

    async def test_tasks_come_in_order_of_document_and_version(self, desk: Desk) -> None:
        a, b = await desk.accept_one("a", "1"), await desk.accept_one("b", "1")
        a2 = await desk.accept_one("a", "2")
        tasks = await desk.tasks(b.document, a.document, b.document)
        assert [task.ref for task in tasks] == sorted([a, a2, b])

    async def test_readings_are_kept_whole(self, desk: Desk) -> None:
        ref, other = await desk.accept_one("source"), await desk.accept_one("other")
        ledger = desk.catalog.ledger
        saved = kept(ref, "Bail commercial", lang="fr", price=1e16)
        await ledger.save_readings([saved])
        assert await ledger.readings([ref, other]) == {ref: saved}
        assert [task.read for task in await desk.tasks(ref.document)] == [True]

    async def test_saving_a_reading_again_replaces_it(self, desk: Desk) -> None:
        ref = await desk.accept_one("source")
        ledger = desk.catalog.ledger
        doubted = (None, (), ("Z\u033263", "«\u0332A"))
        parts = tuple(
            Part(number, f"p{number}", "text", number + 1, doubtful=words)
            for number, words in enumerate(doubted)
        )
        first = kept(ref)
        long = KeptReading(ref, Reading("application/pdf", parts), first.card)
        await ledger.save_readings([long])
        assert await ledger.readings([ref]) == {ref: long}
        await ledger.save_readings([first])
        assert await ledger.readings([ref]) == {ref: first}

    async def test_verbs_given_nothing_do_nothing(self, desk: Desk) -> None:
        ledger = desk.catalog.ledger
        await ledger.save_readings([])
        await ledger.progress([], "read")
        await ledger.reached([], 1, PanelName.GRAPH, Reached.LIVE)
        await ledger.failed([], 1, PanelName.GRAPH, "down")
        await ledger.go_live([])
        assert await ledger.still_wanted([]) == await ledger.may_publish([]) == set()
        assert await ledger.gone([]) == []
        assert await ledger.readings([]) == {}
        assert await ledger.moving([]) == set()

    async def test_a_version_true_everywhere_is_given_until_it_went_live(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        ledger = desk.catalog.ledger
        for panel in PANELS:
            await ledger.reached([ref], 1, panel, Reached.LIVE, {ref: HELD})
        assert [task.ref for task in await desk.tasks(ref.document)] == [ref]
        assert await ledger.moving([ref.document]) == {ref.document}
        await ledger.go_live([ref])
        assert await desk.tasks(ref.document) == []
        assert await ledger.moving([ref.document]) == set()
        record = await desk.get(ref.document)
        assert (record.state, record.live) == (VersionState.LIVE, 1)

    async def test_a_panel_that_is_down_leaves_a_backlog_behind_a_live_version(
        self, desk: Desk
    ) -> None:
        ref = await desk.accept_one("a")
        ledger = desk.catalog.ledger
        await ledger.reached([ref], 1, PanelName.VECTOR, Reached.LIVE, {ref: HELD})
        await ledger.failed([ref], 1, PanelName.GRAPH, "down")
        await ledger.go_live([ref])
        assert (await desk.get(ref.document)).state is VersionState.LIVE
        assert dict(await ledger.backlog()) == {PanelName.GRAPH: 1}
        (task,) = await desk.tasks(ref.document)
        assert task.states[PanelName.VECTOR].reached is Reached.LIVE
        assert task.states[PanelName.GRAPH].attempts == 1
        await ledger.reached([ref], 1, PanelName.GRAPH, Reached.LIVE, {ref: HELD})
        assert dict(await ledger.backlog()) == {}
        assert await desk.tasks(ref.document) == []

    async def test_what_a_panel_lost_is_work_again(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        ledger = desk.catalog.ledger
        await ledger.reached([ref], 1, PanelName.GRAPH, Reached.NOTHING)
        assert dict(await ledger.backlog()) == {PanelName.GRAPH: 1}
        assert [task.ref for task in await desk.tasks(ref.document)] == [ref]
        assert ref.document in await ledger.unfinished(10)

    async def test_a_new_live_version_retires_its_elders(self, desk: Desk) -> None:
        (one,) = await desk.live_documents("a")
        two = await desk.accept_one("a", "other")
        assert [task.ref for task in await desk.tasks(one.document)] == [two]
        await desk.ingest(two)
        record = await desk.get(one.document)
        assert (record.version, record.live) == (2, 2)
        (task,) = await desk.tasks(one.document)
        assert (task.ref, task.state) == (one, VersionState.RETIRED)
        assert {state.wanted for state in task.states.values()} == {Wanted.ABSENT}
        assert await desk.remove(one) == [arrival("a").blob]
        assert await desk.tasks(one.document) == []
        versions = await desk.catalog.documents.versions(DEFAULT_WORKSPACE, one.document)
        assert [version.version for version in versions] == [2]

    async def test_an_older_version_never_replaces_a_newer_one(self, desk: Desk) -> None:
        one = await desk.accept_one("a", "1")
        two = await desk.accept_one("a", "2")
        await desk.ingest(two)
        await desk.fill(one)
        await desk.catalog.ledger.go_live([one])
        assert (await desk.get(one.document)).live == 2
        assert [task.state for task in await desk.tasks(one.document)] == [VersionState.RETIRED]

    async def test_a_version_is_given_until_it_is_dropped(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        await desk.delete(ref.document)
        ledger = desk.catalog.ledger
        assert await ledger.gone([ref]) == []
        for panel in PANELS:
            await ledger.reached([ref], 1, panel, Reached.ABSENT)
        (task,) = await desk.tasks(ref.document)
        assert {state.reached for state in task.states.values()} == {Reached.ABSENT}
        assert await ledger.gone([ref]) == [arrival("a").blob]
        assert await desk.tasks(ref.document) == []
        assert await ledger.gone([ref]) == []

    async def test_a_blob_is_given_back_when_its_last_slice_is_gone(self, desk: Desk) -> None:
        blob = "b" * 64
        receipts = await desk.accept(*(arrival(f"r{n}", blob=blob) for n in range(3)))
        refs = [receipt.ref for receipt in receipts]
        await desk.ingest(*refs)
        await desk.delete(*(ref.document for ref in refs))
        assert await desk.remove(*refs[:2]) == []
        assert await desk.remove(refs[2]) == [blob]

    async def test_a_deleted_document_does_not_go_live_any_more(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        async with desk.catalog.ledger.claim([ref.document]):
            await desk.delete(ref.document)
            for panel in PANELS:
                await desk.catalog.ledger.reached([ref], 1, panel, Reached.LIVE)
            await desk.catalog.ledger.go_live([ref])
        (task,) = await desk.tasks(ref.document)
        assert {state.wanted for state in task.states.values()} == {Wanted.ABSENT}
        assert [e async for e in desk.catalog.ledger.expectations(1)] == []

    async def test_a_quarantined_version_is_an_end_with_its_reason(self, desk: Desk) -> None:
        (one,) = await desk.live_documents("a")
        two = await desk.accept_one("a", "broken")
        ledger = desk.catalog.ledger
        await ledger.quarantine(two, Unreadable.ENCRYPTED, "It is locked. Unlock it.")
        record = await desk.get(one.document)
        assert (record.state, record.live) == (VersionState.QUARANTINED, 1)
        assert (record.reason, record.detail) == ("encrypted", "It is locked. Unlock it.")
        assert await desk.tasks(one.document) == []
        assert dict(await ledger.backlog()) == {}
        assert await ledger.moving([one.document]) == set()
        (receipt,) = await desk.accept(arrival("a", "broken"))
        assert receipt.unchanged

    async def test_a_quarantined_version_goes_with_its_document(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        await desk.catalog.ledger.quarantine(ref, Unreadable.EMPTY, "Empty.")
        await desk.delete(ref.document)
        assert [task.ref for task in await desk.tasks(ref.document)] == [ref]
        # A worker that comes too late must not hide the deletion.
        await desk.catalog.ledger.quarantine(ref, Unreadable.EMPTY, "Empty.")
        assert [task.ref for task in await desk.tasks(ref.document)] == [ref]
        assert await desk.remove(ref) == [arrival("a").blob]

    async def test_a_quarantined_version_goes_when_a_later_one_is_live(self, desk: Desk) -> None:
        one = await desk.accept_one("a", "broken")
        await desk.catalog.ledger.quarantine(one, Unreadable.EMPTY, "Empty.")
        await desk.ingest(await desk.accept_one("a", "mended"))
        assert [task.ref for task in await desk.tasks(one.document)] == [one]

    async def test_progress_is_shown(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        await desk.catalog.ledger.progress([ref], "embed", 256, 1024)
        record = await desk.get(ref.document)
        assert (record.stage, record.done, record.total) == ("embed", 256, 1024)

    async def test_time_left_is_known_from_the_versions_own_pace_alone(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        ledger = desk.catalog.ledger

        async def left_s() -> float | None:
            return (await desk.get(ref.document)).left_s

        async with ledger.claim([ref.document]):
            assert await left_s() is None
            await ledger.progress([ref], "read", 40, 100)
            assert await left_s() is None  # where it goes on tells nothing of how fast
            await ledger.progress([ref], "read", 60, 100)
            half = await left_s()
            await ledger.progress([ref], "read", 99, 100)
            assert half is not None
            assert half > 0
            assert await left_s() is not None
            await ledger.progress([ref], "read", 100, 100)
            assert await left_s() is None
            await ledger.progress([ref], "embed", 512, 1024)
            assert await left_s() is None
        async with ledger.claim([ref.document]):
            record = await desk.get(ref.document)
            assert (record.stage, record.total, record.left_s) == ("", 0, None)

    async def test_the_backlog_counts_rows_per_panel(self, desk: Desk) -> None:
        await desk.live_documents("a")
        refs = [await desk.accept_one("b"), await desk.accept_one("c")]
        await desk.catalog.ledger.reached(refs[:1], 1, PanelName.VECTOR, Reached.LIVE)
        assert dict(await desk.catalog.ledger.backlog()) == {
            PanelName.VECTOR: 1,
            PanelName.GRAPH: 2,
        }

    async def test_what_a_job_names_is_not_unfinished(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        assert await desk.catalog.ledger.unfinished(10) == []
        (live,) = await desk.live_documents("b")
        two = await desk.accept_one("b", "other")
        await desk.ingest(two)

        async def elder_is_found() -> bool:
            return await desk.catalog.ledger.unfinished(10) == [live.document]

        await until(elder_is_found)
        await desk.catalog.queue.nudge([live.document])
        assert await desk.catalog.ledger.unfinished(10) == []
        assert ref.document not in await desk.catalog.ledger.unfinished(10)

    async def test_rows_of_a_panel_that_is_down_wait_for_it(self, desk: Desk) -> None:
        (live,) = await desk.live_documents("a")
        ledger = desk.catalog.ledger
        await ledger.redo([live], 1, PanelName.GRAPH)
        assert await ledger.unfinished(10, [PanelName.GRAPH]) == []
        assert await ledger.unfinished(10, [PanelName.VECTOR]) == [live.document]

    async def test_expectations_are_of_live_versions_by_document(self, desk: Desk) -> None:
        refs = await desk.live_documents("a", "b", "c")
        await desk.accept_one("waiting")
        await desk.delete(refs[1].document)
        two = await desk.accept_one("c", "other")
        await desk.ingest(two)
        expectations = desk.catalog.ledger.expectations
        given = [one async for one in expectations(1)]
        assert [one.ref for one in given] == sorted([refs[0], two])
        assert {one.workspace for one in given} == {DEFAULT_WORKSPACE}
        assert [dict(one.seals) for one in given] == [dict.fromkeys(PANELS, HELD.seal)] * 2
        chosen = [refs[1].document, two.document]
        assert [one.ref async for one in expectations(1, chosen)] == [two]
        assert [one async for one in expectations(1, [])] == []
        assert [one async for one in expectations(2)] == []

    async def test_a_version_whose_rows_are_not_true_is_expected_without_seals(
        self, desk: Desk
    ) -> None:
        (ref,) = await desk.live_documents("a")
        await desk.catalog.ledger.redo([ref], 1, PanelName.GRAPH)
        given = [(one.ref, dict(one.seals)) async for one in desk.catalog.ledger.expectations(1)]
        assert given == [(ref, {})]

    async def test_what_is_to_be_done_again_is_backlog_at_once(self, desk: Desk) -> None:
        (ref, other) = await desk.live_documents("a", "b")
        ledger = desk.catalog.ledger
        await ledger.redo([ref], 1, PanelName.GRAPH)
        assert dict(await ledger.backlog()) == {PanelName.GRAPH: 1}
        assert ref.document in await ledger.unfinished(10)
        assert await ledger.moving([ref.document, other.document]) == {ref.document}
        assert await ledger.moving([ref.document], 2) == set()
        (task,) = await desk.tasks(ref.document)
        graph, vector = (task.states[panel] for panel in (PanelName.GRAPH, PanelName.VECTOR))
        assert (graph.reached, graph.seal) == (Reached.NOTHING, None)
        assert (vector.reached, vector.seal) == (Reached.LIVE, HELD.seal)
        assert (await desk.get(ref.document)).state is VersionState.LIVE

    async def test_no_version_goes_live_that_no_panel_shows(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        await desk.catalog.ledger.go_live([ref])
        assert (await desk.get(ref.document)).live is None
        assert [task.ref for task in await desk.tasks(ref.document)] == [ref]

    async def test_a_sample_is_of_live_documents(self, desk: Desk) -> None:
        refs = await desk.live_documents(*(f"d{number}" for number in range(20)))
        await desk.accept_one("waiting")
        await desk.delete(refs[0].document)
        sample = desk.catalog.ledger.sample
        shown = {ref.document for ref in refs[1:]}
        chosen = await sample(1, 5)
        assert len(set(chosen)) == 5
        assert set(chosen) <= shown
        assert set(await sample(1, 100)) == shown
        assert await sample(2, 5) == []
        several = {tuple(await sample(1, 5)) for _ in range(5)}
        assert len(several) > 1
