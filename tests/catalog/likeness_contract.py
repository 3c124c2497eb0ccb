"""Contract of LikenessRecord: fingerprints, what is alike, links and decisions."""

from dataclasses import replace
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from contracts.errors import InvalidInput, NotFound
from contracts.likeness import Decision, Fingerprint, Likeness, Link, Twins
from contracts.nouns import DEFAULT_WORKSPACE, VersionRef
from tests.catalog.desk import CHANGE, Desk, arrival

SCHEME = 7
NEAR = Likeness.NEAR_COPY


def a_print(text: str, *bands: int) -> Fingerprint:
    figures = ("12", "2026")
    return Fingerprint(
        sha256(text.encode()).digest(),
        9,
        b"\1\2\3\4" * 4,
        bands,
        figures,
        ("Ивановq",),
        ("le",),
        recognised=True,
    )


def shown(twins: Twins) -> tuple[set[UUID], Likeness]:
    return {twins.document.id, twins.other.id}, twins.verdict


class LikenessContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def measured(self, desk: Desk, **prints: Fingerprint) -> list[UUID]:
        """Documents with these fingerprints, in their order."""
        refs = [await desk.accept_one(source) for source in prints]
        kept = dict(zip(refs, prints.values(), strict=True))
        await desk.catalog.likeness.keep(kept, SCHEME)
        return [ref.document for ref in refs]

    async def alike(self, desk: Desk, document: UUID) -> set[tuple[UUID, bool]]:
        found = await desk.catalog.likeness.candidates([document])
        assert all(one.document == document for one in found)
        return {(one.other, one.same_file) for one in found}

    async def linked(self, desk: Desk, document: UUID | None = None) -> list[Twins]:
        page = await desk.catalog.likeness.find(DEFAULT_WORKSPACE, limit=50, document=document)
        return list(page.items)

    async def test_fingerprints_come_back_as_they_were_but_for_their_bands(
        self, desk: Desk
    ) -> None:
        mine = a_print("un", 1, -(2**63), 2**63 - 1)
        (document,) = await self.measured(desk, a=mine)
        likeness = desk.catalog.likeness
        known = await likeness.prints([document, uuid4()], SCHEME)
        assert {d: replace(one, bands=mine.bands) for d, one in known.items()} == {document: mine}
        assert await likeness.prints([document], SCHEME + 1) == {}
        assert await likeness.prints([], SCHEME) == {}

    async def test_equal_texts_shared_bands_and_equal_bytes_are_candidates(
        self, desk: Desk
    ) -> None:
        a, text, band, _ = await self.measured(
            desk,
            a=a_print("un", 1, 2),
            b=a_print("un", 9),
            c=a_print("trois", 5, 2),
            d=a_print("x", 7),
        )
        assert await self.alike(desk, a) == {(text, False), (band, False)}
        copy, other = await desk.accept(arrival("a copy", "a"), arrival("other"))
        await desk.catalog.likeness.keep({copy.ref: a_print("autre")}, SCHEME)
        assert (copy.ref.document, True) in await self.alike(desk, a)
        assert await self.alike(desk, other.ref.document) == set()
        assert await desk.catalog.likeness.candidates([]) == []

    async def test_other_workspaces_schemes_and_deleted_documents_are_not_alike(
        self, desk: Desk
    ) -> None:
        await desk.catalog.people.add_workspace("other")
        a, gone = await self.measured(desk, a=a_print("un", 1), b=a_print("un", 1))
        (there,) = await desk.accept(arrival("a"), workspace="other")
        (old,) = await desk.accept(arrival("old", "a"))
        likeness = desk.catalog.likeness
        await likeness.keep({there.ref: a_print("un", 1)}, SCHEME)
        await likeness.keep({old.ref: a_print("un", 1)}, SCHEME - 1)
        await desk.delete(gone)
        assert await self.alike(desk, a) == set()
        assert await self.alike(desk, there.ref.document) == set()

    async def test_a_later_version_replaces_the_fingerprint_of_the_earlier_one(
        self, desk: Desk
    ) -> None:
        a, b = await self.measured(desk, a=a_print("un", 1), b=a_print("b", 1))
        second = await desk.accept_one("b", "more")
        likeness = desk.catalog.likeness
        await likeness.keep({second: a_print("new", 2)}, SCHEME)
        assert await self.alike(desk, a) == set()
        await likeness.keep({VersionRef(b, 1): a_print("b", 1)}, SCHEME)
        assert (await likeness.prints([b], SCHEME))[b].text == a_print("new").text
        await likeness.keep({VersionRef(uuid4(), 1): a_print("nobody")}, SCHEME)
        await likeness.keep({}, SCHEME)

    async def test_a_crowd_costs_a_few_candidates_and_hides_no_rare_one(self, desk: Desk) -> None:
        eldest = await desk.accept_one("eldest")
        receipts = await desk.accept(*(arrival(f"form {n}") for n in range(60)))
        newest = await desk.accept_one("newest")
        crowd = {ref: a_print(str(ref), 1, 2, 3) for ref in (newest, *(r.ref for r in receipts))}
        mine = receipts[0].ref
        crowd |= {ref: a_print(str(ref), 1, 2, 3, 77) for ref in (eldest, mine)}
        await desk.catalog.likeness.keep(crowd, SCHEME)
        found = {other for other, _ in await self.alike(desk, mine.document)}
        assert len(found) <= 30
        assert eldest.document in found  # they alone share a band
        assert newest.document in found

    async def test_links_are_listed_newest_first_page_by_page(self, desk: Desk) -> None:
        a, b, c = await self.measured(desk, a=a_print("1"), b=a_print("2"), c=a_print("3"))
        likeness = desk.catalog.likeness
        await likeness.link([a], [Link(a, b, NEAR, 0.75)])
        await likeness.link([c], [Link(c, a, Likeness.SAME_TEMPLATE, 0.5)])
        first = await likeness.find(DEFAULT_WORKSPACE, limit=1)
        rest = await likeness.find(DEFAULT_WORKSPACE, limit=1, cursor=first.cursor)
        assert [shown(x) for x in (*first.items, *rest.items)] == [
            ({a, c}, Likeness.SAME_TEMPLATE),
            ({a, b}, NEAR),
        ]
        assert rest.cursor is None
        assert rest.items[0].score == 0.75
        assert {rest.items[0].document.source, rest.items[0].other.source} == {"a", "b"}
        assert rest.items[0].other.filename in {"a.txt", "b.txt"}
        near = await likeness.find(DEFAULT_WORKSPACE, limit=9, verdict=NEAR)
        assert [shown(x)[0] for x in near.items] == [{a, b}]
        assert [shown(x)[0] for x in await self.linked(desk, c)] == [{a, c}]
        assert (await likeness.find("other", limit=9)).items == ()
        with pytest.raises(InvalidInput):
            await likeness.find(DEFAULT_WORKSPACE, limit=1, cursor="Zm9yZWlnbg==")

    async def test_linking_again_replaces_what_was_known_of_a_document(self, desk: Desk) -> None:
        a, b, c = await self.measured(desk, a=a_print("1"), b=a_print("2"), c=a_print("3"))
        likeness = desk.catalog.likeness
        await likeness.link([a], [Link(a, b, NEAR, 0.9), Link(a, c, NEAR, 0.9)])
        await likeness.link([b], [Link(b, a, Likeness.SAME_TEXT, 1.0)])
        assert {(*sorted(shown(x)[0]), shown(x)[1]) for x in await self.linked(desk)} == {
            (*sorted((a, b)), Likeness.SAME_TEXT),
            (*sorted((a, c)), NEAR),
        }
        await likeness.link([a], [])
        await likeness.link([], [])
        assert await self.linked(desk) == []

    async def test_a_link_ends_with_a_document(self, desk: Desk) -> None:
        a, b = await self.measured(desk, a=a_print("1"), b=a_print("2"))
        await desk.catalog.likeness.link([a], [Link(a, b, NEAR, 0.9)])
        await desk.delete(b)
        assert await self.linked(desk) == []
        await desk.remove(VersionRef(b, 1))
        assert await self.linked(desk, a) == []
        assert await desk.catalog.likeness.prints([b], SCHEME) == {}

    async def test_what_was_put_apart_is_not_shown_again(self, desk: Desk) -> None:
        a, b = await self.measured(desk, a=a_print("1"), b=a_print("2"))
        likeness, link = desk.catalog.likeness, Link(a, b, NEAR, 0.9)
        await likeness.link([a], [link])
        await likeness.decide(DEFAULT_WORKSPACE, b, a, Decision.APART, CHANGE)
        await likeness.decide(DEFAULT_WORKSPACE, a, b, Decision.APART, CHANGE)
        await likeness.link([a], [link])
        assert await self.linked(desk) == []
        row = (await desk.catalog.policies.audit(5))[0]
        assert (row.actor, row.action) == (CHANGE.actor, "duplicates.decide")
        assert dict(row.after)["decision"] == "apart"

    async def test_what_was_put_apart_is_listed_as_such_until_it_is_open_again(
        self, desk: Desk
    ) -> None:
        a, b, c = await self.measured(desk, a=a_print("1"), b=a_print("2"), c=a_print("3"))
        likeness = desk.catalog.likeness
        await likeness.link([a], [Link(a, b, NEAR, 0.9), Link(a, c, NEAR, 0.9)])

        async def seen(*, apart: bool) -> list[set[UUID]]:
            page = await likeness.find(DEFAULT_WORKSPACE, limit=9, apart=apart)
            return [shown(x)[0] for x in page.items]

        await likeness.decide(DEFAULT_WORKSPACE, b, a, Decision.APART, CHANGE)
        assert (await seen(apart=True), await seen(apart=False)) == ([{a, b}], [{a, c}])
        await likeness.decide(DEFAULT_WORKSPACE, a, c, Decision.OPEN, CHANGE)
        await likeness.decide(DEFAULT_WORKSPACE, a, b, Decision.OPEN, CHANGE)
        assert await seen(apart=True) == []
        assert len(await seen(apart=False)) == 2
        assert dict((await desk.catalog.policies.audit(5))[0].after)["decision"] == "open"

    async def test_only_two_documents_that_are_there_are_decided(self, desk: Desk) -> None:
        a, b = await self.measured(desk, a=a_print("1"), b=a_print("2"))
        decide = desk.catalog.likeness.decide
        with pytest.raises(InvalidInput):
            await decide(DEFAULT_WORKSPACE, a, a, Decision.APART, CHANGE)
        for workspace, other in (("other", b), (DEFAULT_WORKSPACE, uuid4())):
            with pytest.raises(NotFound):
                await decide(workspace, a, other, Decision.APART, CHANGE)

    async def test_the_eldest_with_the_same_bytes_is_the_original(self, desk: Desk) -> None:
        first = await desk.accept_one("first", "same")
        second = await desk.accept_one("second", "same")
        third = await desk.accept_one("third", "same")
        other = await desk.accept_one("other")
        every = [ref.document for ref in (first, second, third, other)]
        likeness = desk.catalog.likeness
        assert await likeness.originals(DEFAULT_WORKSPACE, every) == {
            second.document: first.document,
            third.document: first.document,
        }
        assert await likeness.originals("other", every) == {}
        assert await likeness.originals(DEFAULT_WORKSPACE, []) == {}
        apart = (DEFAULT_WORKSPACE, first.document, third.document, Decision.APART, CHANGE)
        await likeness.decide(*apart)
        await desk.delete(second.document)
        assert await likeness.originals(DEFAULT_WORKSPACE, every) == {}

    async def test_what_was_read_and_not_measured_is_found(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        await desk.accept_one("unread")
        likeness = desk.catalog.likeness
        assert await likeness.unmeasured(9, SCHEME) == [ref]
        await likeness.keep({ref: a_print("1")}, SCHEME)
        assert await likeness.unmeasured(9, SCHEME) == []
        assert await likeness.unmeasured(9, SCHEME + 1) == [ref]
