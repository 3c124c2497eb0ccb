"""What is counted of people as documents are read, and what is left of it where it is masked."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from contracts.nouns import (
    DEFAULT_WORKSPACE,
    Card,
    Heading,
    PanelName,
    PanelQuery,
    Part,
    Reading,
    VersionRef,
)
from contracts.personal import (
    MaskScope,
    Occurrence,
    PersonalCount,
    PersonalKind,
    PersonalLevel,
)
from contracts.record import KeptReading
from ingestion.screening import TOGETHER, Count, Screen
from tests.fakes.personal import AtSignFinder
from tests.ingestion.house import GENERATION, ME, House

NIR = "295109912611193"
MAILS = f"Write to ada@a.org or\nbob@b.org, and\nnumber {NIR}"


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path).open()


async def masked(house: House, *scopes: MaskScope) -> None:
    await house.catalog.policies.mask(DEFAULT_WORKSPACE, scopes, ME)


async def test_what_is_read_is_counted_and_nothing_is_changed(house: House) -> None:
    receipt = await house.pour(MAILS)
    await house.run()
    told = await house.catalog.personal.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert told.count.level is PersonalLevel.HIGH
    assert told.count.found == {
        PersonalKind.EMAIL: Occurrence(2, (1,)),
        PersonalKind.NIR: Occurrence(1, (1,)),
    }
    assert await house.both() == set(MAILS.splitlines())


async def test_what_stands_beside_a_mask_is_found_as_before(house: House) -> None:
    await masked(house, MaskScope.INDEX)
    await house.pour(MAILS)
    await house.run()
    for words, lines in (("Write to", {"Write to [EMAIL] or"}), ("ada@a.org", set())):
        query = PanelQuery(DEFAULT_WORKSPACE, GENERATION, words, None, 10)
        for panel in house.panels.values():
            found = (await panel.search(query)).passages.values()
            assert {one.chunk.text for one in found} == lines


async def test_a_document_without_any_is_counted_too(house: House) -> None:
    receipt = await house.pour("nobody")
    await house.run()
    told = await house.catalog.personal.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert told.count == PersonalCount(receipt.ref)
    assert told.count.level is PersonalLevel.NONE


@pytest.mark.parametrize("scope", [MaskScope.PROMPTS, MaskScope.TRACES])
async def test_masks_elsewhere_leave_what_is_kept_alone(house: House, scope: MaskScope) -> None:
    await masked(house, scope)
    await house.pour(MAILS)
    await house.run()
    assert await house.both() == set(MAILS.splitlines())


async def test_a_masked_index_holds_no_value_and_is_counted_all_the_same(house: House) -> None:
    await masked(house, MaskScope.INDEX)
    receipt = await house.pour(MAILS)
    await house.run()
    assert await house.both() == {"Write to [EMAIL] or", "[EMAIL], and", "number [NIR]"}
    (part,) = await house.catalog.documents.parts(DEFAULT_WORKSPACE, receipt.ref)
    assert part.text == "Write to [EMAIL] or\n[EMAIL], and\nnumber [NIR]"
    for chunk in house.vector.chunks.values():
        assert part.text[chunk.chunk.span.start : chunk.chunk.span.end] == chunk.chunk.text
        assert not chunk.mentions
    told = await house.catalog.personal.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert told.count.level is PersonalLevel.HIGH
    record, where = await house.catalog.documents.original(DEFAULT_WORKSPACE, receipt.ref.document)
    assert (await house.catalog.blobs.path(where.blob)).read_text() == MAILS
    assert record.size == len(MAILS)
    assert (await house.parity()).clean


MASKED = {"Write to [EMAIL] or", "[EMAIL], and", "number [NIR]"}


async def test_a_rebuilt_panel_is_as_masked_as_it_was(house: House) -> None:
    await masked(house, MaskScope.INDEX)
    await house.pour(MAILS)
    await house.run()
    await masked(house)
    await house.rebuild.begin(PanelName.GRAPH, PanelName.VECTOR, ME)
    await house.rest()
    assert await house.both() == MASKED
    assert (await house.parity()).clean


async def test_what_is_read_of_the_originals_again_is_masked_as_is_wanted_now(house: House) -> None:
    await house.pour(MAILS)
    await house.run()
    await masked(house, MaskScope.INDEX)
    await house.rebuild.begin(PanelName.GRAPH, "originals", ME)
    await house.rest()
    assert await house.both() == MASKED
    assert (await house.parity()).clean


async def test_what_is_there_stays_until_it_is_read_again(house: House) -> None:
    await house.pour(MAILS)
    await house.run()
    await masked(house, MaskScope.INDEX)
    await house.rest()
    assert await house.both() == set(MAILS.splitlines())
    await house.pour(MAILS + "\nmore")
    await house.run()
    assert await house.both() == {"Write to [EMAIL] or", "[EMAIL], and", "number [NIR]", "more"}


async def test_counting_survives_a_crash_before_the_reading_was_kept(house: House) -> None:
    class Lost(Exception):
        pass

    class LosesReadings:
        def __getattr__(self, name: str) -> object:
            return getattr(house.catalog.ledger, name)

        async def save_readings(self, *_: object) -> None:
            raise Lost

    receipt = await house.pour(MAILS)
    house.wire(LosesReadings(), house.panels)  # type: ignore[arg-type]  # all but one verb pass on
    with pytest.raises(Lost):
        await house.reconcile([receipt.ref.document])
    house.wire(house.catalog.ledger, house.panels)
    await house.reconcile([receipt.ref.document])
    told = await house.catalog.personal.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert told.count.found[PersonalKind.EMAIL].count == 2


SCREEN = Count(AtSignFinder())


async def screened(tmp_path: Path, reading: Reading, card: Card) -> KeptReading:
    house = await House(tmp_path).open()
    await masked(house, MaskScope.INDEX)
    screen = Screen(SCREEN, house.catalog.personal, house.catalog.policies)
    (kept,) = await screen([KeptReading((await house.pour("x")).ref, reading, card)])
    return kept


async def test_headings_follow_their_words(tmp_path: Path) -> None:
    text = "from a@a.org\nTo b@b.org now\nbody c@c.org\nEnd"
    headings = (
        Heading(text.index("To"), 1, "To b@b.org now"),
        Heading(text.index("End"), 2, "End"),
        Heading(0, 3, "SPELT b@b.org otherwise"),
    )
    reading = Reading("text/plain", (Part(0, "tab d@d.org", text, 7, headings),), "T e@e.org")
    metadata = {"from": "Ada a@a.org", "to": ["b@b.org", 3], "deep": {"cc": "c@c.org"}, "n": 1}
    card = Card(DEFAULT_WORKSPACE, "T e@e.org", "src a@a.org", "text/plain", "x@x.org", metadata)
    kept = await screened(tmp_path, replace(reading, metadata={"from": "a@a.org"}), card)
    (part,) = kept.reading.parts
    assert part.text == "from [EMAIL]\nTo [EMAIL] now\nbody [EMAIL]\nEnd"
    assert (part.label, part.page) == ("tab [EMAIL]", 7)
    for one in part.headings[:2]:
        assert part.text[one.start :].startswith(one.text)
    assert [one.text for one in part.headings] == [
        "To [EMAIL] now", "End", "SPELT [EMAIL] otherwise",
    ]  # fmt: skip
    assert (kept.reading.title, kept.card.title) == ("T [EMAIL]", "T [EMAIL]")
    assert kept.reading.metadata == {"from": "[EMAIL]"}
    assert kept.card.metadata == {
        "from": "Ada [EMAIL]", "to": ["[EMAIL]", 3], "deep": {"cc": "[EMAIL]"}, "n": 1,
    }  # fmt: skip
    # What the client knows the document by.
    assert (kept.card.source, kept.card.external_id) == ("src a@a.org", "x@x.org")


async def test_what_is_masked_is_among_no_doubtful_words(tmp_path: Path) -> None:
    words = ("b\u0332@b.org", "Z\u033263,")
    reading = Reading("text/plain", (Part(0, "p", "b@b.org Z63, so", doubtful=words),))
    kept = await screened(tmp_path, reading, Card(DEFAULT_WORKSPACE, "T", "src", "text/plain"))
    assert kept.reading.parts[0].doubtful == ("Z\u033263,",)


async def test_pages_are_told_once_each(tmp_path: Path) -> None:
    house = await House(tmp_path).open()
    ref = (await house.pour("x")).ref
    parts = tuple(
        Part(i, "p", text, page)
        for i, (text, page) in enumerate(
            [("a@a.org b@b.org", 4), ("nothing", 5), ("c@c.org", 6), ("d@d.org", None)]
        )
    )
    card = Card(DEFAULT_WORKSPACE, "t", "s", "text/plain")
    screen = Screen(SCREEN, house.catalog.personal, house.catalog.policies)
    await screen([KeptReading(ref, Reading("text/plain", parts), card)])
    told = await house.catalog.personal.get(DEFAULT_WORKSPACE, ref.document)
    assert told.count.found == {PersonalKind.EMAIL: Occurrence(4, (4, 6))}


async def test_headings_are_masked_that_are_spelt_otherwise_than_the_text(tmp_path: Path) -> None:
    parts = (Part(0, "", "Write to ada at a.org", None, (Heading(0, 1, "Write to ada@a.org"),)),)
    card = Card(DEFAULT_WORKSPACE, "t", "s", "text/plain")
    kept = await screened(tmp_path, Reading("text/plain", parts), card)
    assert [one.text for one in kept.reading.parts[0].headings] == ["Write to [EMAIL]"]


async def test_what_has_no_text_any_more_keeps_no_other_from_being_measured(house: House) -> None:
    refs = [(await house.pour(MAILS, f"{n}")).ref for n in range(TOGETHER + 1)]
    await house.run()
    house.catalog.personal.kept.clear()
    for ref in refs[:-1]:
        version = house.catalog.tables.version(ref)
        assert version
        version.kept = None
    assert await house.measure(DEFAULT_WORKSPACE, lambda *_: None) == 1
    assert set(house.catalog.personal.kept) == {refs[-1]}


async def test_documents_of_before_are_measured_where_they_lie(house: House) -> None:
    refs = [(await house.pour(MAILS, source)).ref for source in ("a", "b", "c")]
    await house.run()
    for ref in refs[:2]:
        del house.catalog.personal.kept[ref]
    seen: list[tuple[int, int]] = []
    reads = house.reader.reads
    assert await house.measure(DEFAULT_WORKSPACE, lambda *far: seen.append(far)) == 2
    assert seen == [(0, 2), (2, 2)]
    assert house.reader.reads == reads
    for ref in refs:
        told = await house.catalog.personal.get(DEFAULT_WORKSPACE, ref.document)
        assert told.count.found[PersonalKind.NIR] == Occurrence(1, (1,))
    assert await house.measure(DEFAULT_WORKSPACE, lambda *_: None) == 0


def test_an_account_is_grave_unless_an_enterprise_claims_it() -> None:
    ref = VersionRef(UUID(int=1), 1)
    seen = Occurrence(1, (1,))

    def level(*kinds: PersonalKind) -> PersonalLevel:
        return PersonalCount(ref, dict.fromkeys(kinds, seen)).level

    assert level() is PersonalLevel.NONE
    assert level(PersonalKind.EMAIL, PersonalKind.PHONE, PersonalKind.INN) is PersonalLevel.LOW
    assert level(PersonalKind.IBAN, PersonalKind.EMAIL) is PersonalLevel.HIGH
    assert level(PersonalKind.IBAN, PersonalKind.SIRET) is PersonalLevel.LOW
    for kind in ("nir", "card", "passport", "snils"):
        assert level(PersonalKind(kind), PersonalKind.SIRET) is PersonalLevel.HIGH
