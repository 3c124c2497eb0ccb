"""What becomes of documents that are alike: links, merging, putting apart."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from contracts.errors import CatalogUnavailable, Conflict, InvalidInput, NotFound
from contracts.likeness import Decision, Likeness, Twins
from contracts.nouns import DEFAULT_WORKSPACE, PanelName
from contracts.record import VersionState
from ingestion.comparing import CompareStored
from ingestion.deciding import Decide
from tests.fakes.likeness import InMemoryLikeness
from tests.ingestion.house import House
from tests.ingestion.twinning import dice, invoice, letter, other_format, scan

LETTER = letter("en", "roof", "Alice")


class Killed(InMemoryLikeness):
    """Ends the process when something is to be decided."""

    async def decide(self, *_: object) -> None:
        raise CatalogUnavailable("Killed.", "Again.")


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path).open()


@pytest.fixture
def decide(house: House) -> Decide:
    return Decide(house.catalog.documents, house.catalog.likeness, house.discard)


async def linked(house: House) -> list[Twins]:
    return list((await house.catalog.likeness.find(DEFAULT_WORKSPACE, limit=100)).items)


async def verdicts(house: House) -> dict[tuple[str, str], Likeness]:
    return {(x.document.source, x.other.source): x.verdict for x in await linked(house)}


async def poured(house: House, text: str | bytes, source: str) -> UUID:
    receipt = await house.pour(text, source)
    await house.run()
    return receipt.ref.document


async def test_each_way_of_being_alike_is_told(house: House) -> None:
    await poured(house, LETTER, "letter")
    await poured(house, LETTER, "again")
    await poured(house, other_format(LETTER, dice(1)), "other format")
    await poured(house, scan(0.03)(LETTER, dice(1)), "scan")
    await poured(house, letter("en", "roof", "Bob"), "next letter")
    await poured(house, invoice("en", "Kiln", 1), "invoice")
    found = await verdicts(house)
    assert found["letter", "again"] is Likeness.SAME_FILE
    assert found["letter", "other format"] is Likeness.SAME_TEXT
    assert found["letter", "scan"] is Likeness.NEAR_COPY
    assert found["letter", "next letter"] is Likeness.SAME_TEMPLATE
    assert not [pair for pair in found if "invoice" in pair]


async def test_copies_that_come_together_find_each_other_once(house: House) -> None:
    for source in ("one", "two"):
        await house.pour(LETTER, source)
    await house.run()
    assert await verdicts(house) == {("one", "two"): Likeness.SAME_FILE}


async def test_a_replaced_text_is_like_others_than_before(house: House) -> None:
    await poured(house, LETTER, "one")
    await poured(house, LETTER, "two")
    await poured(house, invoice("fr", "Kiln", 1), "two")
    assert await linked(house) == []


async def test_alike_documents_are_not_dropped(house: House) -> None:
    await poured(house, LETTER, "one")
    two = await poured(house, LETTER, "two")
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, two)
    assert record.state is VersionState.LIVE
    assert {c.document for c in house.vector.chunks} > {two}


async def test_what_was_ingested_before_is_compared_from_its_text(house: House) -> None:
    for source in ("one", "two"):
        await poured(house, LETTER, source)
    catalog = house.catalog
    catalog.likeness.forget()
    assert await linked(house) == []
    stored = CompareStored(catalog.ledger, catalog.likeness, house.compare)
    assert [count async for count in stored()] == [2]
    assert await verdicts(house) == {("one", "two"): Likeness.SAME_FILE}
    assert [count async for count in stored()] == []


async def test_merging_makes_the_others_bytes_the_newest_version(
    house: House, decide: Decide
) -> None:
    one = await poured(house, scan(0.03)(LETTER, dice(1)), "one")
    two = await poured(house, LETTER, "two")
    await decide(DEFAULT_WORKSPACE, one, two, Decision.MERGE, "Ada")
    await house.run()
    record, where = await house.catalog.documents.original(DEFAULT_WORKSPACE, one)
    assert (record.source, record.version, record.live) == ("one", 2, 2)
    assert (await house.catalog.blobs.path(where.blob)).read_text() == LETTER
    assert await house.both() == set(LETTER.splitlines())
    assert {c.document for panel in (house.vector, house.graph) for c in panel.chunks} == {one}
    with pytest.raises(NotFound):
        await house.catalog.documents.get(DEFAULT_WORKSPACE, two)
    assert await linked(house) == []
    assert (await house.parity()).clean


async def test_what_was_merged_is_split_again(house: House, decide: Decide) -> None:
    one = await poured(house, scanned := scan(0.03)(LETTER, dice(1)), "one")
    two = await poured(house, LETTER, "two")
    await decide(DEFAULT_WORKSPACE, one, two, Decision.MERGE, "Ada")
    await house.run()
    back = await house.discard.restore(DEFAULT_WORKSPACE, two)
    await house.run()
    assert await house.both() == set(LETTER.splitlines()) | set(scanned.splitlines())
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, one)
    assert (record.source, record.live) == ("one", 3)
    again = await house.catalog.documents.get(DEFAULT_WORKSPACE, back.ref.document)
    assert again.source == "two"
    assert await verdicts(house) == {("one", "two"): Likeness.NEAR_COPY}
    assert house.catalog.tables.merged == {}
    assert (await house.parity()).clean


async def test_splitting_leaves_a_document_that_changed_since(house: House, decide: Decide) -> None:
    one = await poured(house, scan(0.03)(LETTER, dice(1)), "one")
    two = await poured(house, LETTER, "two")
    await decide(DEFAULT_WORKSPACE, one, two, Decision.MERGE, "Ada")
    await poured(house, "New words.", "one")
    await house.discard.restore(DEFAULT_WORKSPACE, two)
    await house.run()
    assert await house.both() == {"New words.", *LETTER.splitlines()}


async def test_merging_with_itself_is_refused(house: House, decide: Decide) -> None:
    one = await poured(house, LETTER, "one")
    with pytest.raises(InvalidInput):
        await decide(DEFAULT_WORKSPACE, one, one, Decision.MERGE, "Ada")


async def test_merging_that_is_killed_goes_on_when_it_is_repeated(
    house: House, decide: Decide
) -> None:
    one, two = [await poured(house, f"{LETTER}{x}", x) for x in ("one", "two")]
    killed = Decide(house.catalog.documents, Killed(house.catalog.tables), house.discard)
    with pytest.raises(CatalogUnavailable):
        await killed(DEFAULT_WORKSPACE, one, two, Decision.MERGE, "Ada")
    await house.run()
    assert (await house.catalog.documents.get(DEFAULT_WORKSPACE, two)).live == 1
    await decide(DEFAULT_WORKSPACE, one, two, Decision.MERGE, "Ada")
    await house.run()
    assert (await house.catalog.documents.get(DEFAULT_WORKSPACE, one)).version == 2
    assert {c.document for c in house.vector.chunks} == {one}


async def test_what_cannot_be_read_takes_no_ones_place(house: House, decide: Decide) -> None:
    one = await poured(house, LETTER, "one")
    bad = await poured(house, b"\xff\xfe\xfd", "bad")
    with pytest.raises(Conflict):
        await decide(DEFAULT_WORKSPACE, one, bad, Decision.MERGE, "Ada")
    for wrong in ((one, uuid4()), (uuid4(), one)):
        with pytest.raises(NotFound):
            await decide(DEFAULT_WORKSPACE, *wrong, Decision.MERGE, "Ada")
    assert len(await house.texts(house.panels[PanelName.VECTOR])) > 1


async def test_what_is_put_apart_stays_and_is_not_shown_again(house: House, decide: Decide) -> None:
    one, two = [await poured(house, LETTER, source) for source in ("one", "two")]
    await decide(DEFAULT_WORKSPACE, one, two, Decision.APART, "Ada")
    assert await linked(house) == []
    await poured(house, f"{LETTER} 1", "two")
    await poured(house, LETTER, "two")
    assert await linked(house) == []
    assert house.catalog.tables.audit[-1].actor == "Ada"
