"""Contract of Trash: what is deleted leaves the record, and is kept for a while."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.errors import InvalidInput, NotFound
from contracts.nouns import DEFAULT_WORKSPACE, VersionRef
from contracts.trash import Merged, Trashed, TrashPage
from tests.catalog.desk import Desk, arrival


async def listed(desk: Desk) -> list[Trashed]:
    page = await desk.catalog.trash.find(DEFAULT_WORKSPACE, limit=9)
    return list(page.items)


class TrashContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def trashed(self, desk: Desk, *sources: str, days: int = 30) -> list[VersionRef]:
        """Live documents that were deleted, gone from both panels."""
        refs = await desk.live_documents(*sources)
        for ref in refs:
            documents = desk.catalog.documents
            await documents.delete(DEFAULT_WORKSPACE, [ref.document], keep_days=days)
        assert await desk.remove(*refs) == []  # their bytes are still named
        return refs

    async def test_what_is_deleted_is_kept_as_it_was_accepted(self, desk: Desk) -> None:
        (ref,) = await desk.accept(arrival("bail", metadata={"year": 2026, "x": 0.5}))
        await desk.ingest(ref.ref)
        await desk.catalog.documents.delete(DEFAULT_WORKSPACE, [ref.ref.document], keep_days=30)
        await desk.remove(ref.ref)
        kept = await desk.catalog.trash.get(DEFAULT_WORKSPACE, ref.ref.document)
        assert kept.arrival == arrival("bail", metadata={"year": 2026, "x": 0.5})
        assert (kept.title, kept.taken) == ("Bail", None)
        assert kept.until - kept.deleted >= timedelta(days=29)
        with pytest.raises(NotFound):
            await desk.get(ref.ref.document)

    async def test_deleting_without_days_keeps_nothing(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        await desk.delete(ref.document)
        assert await listed(desk) == []
        assert await desk.remove(ref) == [arrival("a").blob]

    async def test_the_latest_deleted_is_listed_first_in_its_workspace(self, desk: Desk) -> None:
        refs = await self.trashed(desk, "a", "b", "c")
        trash = desk.catalog.trash
        page = await trash.find(DEFAULT_WORKSPACE, limit=2)
        assert [one.document for one in page.items] == [refs[2].document, refs[1].document]
        assert await trash.find("other", limit=9) == TrashPage((), None)
        for workspace, document in (("other", refs[0].document), (DEFAULT_WORKSPACE, uuid4())):
            with pytest.raises(NotFound):
                await trash.get(workspace, document)

    async def test_pages_go_on_where_the_last_one_ended(self, desk: Desk) -> None:
        trash = desk.catalog.trash
        refs = await self.trashed(desk, *"abcde")
        first = await trash.find(DEFAULT_WORKSPACE, limit=2)
        # What goes meanwhile takes nothing of the rest away.
        await trash.erase(DEFAULT_WORKSPACE, [first.items[0].document])
        second = await trash.find(DEFAULT_WORKSPACE, limit=2, cursor=first.cursor)
        third = await trash.find(DEFAULT_WORKSPACE, limit=2, cursor=second.cursor)
        assert third.cursor is None
        found = [one.document for page in (first, second, third) for one in page.items]
        assert found == [ref.document for ref in reversed(refs)]
        for cursor in ("foreign", "Zm9yZWlnbg==", ""):
            with pytest.raises(InvalidInput):
                await trash.find(DEFAULT_WORKSPACE, limit=2, cursor=cursor)

    async def test_a_source_that_was_sent_again_is_told(self, desk: Desk) -> None:
        same, other = await self.trashed(desk, "same", "other")
        await desk.accept_one("same")
        taker = await desk.accept_one("other", "new words")
        trash = desk.catalog.trash
        assert (await trash.get(DEFAULT_WORKSPACE, same.document)).taken is None
        assert (await trash.get(DEFAULT_WORKSPACE, other.document)).taken == taker.document

    async def test_erasing_gives_back_what_nothing_names(self, desk: Desk) -> None:
        a, b = await self.trashed(desk, "a", "b")
        await desk.accept_one("again", "b")  # the same bytes
        trash = desk.catalog.trash
        assert await trash.erase("other", [a.document]) == ([], [])
        gone, blobs = await trash.erase(DEFAULT_WORKSPACE, [a.document, b.document, uuid4()])
        assert (set(gone), blobs) == ({a.document, b.document}, [arrival("a").blob])
        assert await trash.erase(DEFAULT_WORKSPACE, [a.document]) == ([], [])
        assert await trash.erase(DEFAULT_WORKSPACE, []) == ([], [])

    async def test_who_deleted_a_document_is_told(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        documents = desk.catalog.documents
        await documents.delete(DEFAULT_WORKSPACE, [ref.document], keep_days=30, by="ann\x00")
        (found,) = await listed(desk)
        assert found.by.startswith("ann")

    async def test_what_a_document_held_before_a_merge_is_kept_with_the_other(
        self, desk: Desk
    ) -> None:
        one, other = await desk.live_documents("one", "other")
        trash, documents = desk.catalog.trash, desk.catalog.documents
        pair = (DEFAULT_WORKSPACE, one.document, other.document, 30)
        await trash.merging(*pair)
        new = await desk.accept_one("one", "other")
        await desk.ingest(new)
        await trash.merging(*pair)  # killed after the acceptance, and given again
        assert await desk.remove(one) == []  # what it held before is still named
        await documents.delete(DEFAULT_WORKSPACE, [other.document], keep_days=30)
        await desk.remove(other)
        merged = (await trash.get(DEFAULT_WORKSPACE, other.document)).merged
        assert merged == Merged(one.document, arrival("one"))
        assert await trash.expire() == []
        assert await trash.erase("other", [one.document, other.document]) == ([], [])
        gone, blobs = await trash.erase(DEFAULT_WORKSPACE, [other.document])
        assert (gone, blobs) == ([other.document], [arrival("one").blob])

    async def test_nothing_of_a_document_stays_that_is_erased_after_a_merge(
        self, desk: Desk
    ) -> None:
        one, other = await desk.live_documents("one", "other")
        trash = desk.catalog.trash
        await trash.merging(DEFAULT_WORKSPACE, one.document, other.document, 30)
        await desk.delete(one.document)
        assert await desk.remove(one) == []
        blobs = [arrival("one").blob]
        assert await trash.erase(DEFAULT_WORKSPACE, [one.document]) == ([], blobs)

    async def test_only_documents_that_are_there_are_merged(self, desk: Desk) -> None:
        one, other = await desk.live_documents("one", "other")
        merging = desk.catalog.trash.merging
        for workspace, document, second in (
            ("other", one.document, other.document),
            (DEFAULT_WORKSPACE, uuid4(), other.document),
            (DEFAULT_WORKSPACE, one.document, uuid4()),
        ):
            with pytest.raises(NotFound):
                await merging(workspace, document, second, 30)
        assert await desk.catalog.trash.expire() == []

    async def test_what_is_past_its_time_does_not_come_back(self, desk: Desk) -> None:
        (ref,) = await self.trashed(desk, "a", days=-1)
        trash = desk.catalog.trash
        assert await listed(desk) == []
        with pytest.raises(NotFound):
            await trash.get(DEFAULT_WORKSPACE, ref.document)
        assert await trash.expire() == [arrival("a").blob]
        assert await trash.expire() == []

    async def test_expiring_leaves_what_still_has_time(self, desk: Desk) -> None:
        await self.trashed(desk, "a")
        assert await desk.catalog.trash.expire() == []
        assert len(await listed(desk)) == 1
