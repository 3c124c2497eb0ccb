"""Contract of Assessments: figures, norms and expectations of what was read."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from contracts.errors import InvalidInput, NotFound
from contracts.nouns import DEFAULT_WORKSPACE, VersionRef
from contracts.quality import (
    SAMPLE,
    Assessment,
    Expectations,
    Kind,
    Measured,
    Norm,
    QualityState,
    Reason,
)
from tests.catalog.desk import CHANGE, Desk

KIND = Kind(DEFAULT_WORKSPACE, "text/plain")
SHEET = replace(KIND, media_type="text/csv")
LONG_AGO = date(2020, 1, 1)


def reason(state: QualityState = QualityState.DOUBTFUL, z: float | None = None) -> Reason:
    return Reason("unusual_words", state, "Half of “it”\0 is odd.", "unknown_words", 0.5, z)


def assessed(ref: VersionRef, *reasons: Reason, kind: Kind = KIND, **figures: float) -> Assessment:
    state = reasons[0].state if reasons else QualityState.GOOD
    measured = Measured(figures or {"unknown_words": 1 / 3}, ("Page # of #",))
    return Assessment(ref, kind, 1, measured, state, reasons)


class QualityContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_an_assessment_comes_back_as_it_was(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        quality = desk.catalog.assessments
        clean = replace(reason(z=4.25), sentence="Half of “it” is odd.")
        one = assessed(ref, clean, unknown_words=1 / 3, pages=4)
        await quality.save([assessed(ref)])
        await quality.save([one])
        assert await quality.of(DEFAULT_WORKSPACE, ref.document) == [one]
        (found,) = (await quality.find(None, limit=9)).items
        assert (found.assessment, found.title, found.source) == (one, "Bail", "a")
        assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=5)
        await quality.save([assessed(ref, reason())])
        (kept,) = await quality.of(DEFAULT_WORKSPACE, ref.document)
        assert kept.reasons[0].sentence.replace("\0", "") == clean.sentence

    async def test_nothing_is_kept_of_what_is_gone(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        quality = desk.catalog.assessments
        await quality.save([assessed(ref), assessed(VersionRef(uuid4(), 1))])
        await quality.save([])
        assert len((await quality.find(None, limit=9)).items) == 1
        await desk.delete(ref.document)
        assert (await quality.find(None, limit=9)).items == ()
        with pytest.raises(NotFound):
            await quality.of(DEFAULT_WORKSPACE, ref.document)
        await desk.remove(ref)
        assert await quality.page(KIND, None, 9) == []

    async def test_a_document_of_another_workspace_is_not_found(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        quality = desk.catalog.assessments
        await quality.save([assessed(ref)])
        with pytest.raises(NotFound):
            await quality.of("other", ref.document)
        assert (await quality.find("other", limit=9)).items == ()
        assert (await quality.summary("other", LONG_AGO)).totals == ()

    async def test_the_worst_come_first_and_can_be_chosen(self, desk: Desk) -> None:
        refs = await desk.live_documents("a", "b", "c", "d")
        good, bad, odd, odder = (ref for ref in refs)
        quality = desk.catalog.assessments
        await quality.save(
            [
                assessed(good),
                assessed(odd, reason(z=-4.0)),
                assessed(bad, reason(QualityState.BAD)),
                assessed(odder, reason(z=7.5)),
            ]
        )

        async def found(**wanted: object) -> list[VersionRef]:
            listed = await quality.find(DEFAULT_WORKSPACE, **{"limit": 9, **wanted})  # type: ignore[arg-type]  # the test's own words
            return [one.assessment.ref for one in listed.items]

        assert await found() == [bad, odder, odd, good]
        assert await found(limit=2) == [bad, odder]
        assert await found(state=QualityState.DOUBTFUL) == [odder, odd]
        assert await found(outliers=True) == [odder, odd]

    async def test_pages_go_on_where_the_last_one_ended(self, desk: Desk) -> None:
        refs = await desk.live_documents(*"abcdefg")
        quality = desk.catalog.assessments
        odd = [assessed(ref, reason(z=1 / 3 + number // 2)) for number, ref in enumerate(refs)]
        await quality.save([*odd[:4], *(assessed(ref) for ref in refs[4:])])
        whole = await quality.find(None, limit=9)
        pages = [await quality.find(None, limit=2)]
        await quality.save([assessed(pages[0].items[0].assessment.ref)])  # good now: at the end
        while (cursor := pages[-1].cursor) and len(pages) < len(refs):
            pages.append(await quality.find(None, limit=2, cursor=cursor))
        found = [one.assessment.ref for page in pages for one in page.items]
        assert whole.cursor is None
        assert set(found) == set(refs)
        assert found[:4] == [one.assessment.ref for one in whole.items[:4]]
        for cursor in ("foreign", "Zm9yZWlnbg==", ""):
            with pytest.raises(InvalidInput):
                await quality.find(None, limit=2, cursor=cursor)

    async def test_a_newer_version_takes_the_place_of_the_elder(self, desk: Desk) -> None:
        (first,) = await desk.live_documents("a")
        second = await desk.accept_one("a", "other bytes")
        quality = desk.catalog.assessments
        await quality.save([assessed(first, reason()), assessed(second)])
        (listed,) = (await quality.find(None, limit=9)).items
        assert listed.assessment.ref == second
        both = await quality.of(DEFAULT_WORKSPACE, first.document)
        assert [one.ref.number for one in both] == [2, 1]

    async def test_totals_and_days(self, desk: Desk) -> None:
        refs = await desk.live_documents("a", "b", "c")
        quality = desk.catalog.assessments
        await quality.save(
            [assessed(refs[0]), assessed(refs[1]), assessed(refs[2], reason(), kind=SHEET)]
        )
        found = await quality.summary(None, LONG_AGO)
        assert [(x.media_type, x.state, x.documents) for x in found.totals] == [
            ("text/csv", QualityState.DOUBTFUL, 1),
            ("text/plain", QualityState.GOOD, 2),
        ]
        assert sum(day.documents for day in found.days) == 3
        tomorrow = datetime.now(UTC).date() + timedelta(days=2)
        assert (await quality.summary(None, tomorrow)).days == ()

    async def test_norms_come_with_the_sample_and_follow_it(self, desk: Desk) -> None:
        count = SAMPLE + 3
        refs = await desk.live_documents(*(f"{n}" for n in range(count)))
        quality = desk.catalog.assessments
        saved = [assessed(ref, share=n / 8, characters=999) for n, ref in enumerate(refs)]
        await quality.save(saved[: SAMPLE - 1])
        assert await quality.renew() == []
        await quality.save(saved[:SAMPLE])
        assert await quality.renew() == [KIND]
        assert await quality.renew() == [KIND], "whoever was to judge by them may have been killed"
        assert await quality.renew("other") == []
        await quality.judged(KIND)
        assert await quality.renew() == []
        norms, _ = (await quality.standards([DEFAULT_WORKSPACE])).of(KIND)
        assert norms["share"] == Norm(SAMPLE, 9.5 / 8, 5 / 8)
        characters = norms["characters"]
        assert (characters.count, characters.mad) == (SAMPLE, 0.0)
        assert characters.median == pytest.approx(math.log(1000))
        await quality.save(saved[: SAMPLE + 1])
        assert await quality.renew() == []
        await quality.save(saved)
        assert await quality.renew("other") == []
        assert await quality.renew() == [KIND]
        assert await quality.renew(force=True) == [KIND]
        assert (await quality.standards(["other"])).norms == {}

    async def test_expectations_are_kept_with_an_audit_row(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        quality = desk.catalog.assessments
        await quality.save([assessed(ref)])
        nothing = (await quality.standards([DEFAULT_WORKSPACE])).of(KIND)
        assert nothing == ({}, Expectations())
        wanted = Expectations(("fr", "en"), min_characters_per_page=100, max_unknown_words=0.25)
        await quality.expect(DEFAULT_WORKSPACE, wanted, CHANGE)
        _, expected = (await quality.standards([DEFAULT_WORKSPACE])).of(KIND)
        assert expected == wanted
        (row,) = await desk.catalog.policies.audit(1)
        assert (row.action, row.subject, row.actor) == ("quality.expect", "default", CHANGE.actor)
        assert row.after["max_unknown_words"] == 0.25
        assert await quality.renew() == [KIND]  # judged by them, however few there are
        await quality.judged(KIND)
        assert await quality.renew() == []
        with pytest.raises(NotFound):
            await quality.expect("nowhere", wanted, CHANGE)

    async def test_what_is_not_measured_by_these_rules_is_found_in_order(self, desk: Desk) -> None:
        refs = sorted(await desk.live_documents("a", "b", "c", "d"))
        await desk.accept_one("not read yet")
        quality = desk.catalog.assessments
        await quality.save([assessed(refs[1])])
        assert await quality.unmeasured(1, None, 9) == [refs[0], *refs[2:]]
        assert await quality.unmeasured(2, None, 9) == refs
        assert await quality.unmeasured(2, refs[0], 2) == refs[1:3]
        assert await quality.unmeasured(2, None, 9, "other") == []
        await desk.delete(refs[0].document)
        assert await quality.unmeasured(2, None, 9) == refs[1:]

    async def test_pages_of_a_kind_follow_each_other(self, desk: Desk) -> None:
        refs = sorted(await desk.live_documents("a", "b", "c"))
        quality = desk.catalog.assessments
        await quality.save([assessed(ref) for ref in refs])
        first = await quality.page(KIND, None, 2)
        rest = await quality.page(KIND, first[-1].ref, 2)
        assert [one.ref for one in first + rest] == refs
        assert await quality.page(SHEET, None, 9) == []
