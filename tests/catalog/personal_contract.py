"""Contract of PersonalCounts, and of the setting that says what is masked."""

import pytest

from contracts.errors import InvalidInput, NotFound
from contracts.nouns import DEFAULT_WORKSPACE, VersionRef
from contracts.personal import (
    MaskScope,
    Occurrence,
    PersonalCount,
    PersonalDocument,
    PersonalKind,
    PersonalLevel,
    PersonalTotals,
)
from tests.catalog.desk import CHANGE, Desk

MAIL = {PersonalKind.EMAIL: Occurrence(3, (1, 4))}
GRAVE = {PersonalKind.NIR: Occurrence(1, (2,)), PersonalKind.EMAIL: Occurrence(2, (2,))}


class PersonalContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_counts_come_back_and_the_latest_hold(self, desk: Desk) -> None:
        personal, ref = desk.catalog.personal, await desk.accept_one("a")
        await personal.save([])
        await personal.save([PersonalCount(ref)])
        await personal.save([PersonalCount(ref, MAIL)])
        count = PersonalCount(ref, MAIL)
        assert await personal.get(DEFAULT_WORKSPACE, ref.document) == PersonalDocument("a", count)

    async def test_what_was_not_counted_is_not_there(self, desk: Desk) -> None:
        personal, ref = desk.catalog.personal, await desk.accept_one("a")
        with pytest.raises(NotFound):
            await personal.get(DEFAULT_WORKSPACE, ref.document)
        await personal.save([PersonalCount(ref, MAIL), PersonalCount(VersionRef(ref.document, 9))])
        for workspace in ("elsewhere", "no\0where"):
            with pytest.raises(NotFound):
                await personal.get(workspace, ref.document)

    async def test_documents_are_listed_by_level_newest_first(self, desk: Desk) -> None:
        personal = desk.catalog.personal
        refs = [await desk.accept_one(source) for source in "abcd"]
        kinds: tuple[dict[PersonalKind, Occurrence], ...] = ({}, MAIL, GRAVE, MAIL)
        await personal.save([PersonalCount(*pair) for pair in zip(refs, kinds, strict=True)])
        first = await personal.find(DEFAULT_WORKSPACE, limit=2)
        rest = await personal.find(DEFAULT_WORKSPACE, limit=2, cursor=first.cursor)
        assert [one.source for one in (*first.items, *rest.items)] == ["d", "c", "b"]
        assert rest.cursor is None
        high = await personal.find(DEFAULT_WORKSPACE, limit=9, level=PersonalLevel.HIGH)
        assert [one.count for one in high.items] == [PersonalCount(refs[2], GRAVE)]
        none = await personal.find(DEFAULT_WORKSPACE, limit=9, level=PersonalLevel.NONE)
        assert [one.source for one in none.items] == ["a"]
        assert (await personal.find("elsewhere", limit=9)).items == ()
        with pytest.raises(InvalidInput):
            await personal.find(DEFAULT_WORKSPACE, limit=9, cursor="foreign")

    async def test_totals_are_of_what_readers_see(self, desk: Desk) -> None:
        personal = desk.catalog.personal
        assert await personal.totals(DEFAULT_WORKSPACE) == PersonalTotals({}, {}, 0)
        live, waiting = await desk.accept_one("a"), await desk.accept_one("b")
        await desk.ingest(live)
        assert await personal.unmeasured(DEFAULT_WORKSPACE, 9) == [live]
        assert await personal.unmeasured(DEFAULT_WORKSPACE, 9, live.document) == []
        assert (await personal.totals(DEFAULT_WORKSPACE)).unmeasured == 1
        await personal.save([PersonalCount(live, GRAVE), PersonalCount(waiting, MAIL)])
        assert await personal.unmeasured(DEFAULT_WORKSPACE, 9) == []
        assert await personal.totals(DEFAULT_WORKSPACE) == PersonalTotals(
            {PersonalLevel.HIGH: 1, PersonalLevel.LOW: 1},
            {PersonalKind.NIR: (1, 1), PersonalKind.EMAIL: (5, 2)},
            0,
        )
        await desk.catalog.documents.delete(DEFAULT_WORKSPACE, [live.document])
        assert (await personal.totals(DEFAULT_WORKSPACE)).kinds == {PersonalKind.EMAIL: (3, 1)}

    async def test_a_workspace_says_where_it_is_masked_and_the_audit_knows(
        self, desk: Desk
    ) -> None:
        policies = desk.catalog.policies
        assert (await policies.plan()).masks(DEFAULT_WORKSPACE) == frozenset()
        wanted = {MaskScope.INDEX, MaskScope.TRACES}
        await policies.mask(DEFAULT_WORKSPACE, wanted, CHANGE)
        plan = await policies.plan()
        assert plan.masks(DEFAULT_WORKSPACE) == wanted
        assert plan.masks("elsewhere") == frozenset()
        await policies.mask(DEFAULT_WORKSPACE, (), CHANGE)
        assert (await policies.plan()).masking == {}
        last, first = await policies.audit()
        assert (first.actor, first.action, first.subject) == ("ada", "masking.set", "default")
        assert (first.before, first.after) == ({"scopes": []}, {"scopes": ["index", "traces"]})
        assert (last.before, last.after) == (first.after, first.before)

    async def test_an_unknown_workspace_is_not_masked(self, desk: Desk) -> None:
        with pytest.raises(NotFound):
            await desk.catalog.policies.mask("nowhere", [MaskScope.INDEX], CHANGE)
        assert await desk.catalog.policies.audit() == []
