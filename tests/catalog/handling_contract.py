"""Contract of Handling: what ended badly is read again, what is on its way is stopped."""

import asyncio

from contracts.errors import Unreadable
from contracts.nouns import DEFAULT_WORKSPACE, PanelName, VersionRef
from contracts.record import Reached, VersionState, Wanted
from tests.catalog.desk import PANELS, Desk, arrival, kept, until
from tests.catalog.queue_contract import Handled, working

HERE = DEFAULT_WORKSPACE


async def quarantined(desk: Desk, source: str, reason: Unreadable) -> VersionRef:
    ref = await desk.accept_one(source)
    await desk.catalog.ledger.quarantine(ref, reason, "It cannot be read.")
    return ref


async def settle(desk: Desk) -> None:
    """Let the jobs so far be done by a worker that does nothing."""

    async def nothing_waits() -> bool:
        return await desk.catalog.queue.waiting() == 0

    async with working(desk.catalog.queue, Handled()):
        await until(nothing_waits)


class HandlingContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_a_quarantined_version_is_read_again_from_the_start(self, desk: Desk) -> None:
        ref = await quarantined(desk, "a", Unreadable.ENCRYPTED)
        await settle(desk)
        assert await desk.catalog.handling.retry(HERE, [ref.document]) == [ref.document]
        record = await desk.get(ref.document)
        assert (record.state, record.reason, record.detail) == (VersionState.ACCEPTED, None, None)
        handled = Handled()
        async with working(desk.catalog.queue, handled):
            await handled.has(ref.document)
        (task,) = await desk.tasks(ref.document)
        assert (task.ref, task.read) == (ref, False)
        await desk.ingest(ref)
        assert (await desk.get(ref.document)).state is VersionState.LIVE

    async def test_retrying_again_or_what_did_not_end_badly_changes_nothing(
        self, desk: Desk
    ) -> None:
        ref = await quarantined(desk, "a", Unreadable.EMPTY)
        (live,) = await desk.live_documents("b")
        waiting = await desk.accept_one("c")
        retry = desk.catalog.handling.retry
        assert await retry(HERE) == [ref.document]
        assert await retry(HERE) == []
        assert await retry(HERE, [live.document, waiting.document]) == []
        assert await retry(HERE, []) == []
        assert (await desk.get(live.document)).state is VersionState.LIVE

    async def test_what_is_retried_can_be_chosen_by_state_reason_and_workspace(
        self, desk: Desk
    ) -> None:
        locked = await quarantined(desk, "a", Unreadable.ENCRYPTED)
        empty = await quarantined(desk, "b", Unreadable.EMPTY)
        stopped = await desk.accept_one("c")
        handling = desk.catalog.handling
        await handling.cancel(HERE, [stopped.document])
        assert await handling.retry("other", [locked.document]) == []
        assert await handling.retry(HERE, reason="encrypted") == [locked.document]
        only = {VersionState.CANCELLED}
        assert await handling.retry(HERE, [empty.document], states=only) == []
        assert await handling.retry(HERE, states=only) == [stopped.document]
        assert await handling.retry(HERE, states={VersionState.LIVE}) == []
        assert await handling.retry(HERE) == [empty.document]

    async def test_only_the_newest_version_is_retried(self, desk: Desk) -> None:
        await quarantined(desk, "a", Unreadable.EMPTY)
        two = await desk.accept_one("a", "other")
        assert await desk.catalog.handling.retry(HERE, [two.document]) == []
        await desk.ingest(two)
        assert await desk.catalog.handling.retry(HERE, [two.document]) == []

    async def test_what_is_under_way_is_counted_up_to_a_limit(self, desk: Desk) -> None:
        under_way = desk.catalog.handling.under_way
        assert await under_way(9) == 0
        refs = [await desk.accept_one(source) for source in "abc"]
        await desk.ingest(refs[0])
        assert (await under_way(9), await under_way(1)) == (2, 1)
        async with desk.catalog.ledger.claim([refs[1].document]):
            assert await under_way(9) == 2
        await desk.catalog.handling.cancel(HERE, [refs[1].document])
        assert await under_way(9) == 1

    async def test_a_cancelled_version_is_an_end_and_its_elder_stays_live(self, desk: Desk) -> None:
        (one,) = await desk.live_documents("a")
        two = await desk.accept_one("a", "other")
        assert await desk.catalog.handling.cancel(HERE, [one.document]) == [one.document]
        record = await desk.get(one.document)
        assert (record.version, record.state, record.live) == (2, VersionState.CANCELLED, 1)
        (task,) = await desk.tasks(one.document)
        assert (task.ref, task.state, task.deleted) == (two, VersionState.CANCELLED, False)
        assert {state.wanted for state in task.states.values()} == {Wanted.ABSENT}
        assert await desk.remove(two) == []
        assert await desk.tasks(one.document) == []
        assert await desk.catalog.ledger.moving([one.document]) == set()
        assert (await desk.get(one.document)).state is VersionState.CANCELLED

    async def test_whoever_follows_a_document_sees_it_cancelled_and_is_done(
        self, desk: Desk
    ) -> None:
        ref = await desk.accept_one("a")
        states: list[VersionState] = []
        seen = asyncio.Event()

        async def follow() -> None:
            async for record in desk.catalog.watch.follow(HERE, ref.document):
                states.append(record.state)
                seen.set()

        following = asyncio.create_task(follow())
        await seen.wait()
        await desk.catalog.handling.cancel(HERE, [ref.document])
        await asyncio.wait_for(following, 30)
        assert states == [VersionState.ACCEPTED, VersionState.CANCELLED]

    async def test_what_ended_or_may_be_seen_is_not_cancelled(self, desk: Desk) -> None:
        (live,) = await desk.live_documents("a")
        bad = await quarantined(desk, "b", Unreadable.EMPTY)
        shown = await desk.accept_one("c")
        ledger = desk.catalog.ledger
        async with ledger.claim([shown.document]):
            assert await ledger.may_publish([shown]) == {shown}
            everything = [live.document, bad.document, shown.document]
            assert await desk.catalog.handling.cancel(HERE, everything) == []
            assert await ledger.may_publish([shown]) == {shown}
        assert await desk.catalog.handling.cancel(HERE, []) == []
        assert await desk.catalog.handling.cancel("other", everything) == []
        await desk.ingest(shown)
        assert (await desk.get(shown.document)).state is VersionState.LIVE

    async def test_what_lies_in_a_cancelled_document_is_cancelled_with_it(self, desk: Desk) -> None:
        (mail,) = await desk.live_documents("mail")
        members = desk.catalog.members
        (box,) = await members.enclose(mail, [arrival("mail!/box")])
        (deep,) = await members.enclose(box.ref, [arrival("mail!/box!/deep")])
        inside = sorted([box.ref.document, deep.ref.document])
        assert await desk.catalog.handling.cancel(HERE, [mail.document]) == inside
        assert (await desk.get(mail.document)).state is VersionState.LIVE
        assert {(await desk.get(d)).state for d in inside} == {VersionState.CANCELLED}
        assert await members.enclose(box.ref, [arrival("mail!/box!/late")]) == []

    async def test_a_worker_that_was_overtaken_by_a_cancellation_makes_nothing_live(
        self, desk: Desk
    ) -> None:
        ref = await desk.accept_one("a")
        ledger = desk.catalog.ledger
        async with ledger.claim([ref.document]):
            assert await ledger.still_wanted([ref]) == {ref}
            await desk.catalog.handling.cancel(HERE, [ref.document])
            assert await ledger.still_wanted([ref]) == set()
            await ledger.save_readings([kept(ref)])
            assert await ledger.may_publish([ref]) == set()
            await ledger.quarantine(ref, Unreadable.EMPTY, "Empty.")
            await ledger.reached([ref], 1, PanelName.VECTOR, Reached.LIVE)
            await ledger.go_live([ref])
        record = await desk.get(ref.document)
        assert (record.state, record.live, record.reason) == (VersionState.CANCELLED, None, None)
        assert [task.ref for task in await desk.tasks(ref.document)] == [ref]

    async def test_a_cancelled_version_is_read_again_whatever_was_removed_so_far(
        self, desk: Desk
    ) -> None:
        refs = [await desk.accept_one("a"), await desk.accept_one("b")]
        documents = [ref.document for ref in refs]
        handling = desk.catalog.handling
        assert await handling.cancel(HERE, documents) == sorted(documents)
        await desk.remove(refs[0])
        assert await handling.retry(HERE, documents) == sorted(documents)
        tasks = await desk.tasks(*documents)
        states = [state for task in tasks for state in task.states.values()]
        assert {(s.wanted, s.reached) for s in states} == {(Wanted.LIVE, Reached.NOTHING)}
        await desk.ingest(*refs)
        assert dict(await desk.catalog.ledger.backlog()) == {}
        assert {(await desk.get(d)).state for d in documents} == {VersionState.LIVE}

    async def test_a_cancelled_version_goes_with_its_document_and_with_its_successor(
        self, desk: Desk
    ) -> None:
        one, two = await desk.accept_one("a"), await desk.accept_one("b")
        await desk.catalog.handling.cancel(HERE, [one.document, two.document])
        await desk.remove(one, two)
        await desk.delete(one.document)
        (task,) = await desk.tasks(one.document)
        assert task.deleted
        assert await desk.remove(one) == [arrival("a").blob]
        await desk.ingest(await desk.accept_one("b", "other"))
        assert [task.ref for task in await desk.tasks(two.document)] == [two]
        assert await desk.remove(two) == [arrival("b").blob]

    async def test_a_deletion_overtakes_the_removal_of_a_cancelled_version(
        self, desk: Desk
    ) -> None:
        ref = await desk.accept_one("a")
        await desk.catalog.handling.cancel(HERE, [ref.document])
        ledger = desk.catalog.ledger
        async with ledger.claim([ref.document]):
            for panel in PANELS:
                await ledger.reached([ref], None, panel, Reached.ABSENT)
            await desk.delete(ref.document)
            assert await ledger.gone([ref]) == [arrival("a").blob]
        assert await desk.tasks(ref.document) == []
