"""Quality through a whole ingestion: kept with the record, judged again, never in the way."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import CatalogUnavailable
from contracts.nouns import DEFAULT_WORKSPACE
from contracts.quality import SAMPLE, Assessment, Assessments, Expectations, QualityState
from contracts.record import VersionState
from ingestion.quality.assessing import Assess
from ingestion.quality.renewing import RenewQuality
from tests.fakes.quality import OneLanguage
from tests.ingestion.house import House
from tests.ingestion.quality_material import ENGLISH

STRANGE = " ".join(f"wordx{'abcdefghij'[n % 10]}" for n in range(40))
SLIGHTLY = ENGLISH.replace("the ", "txe ").replace("rent", "rxnt").replace("and ", "axd ")
"""A fifth of the words is spoilt: odd beside its like, no more."""


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path / "house").open()


async def quality(house: House, source: str) -> Assessment:
    page = await house.catalog.assessments.find(DEFAULT_WORKSPACE, limit=999)
    return next(one.assessment for one in page.items if one.source == source)


async def test_what_is_ingested_is_assessed(house: House) -> None:
    await house.pour(ENGLISH, "good.txt")
    await house.pour(STRANGE, "strange.txt")
    await house.run()
    assert (await quality(house, "good.txt")).state is QualityState.GOOD
    strange = await quality(house, "strange.txt")
    assert strange.state is QualityState.BAD
    assert strange.reasons[0].code == "unknown_words"
    assert house.metrics.assessed_as == {"good": 1, "bad": 1}


async def test_the_first_documents_are_judged_again_once_there_is_a_norm(house: House) -> None:
    await house.pour(SLIGHTLY, "odd.txt")
    await house.run()
    assert (await quality(house, "odd.txt")).state is QualityState.GOOD
    for number in range(SAMPLE):
        await house.pour(f"{ENGLISH} Copy {number}.", f"{number}.txt")
    await house.run()
    assert await house.renew.renew() == 1
    odd = await quality(house, "odd.txt")
    assert odd.state is QualityState.DOUBTFUL
    assert odd.reasons[0].code == "unusual_unknown_words"
    await house.pour(SLIGHTLY + " Again.", "another.txt")
    await house.run()
    assert (await quality(house, "another.txt")).state is QualityState.DOUBTFUL


async def test_expectations_change_what_is_thought_of_all(house: House) -> None:
    await house.pour(ENGLISH)
    await house.run()
    assert await house.renew.expect(DEFAULT_WORKSPACE, Expectations(("ru",)), "ada") == 1
    assert (await quality(house, "a.txt")).state is QualityState.DOUBTFUL
    await house.pour(ENGLISH + " More.", "b.txt")
    await house.run()
    assert (await quality(house, "b.txt")).state is QualityState.DOUBTFUL
    assert await house.renew.expect(DEFAULT_WORKSPACE, Expectations(), "ada") == 2


async def test_what_was_read_before_is_measured_from_the_stored_text(house: House) -> None:
    for number in range(45):
        await house.pour(f"{ENGLISH} {number}", f"{number}.txt")
    await house.run()
    reads = house.reader.reads
    house.catalog.assessments.forget()
    told: list[int] = []
    assert await house.renew.measure(told=told.append) == 45
    assert told == [20, 40, 45]
    assert house.reader.reads == reads
    assert (await quality(house, "7.txt")).state is QualityState.GOOD
    assert await house.renew.measure() == 0


class Breaking:
    """A dictionary with a defect."""

    def unknown(self, words: Sequence[str], language: str) -> int:
        raise ZeroDivisionError(f"{len(words)} {language}")


async def test_a_defect_in_a_figure_keeps_no_document_from_its_readers(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    catalog = house.catalog
    house.assess = Assess(catalog.assessments, Breaking(), OneLanguage(), house.metrics)
    house.wire(catalog.ledger, house.panels)
    receipt = await house.pour(ENGLISH)
    await house.run()
    record = await catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert record.state is VersionState.LIVE
    assert (await catalog.assessments.find(None, limit=9)).items == ()
    assert "was not measured" in caplog.text
    caplog.clear()


async def test_the_duty_looks_once_a_minute(house: House) -> None:
    renew = RenewQuality(house.catalog.ledger, house.catalog.assessments, house.assess)
    await renew.step()
    for number in range(SAMPLE):
        await house.pour(f"{ENGLISH} Copy {number}.", f"{number}.txt")
    await house.catalog.queue.drain(house.reconcile)
    await renew.step()
    assert (await house.catalog.assessments.standards([DEFAULT_WORKSPACE])).norms == {}


class Killed:
    """Assessments whose caller dies before it can save any."""

    def __init__(self, assessments: Assessments) -> None:
        self._assessments = assessments

    def __getattr__(self, name: str) -> Any:
        return getattr(self._assessments, name)

    async def save(self, assessments: Sequence[Assessment]) -> None:
        raise CatalogUnavailable(f"{len(assessments)} were to be saved.", "Save them again.")


async def test_who_is_killed_while_judging_leaves_the_rest_to_the_next(house: House) -> None:
    await house.pour(ENGLISH)
    await house.run()
    catalog = house.catalog
    killed: Any = Killed(catalog.assessments)
    with pytest.raises(CatalogUnavailable):
        await RenewQuality(catalog.ledger, killed, house.assess).expect(
            DEFAULT_WORKSPACE, Expectations(("ru",)), "ada"
        )
    assert (await quality(house, "a.txt")).state is QualityState.GOOD
    assert await house.renew.renew() == 1
    assert (await quality(house, "a.txt")).state is QualityState.DOUBTFUL
    assert await house.renew.renew() == 0
