"""Contract of Review: what waits for a person, from every source, as one list."""

from uuid import UUID, uuid4

import pytest

from contracts.errors import InvalidInput, NotFound, Unreadable
from contracts.likeness import Decision, Fingerprint, Likeness, Link
from contracts.nouns import DEFAULT_WORKSPACE, VersionRef
from contracts.policy import Change
from contracts.quality import Assessment, Kind, Measured, QualityState, Reason
from contracts.review import ReviewPage, ReviewSource
from tests.catalog.desk import CHANGE, Desk, arrival

READING, QUALITY, LIKENESS = ReviewSource
STRANGE = Reason("unusual_unknown_words", QualityState.DOUBTFUL, "Many.", "unknown_words", 0.3, 4.5)
WRONG = Reason("wrong_encoding", QualityState.BAD, "Wrong.", "mojibake", 0.1)


async def refused(desk: Desk, source: str) -> VersionRef:
    """A document that could not be read."""
    ref = await desk.accept_one(source)
    await desk.catalog.ledger.quarantine(ref, Unreadable.ENCRYPTED, "It has a password.")
    return ref


async def live(desk: Desk, *sources: str) -> list[VersionRef]:
    """Documents that came one after the other: of one transaction, any is the elder."""
    return [(await desk.live_documents(source))[0] for source in sources]


async def judged(desk: Desk, ref: VersionRef, *reasons: Reason) -> None:
    kind, state = Kind(DEFAULT_WORKSPACE, "text/plain"), QualityState.GOOD
    state = reasons[0].state if reasons else state
    one = Assessment(ref, kind, 1, Measured({"unknown_words": 0.3}), state, reasons)
    await desk.catalog.assessments.save([one])


async def linked(desk: Desk, elder: VersionRef, younger: VersionRef, verdict: Likeness) -> None:
    likeness = desk.catalog.likeness
    for ref in (elder, younger):
        await likeness.keep({ref: Fingerprint(b"text")}, 1)
    link = Link(younger.document, elder.document, verdict, 0.9)
    await likeness.link([younger.document], [link])


async def listed(
    desk: Desk, source: ReviewSource | None = None
) -> list[tuple[UUID, list[tuple[ReviewSource, str]]]]:
    page = await desk.catalog.review.find(DEFAULT_WORKSPACE, limit=50, source=source)
    return [
        (one.document.id, [(matter.source, matter.code) for matter in one.matters])
        for one in page.entries
    ]


class ReviewContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_nothing_waits_about_what_is_well(self, desk: Desk) -> None:
        a, b = await live(desk, "a", "b")
        await judged(desk, a)
        await linked(desk, a, b, Likeness.SAME_TEMPLATE)
        await desk.accept_one("on its way")
        assert await desk.catalog.review.find(DEFAULT_WORKSPACE, limit=9) == ReviewPage((), None)
        assert await desk.catalog.review.counts(DEFAULT_WORKSPACE) == dict.fromkeys(ReviewSource, 0)

    async def test_every_source_is_in_one_list_by_document_the_newest_first(
        self, desk: Desk
    ) -> None:
        locked = await refused(desk, "refused")
        elder, copy = await live(desk, "elder", "copy")
        await judged(desk, copy, WRONG, STRANGE)
        await linked(desk, elder, copy, Likeness.NEAR_COPY)
        page = await desk.catalog.review.find(DEFAULT_WORKSPACE, limit=9)
        newest, oldest = page.entries
        assert (newest.document.id, newest.version, newest.document.title) == (*_of(copy), "Bail")
        quality, likeness = newest.matters
        assert (quality.source, quality.code) == (QUALITY, "wrong_encoding")
        assert quality.reasons == (WRONG, STRANGE)
        assert (likeness.source, likeness.code) == (LIKENESS, "near_copy")
        assert likeness.other is not None
        assert (likeness.other.id, likeness.other.source) == (elder.document, "elder")
        assert (oldest.document.id, oldest.document.source) == (locked.document, "refused")
        (reading,) = oldest.matters
        assert (reading.source, reading.code) == (READING, "encrypted")
        assert reading.detail == "It has a password."

    async def test_a_source_can_be_chosen_and_all_are_counted(self, desk: Desk) -> None:
        locked = await refused(desk, "refused")
        elder, copy = await live(desk, "elder", "copy")
        await judged(desk, copy, STRANGE)
        await linked(desk, elder, copy, Likeness.SAME_TEXT)
        assert await listed(desk, READING) == [(locked.document, [(READING, "encrypted")])]
        assert await listed(desk, LIKENESS) == [(copy.document, [(LIKENESS, "same_text")])]
        assert await desk.catalog.review.counts(DEFAULT_WORKSPACE) == dict.fromkeys(ReviewSource, 1)

    async def test_pages_follow_each_other_by_document(self, desk: Desk) -> None:
        refs = [await refused(desk, str(n)) for n in range(5)]
        await judged(desk, refs[3], STRANGE)
        review, cursor, seen = desk.catalog.review, None, list[UUID]()
        for size in (2, 2, 1):
            page = await review.find(DEFAULT_WORKSPACE, limit=2, cursor=cursor)
            assert len(page.entries) == size
            seen += [one.document.id for one in page.entries]
            cursor = page.cursor
        assert cursor is None
        assert seen == [ref.document for ref in reversed(refs)]
        with pytest.raises(InvalidInput):
            await review.find(DEFAULT_WORKSPACE, limit=2, cursor="foreign")

    async def test_what_is_done_waits_no_longer(self, desk: Desk) -> None:
        gone, replaced = await refused(desk, "gone"), await refused(desk, "replaced")
        elder, copy, other = await live(desk, "elder", "copy", "other")
        for younger in (copy, other):
            await linked(desk, elder, younger, Likeness.SAME_FILE)
        assert len(await listed(desk)) == 4
        await desk.delete(gone.document)
        await desk.accept(arrival("replaced", "mended"))
        decide = desk.catalog.likeness.decide
        pair = (elder.document, copy.document)
        await decide(DEFAULT_WORKSPACE, *pair, Decision.APART, CHANGE)
        assert await listed(desk) == [(other.document, [(LIKENESS, "same_file")])]
        await desk.delete(elder.document)
        assert await listed(desk) == []
        assert replaced.number == 1

    async def test_what_is_settled_comes_back_with_the_next_version_only(self, desk: Desk) -> None:
        ref, review = await refused(desk, "a"), desk.catalog.review
        await judged(desk, ref, STRANGE)
        settled = (DEFAULT_WORKSPACE, ref.document)
        await review.settle(*settled, READING, Change("ada"))
        assert await listed(desk) == [(ref.document, [(QUALITY, "unusual_unknown_words")])]
        row, *_ = await desk.catalog.policies.audit()
        assert (row.actor, row.action, row.subject) == ("ada", "review.settle", str(ref.document))
        assert row.after == {"source": "reading", "version": 1, "workspace": DEFAULT_WORKSPACE}
        await review.settle(*settled, QUALITY, CHANGE)
        assert await listed(desk) == []
        second = await desk.accept_one("a", "more")
        await desk.catalog.ledger.quarantine(second, Unreadable.EMPTY, "Nothing in it.")
        assert await listed(desk) == [(ref.document, [(READING, "empty")])]

    async def test_what_is_settled_comes_back_when_it_is_read_again_and_fails_again(
        self, desk: Desk
    ) -> None:
        ref, other = await refused(desk, "a"), await refused(desk, "b")
        for one in (ref, other):
            await desk.catalog.review.settle(DEFAULT_WORKSPACE, one.document, READING, CHANGE)
        assert await desk.catalog.handling.retry(DEFAULT_WORKSPACE, [ref.document]) == [
            ref.document
        ]
        assert await listed(desk) == []
        await desk.catalog.ledger.quarantine(ref, Unreadable.ENCRYPTED, "It has a password.")
        assert await listed(desk) == [(ref.document, [(READING, "encrypted")])]

    async def test_only_what_waits_can_be_settled(self, desk: Desk) -> None:
        ref, review = await refused(desk, "a"), desk.catalog.review
        await desk.catalog.people.add_workspace("other")
        for workspace, document, source in (
            (DEFAULT_WORKSPACE, ref.document, QUALITY),
            (DEFAULT_WORKSPACE, uuid4(), READING),
            ("other", ref.document, READING),
        ):
            with pytest.raises(NotFound):
                await review.settle(workspace, document, source, CHANGE)
        with pytest.raises(InvalidInput):
            await review.settle(DEFAULT_WORKSPACE, ref.document, LIKENESS, CHANGE)
        assert await desk.catalog.policies.audit() == []
        assert (await review.find("other", limit=9)).entries == ()


def _of(ref: VersionRef) -> tuple[UUID, int]:
    return ref.document, ref.number
