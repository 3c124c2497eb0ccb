"""Contract of People and Watch."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from contracts.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    Unauthenticated,
    Unreadable,
)
from contracts.nouns import DEFAULT_WORKSPACE
from contracts.people import Role
from contracts.quality import Expectations
from contracts.record import DocumentRecord, VersionState
from tests.catalog.desk import CHANGE, DEADLINE, Desk, arrival


class ServicesContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_the_default_workspace_is_there(self, desk: Desk) -> None:
        people = desk.catalog.people
        await people.add_workspace("archive-2024")
        await people.add_workspace("archive-2024")
        assert await people.workspaces() == ["archive-2024", DEFAULT_WORKSPACE]

    async def test_a_workspace_goes_once_it_holds_nothing(self, desk: Desk) -> None:
        people = desk.catalog.people
        for name in ("empty", "full", "keyed"):
            await people.add_workspace(name)
        await desk.accept(arrival("a"), workspace="full")
        await people.add_key("ada", Role.READER, "keyed")
        await desk.catalog.assessments.expect("empty", Expectations(("fr",)), CHANGE)
        await people.remove_workspace("empty")
        for name in ("full", "keyed"):
            with pytest.raises(Conflict):
                await people.remove_workspace(name)
        with pytest.raises(NotFound):
            await people.remove_workspace("empty")
        assert await people.workspaces() == [DEFAULT_WORKSPACE, "full", "keyed"]

    @pytest.mark.parametrize("name", ["", "A", "-a", "a b", "é", "a" * 64, "a\n", "a\0"])
    async def test_a_workspace_has_a_plain_name(self, desk: Desk, name: str) -> None:
        with pytest.raises(InvalidInput):
            await desk.catalog.people.add_workspace(name)
        assert await desk.catalog.people.workspaces() == [DEFAULT_WORKSPACE]

    async def test_a_key_tells_who_asks(self, desk: Desk) -> None:
        people = desk.catalog.people
        record, secret = await people.add_key("scanner", Role.EDITOR, DEFAULT_WORKSPACE)
        assert secret.startswith("dpt_")
        assert len(secret) > 40
        identity = await people.identify(secret)
        assert (identity.key, identity.name) == (record.id, "scanner")
        assert (identity.role, identity.workspace) == (Role.EDITOR, DEFAULT_WORKSPACE)
        (listed,) = await people.keys()
        assert listed.last_used is not None
        assert secret not in repr(listed)

    async def test_a_revoked_key_is_unknown_at_once(self, desk: Desk) -> None:
        people = desk.catalog.people
        record, secret = await people.add_key("a", Role.READER, DEFAULT_WORKSPACE)
        await people.revoke(record.id)
        await people.revoke(record.id)
        with pytest.raises(Unauthenticated):
            await people.identify(secret)
        assert (await people.keys())[0].revoked is not None
        with pytest.raises(NotFound):
            await people.revoke(uuid4())

    @pytest.mark.parametrize("secret", ["", "dpt_", "dpt_wrong", "\0", "\ud800", "é" * 10_000])
    async def test_any_other_secret_is_unauthenticated(self, desk: Desk, secret: str) -> None:
        with pytest.raises(Unauthenticated):
            await desk.catalog.people.identify(secret)

    async def test_only_admins_may_have_every_workspace(self, desk: Desk) -> None:
        people = desk.catalog.people
        _, secret = await people.add_key("root", Role.ADMIN, None)
        assert (await people.identify(secret)).workspace is None
        with pytest.raises(InvalidInput):
            await people.add_key("a", Role.EDITOR, None)
        with pytest.raises(NotFound):
            await people.add_key("a", Role.EDITOR, "nowhere")

    async def test_the_first_key_is_given_once(self, desk: Desk) -> None:
        people = desk.catalog.people
        secrets = await asyncio.gather(*(people.first_key("admin") for _ in range(4)))
        (secret,) = [secret for secret in secrets if secret]
        assert (await people.identify(secret)).role is Role.ADMIN
        assert len(await people.keys()) == 1

    async def test_keys_are_listed_newest_first(self, desk: Desk) -> None:
        for name in ("a", "b", "c"):
            await desk.catalog.people.add_key(name, Role.READER, DEFAULT_WORKSPACE)
        assert [key.name for key in await desk.catalog.people.keys()] == ["c", "b", "a"]

    async def test_a_follower_sees_progress_until_the_end(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        seen: list[tuple[VersionState, int]] = []
        async with asyncio.timeout(DEADLINE):
            async for record in self._follow(desk, ref.document):
                seen.append((record.state, record.done))
                if len(seen) == 1:
                    await desk.tasks(ref.document)
                    await desk.catalog.ledger.progress([ref], "embed", 5, 9)
                elif record.done == 5:
                    await desk.ingest(ref)
        assert seen[0] == (VersionState.ACCEPTED, 0)
        assert (VersionState.PROCESSING, 5) in seen
        assert seen[-1] == (VersionState.LIVE, 0)

    async def test_many_followers_of_one_document_all_see_the_end(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        began = [asyncio.Event() for _ in range(5)]

        async def last(event: asyncio.Event) -> VersionState:
            state = VersionState.ACCEPTED
            async for record in self._follow(desk, ref.document):
                event.set()
                state = record.state
            return state

        async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as group:
            tasks = [group.create_task(last(event)) for event in began]
            for event in began:
                await event.wait()
            await desk.catalog.ledger.quarantine(ref, Unreadable.EMPTY, "Empty.")
        assert {task.result() for task in tasks} == {VersionState.QUARANTINED}

    async def test_a_finished_document_is_shown_once(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        states = [record.state async for record in self._follow(desk, ref.document)]
        assert states == [VersionState.LIVE]

    async def test_following_ends_when_the_document_is_deleted(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        async with asyncio.timeout(DEADLINE):
            async for _ in self._follow(desk, ref.document):
                await desk.delete(ref.document)

    async def test_only_a_known_document_can_be_followed(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        for workspace, document in (("other", ref.document), (DEFAULT_WORKSPACE, uuid4())):
            with pytest.raises(NotFound):
                await anext(desk.catalog.watch.follow(workspace, document))

    def _follow(self, desk: Desk, document: UUID) -> AsyncIterator[DocumentRecord]:
        return desk.catalog.watch.follow(DEFAULT_WORKSPACE, document)
