"""Contract of Members: documents that lie inside others come, change and go with them."""

import asyncio
from uuid import UUID, uuid4

import pytest

from contracts.errors import NotFound
from contracts.members import Nesting
from contracts.nouns import DEFAULT_WORKSPACE, VersionRef
from contracts.record import Receipt
from tests.catalog.desk import Desk, arrival


async def enclose(desk: Desk, parent: VersionRef, *sources: str) -> list[Receipt]:
    return await desk.catalog.members.enclose(parent, [arrival(source) for source in sources])


async def inside(desk: Desk, parent: UUID) -> list[str]:
    page = await desk.catalog.documents.find(DEFAULT_WORKSPACE, limit=99, parents=[parent])
    return [item.source for item in page.items]


class MembersContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_members_are_documents_that_name_their_parent(self, desk: Desk) -> None:
        mail = await desk.accept_one("mail")
        receipts = await enclose(desk, mail, "mail!/a", "mail!/b")
        assert [(r.source, r.ref.number, r.unchanged) for r in receipts] == [
            ("mail!/a", 1, False),
            ("mail!/b", 1, False),
        ]
        records = [await desk.get(receipt.ref.document) for receipt in receipts]
        assert [record.parent for record in records] == [mail.document, mail.document]
        assert (await desk.get(mail.document)).parent is None
        assert len(await desk.tasks(*(record.id for record in records))) == 2

    async def test_lists_narrow_to_members_or_leave_them_out(self, desk: Desk) -> None:
        mail, other = await desk.accept_one("mail"), await desk.accept_one("other")
        (box,) = await enclose(desk, mail, "mail!/box")
        await enclose(desk, box.ref, "mail!/box!/deep")
        assert await inside(desk, mail.document) == ["mail!/box"]
        assert await inside(desk, other.document) == []
        find = desk.catalog.documents.find
        page = await find(DEFAULT_WORKSPACE, limit=9, members=False)
        assert [item.source for item in page.items] == ["other", "mail"]
        page = await find(DEFAULT_WORKSPACE, limit=9)
        assert len(page.items) == 4
        first = await find(DEFAULT_WORKSPACE, limit=1, members=False)
        rest = await find(DEFAULT_WORKSPACE, limit=1, members=False, cursor=first.cursor)
        assert [item.source for item in rest.items] == ["mail"]

    async def test_the_same_again_is_nothing_new(self, desk: Desk) -> None:
        mail = await desk.accept_one("mail")
        first = await enclose(desk, mail, "mail!/a")
        again = await enclose(desk, mail, "mail!/a")
        assert (again[0].ref, again[0].unchanged) == (first[0].ref, True)
        assert await inside(desk, mail.document) == ["mail!/a"]

    async def test_members_that_a_new_version_lacks_are_deleted_with_what_lies_in_them(
        self, desk: Desk
    ) -> None:
        mail = await desk.accept_one("mail", "un")
        kept, box = await enclose(desk, mail, "mail!/kept", "mail!/box")
        (deep,) = await enclose(desk, box.ref, "mail!/box!/deep")
        newer = await desk.accept_one("mail", "deux")
        changed = arrival("mail!/kept", "other bytes")
        (receipt,) = await desk.catalog.members.enclose(newer, [changed])
        assert receipt.ref == VersionRef(kept.ref.document, 2)
        assert await inside(desk, mail.document) == ["mail!/kept"]
        for gone in (box, deep):
            with pytest.raises(NotFound):
                await desk.get(gone.ref.document)
            (task,) = await desk.tasks(gone.ref.document)
            assert {state.wanted.value for state in task.states.values()} == {"absent"}

    async def test_a_version_without_members_takes_the_earlier_ones_away(self, desk: Desk) -> None:
        mail = await desk.accept_one("mail", "un")
        await enclose(desk, mail, "mail!/a")
        newer = await desk.accept_one("mail", "deux")
        assert await enclose(desk, newer) == []
        assert await inside(desk, mail.document) == []

    async def test_an_earlier_version_that_is_opened_late_changes_nothing(self, desk: Desk) -> None:
        mail = await desk.accept_one("mail", "un")
        newer = await desk.accept_one("mail", "deux")
        await enclose(desk, newer, "mail!/new")
        assert await enclose(desk, mail, "mail!/old") == []
        assert await inside(desk, mail.document) == ["mail!/new"]

    async def test_a_deleted_document_takes_no_members(self, desk: Desk) -> None:
        mail = await desk.accept_one("mail")
        await desk.delete(mail.document)
        assert await enclose(desk, mail, "mail!/a") == []
        assert (await desk.catalog.documents.find(DEFAULT_WORKSPACE, limit=9)).items == ()

    async def test_deleting_a_document_deletes_all_that_lies_in_it(self, desk: Desk) -> None:
        mail, other = await desk.accept_one("mail"), await desk.accept_one("other")
        (box,) = await enclose(desk, mail, "mail!/box")
        (deep,) = await enclose(desk, box.ref, "mail!/box!/deep")
        await enclose(desk, other, "other!/a")
        gone = await desk.delete(mail.document)
        assert gone == [mail.document, box.ref.document, deep.ref.document]
        page = await desk.catalog.documents.find(DEFAULT_WORKSPACE, limit=9)
        assert [item.source for item in page.items] == ["other!/a", "other"]
        refs = [mail, box.ref, deep.ref]
        assert len(await desk.remove(*refs)) == 3
        assert await desk.tasks(*gone) == []

    async def test_one_member_may_be_deleted_alone(self, desk: Desk) -> None:
        mail = await desk.accept_one("mail")
        first, _ = await enclose(desk, mail, "mail!/a", "mail!/b")
        assert await desk.delete(first.ref.document) == [first.ref.document]
        assert await inside(desk, mail.document) == ["mail!/b"]

    async def test_a_member_that_came_back_by_itself_is_one_again(self, desk: Desk) -> None:
        mail = await desk.accept_one("mail", "un")
        alone = await desk.accept_one("mail!/box")
        (deep,) = await enclose(desk, alone, "mail!/box!/deep")
        newer = await desk.accept_one("mail", "deux")
        (box,) = await enclose(desk, newer, "mail!/box")
        assert (box.ref, box.unchanged) == (alone, True)
        assert await inside(desk, mail.document) == ["mail!/box"]
        assert (await desk.catalog.members.nesting(deep.ref.document)).depth == 2
        gone = {mail.document, alone.document, deep.ref.document}
        assert set(await desk.delete(mail.document)) == gone

    async def test_deleting_a_document_with_its_members_gives_each_once(self, desk: Desk) -> None:
        mail = await desk.accept_one("mail")
        (member,) = await enclose(desk, mail, "mail!/a")
        gone = await desk.delete(member.ref.document, mail.document)
        assert sorted(gone) == sorted([member.ref.document, mail.document])

    async def test_members_that_come_while_their_parent_goes_do_not_stay(self, desk: Desk) -> None:
        mails = [await desk.accept_one(f"mail {number}") for number in range(8)]
        await asyncio.gather(
            *(enclose(desk, mail, f"{mail.document}!/a", f"{mail.document}!/b") for mail in mails),
            *(desk.delete(mail.document) for mail in mails),
        )
        assert (await desk.catalog.documents.find(DEFAULT_WORKSPACE, limit=9)).items == ()

    async def test_nesting_counts_what_else_lies_in_the_topmost_document(self, desk: Desk) -> None:
        nesting = desk.catalog.members.nesting
        top, other = await desk.accept_one("top"), await desk.accept_one("other")
        assert await nesting(top.document) == Nesting(0, 0, 0)
        box, flat = await enclose(desk, top, "top!/box", "top!/flat")
        await enclose(desk, other, "other!/a")
        assert await nesting(top.document) == Nesting(0, 0, 0)
        (deep,) = await enclose(desk, box.ref, "top!/box!/d")
        assert await nesting(top.document) == Nesting(0, 1, 11)
        assert await nesting(box.ref.document) == Nesting(1, 2, 17)
        assert await nesting(deep.ref.document) == Nesting(2, 3, 28)
        await desk.delete(flat.ref.document)
        assert await nesting(deep.ref.document) == Nesting(2, 2, 19)
        with pytest.raises(NotFound):
            await nesting(uuid4())

    async def test_blobs_of_members_that_were_not_accepted_are_unnamed(self, desk: Desk) -> None:
        (receipt,) = await desk.accept(arrival("a", blob="a" * 64))
        unnamed = desk.catalog.members.unnamed
        assert await unnamed({"a" * 64, "b" * 64}) == ["b" * 64]
        assert await unnamed(set()) == []
        await desk.delete(receipt.ref.document)
        await desk.remove(receipt.ref)
        assert await unnamed({"a" * 64}) == ["a" * 64]
