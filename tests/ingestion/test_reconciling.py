"""What ends in the panels, whatever happens on the way."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from contracts.errors import CatalogUnavailable, NotFound, TooLarge
from contracts.nouns import DEFAULT_WORKSPACE, EmbeddedChunk, PanelName, StagedVersion
from contracts.record import VersionState
from tests.ingestion.crashing import kill_everywhere
from tests.ingestion.house import LIMIT, House
from tests.panels.fake import InMemoryPanel


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path).open()


async def test_a_document_becomes_live_in_both_panels(house: House) -> None:
    receipt = await house.pour("one\ntwo")
    await house.run()
    assert await house.both() == {"one", "two"}
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert record.state is VersionState.LIVE
    assert {p.panel: p.chunks for p in record.panels} == {PanelName.VECTOR: 2, PanelName.GRAPH: 2}


async def test_the_same_bytes_again_do_nothing(house: House) -> None:
    await house.pour("one")
    await house.run()
    again = await house.pour("one")
    await house.run()
    assert again.unchanged
    assert house.reader.reads == 1


async def test_replacing_leaves_nothing_of_the_elder(house: House) -> None:
    first = await house.pour("old\nshared")
    await house.run()
    second = await house.pour("new\nshared")
    assert await house.both() == {"old", "shared"}
    await house.run()
    assert second.ref == type(first.ref)(first.ref.document, 2)
    assert await house.both() == {"new", "shared"}
    assert (
        {c.version for c in house.graph.chunks} == {c.version for c in house.vector.chunks} == {2}
    )
    assert (await house.parity()).clean
    assert len(list(house.folder.rglob("*"))) > 0


async def test_two_versions_accepted_before_the_work_leave_the_newer(house: House) -> None:
    await house.pour("old")
    await house.pour("new")
    await house.run()
    assert await house.both() == {"new"}
    assert (await house.parity()).clean


async def test_a_broken_replacement_leaves_the_good_version_live(house: House) -> None:
    receipt = await house.pour("good")
    await house.run()
    await house.pour(b"\xff\xfe\xfd")
    await house.run()
    assert await house.both() == {"good"}
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert (record.state, record.reason, record.live) == (
        VersionState.QUARANTINED,
        "malformed",
        1,
    )
    assert record.detail == "Not text. Send text."
    assert (await house.parity()).clean


async def test_one_bad_document_does_not_stop_the_others(house: House) -> None:
    await house.pour("good", "good.txt")
    await house.pour(b"\xff\xfe\xfd", "bad.txt")
    await house.pour("fine", "fine.txt")
    await house.run()
    assert await house.both() == {"good", "fine"}


async def test_deleting_leaves_nothing_behind(house: House) -> None:
    receipt = await house.pour("one")
    await house.pour("two", "b.txt")
    await house.run()
    await house.catalog.documents.delete(DEFAULT_WORKSPACE, [receipt.ref.document])
    await house.run()
    assert await house.both() == {"two"}
    assert not [v for v, _ in house.vector.versions if v.document == receipt.ref.document]
    assert not [v for v, _ in house.graph.versions if v.document == receipt.ref.document]
    assert (await house.parity()).clean
    with pytest.raises(NotFound):
        await house.catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)


async def test_deleting_a_quarantined_document_forgets_it(house: House) -> None:
    receipt = await house.pour(b"\xff")
    await house.run()
    await house.catalog.documents.delete(DEFAULT_WORKSPACE, [receipt.ref.document])
    await house.run()
    assert receipt.ref.document not in house.catalog.tables.documents


@pytest.mark.parametrize("down", list(PanelName))
async def test_a_panel_that_was_down_catches_up_without_embedding_again(
    house: House, down: PanelName
) -> None:
    off, on = (
        (house.vector, house.graph) if down is PanelName.VECTOR else (house.graph, house.vector)
    )
    off.down = True
    receipt = await house.pour("one\ntwo")
    await house.run()
    assert await house.texts(on) == {"one", "two"}
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert record.state is VersionState.LIVE
    assert (await house.catalog.ledger.backlog())[down] == 1
    off.down = False
    before = (house.reader.reads, house.embedder.passages)
    await house.run()
    assert await house.both() == {"one", "two"}
    assert (house.reader.reads, house.embedder.passages) == before
    assert not any((await house.catalog.ledger.backlog()).values())
    assert (await house.parity()).clean


async def test_deleting_while_a_panel_is_down_reaches_it_later(house: House) -> None:
    receipt = await house.pour("one")
    await house.run()
    house.graph.down = True
    await house.catalog.documents.delete(DEFAULT_WORKSPACE, [receipt.ref.document])
    await house.run()
    assert await house.texts(house.vector) == set()
    house.graph.down = False
    await house.run()
    assert await house.both() == set()
    assert (await house.parity()).clean


async def test_both_panels_down_loses_nothing(house: House) -> None:
    house.vector.down = house.graph.down = True
    await house.pour("one")
    await house.run()
    house.vector.down = house.graph.down = False
    await house.run()
    assert await house.both() == {"one"}


@pytest.mark.parametrize("after", [False, True])
async def test_a_kill_at_any_step_heals(tmp_path: Path, *, after: bool) -> None:
    """Replace and delete, killed at each boundary in turn, always end as if nothing happened."""

    async def prepare(house: House) -> None:
        await house.pour("old\nshared", "kept.txt")
        gone = await house.pour("gone", "gone.txt")
        await house.run()
        await house.pour("new\nshared", "kept.txt")
        await house.catalog.documents.delete(DEFAULT_WORKSPACE, [gone.ref.document])

    async def story(house: House) -> None:
        await house.run()

    async def check(house: House) -> None:
        assert await house.both() == {"new", "shared"}
        report = await house.parity(deep=True)
        assert report.clean
        assert report.pending == 0
        assert len(house.catalog.tables.documents) == 1

    kept = [{"old", "shared"}, {"new", "shared"}]
    whole = kept + [texts | {"gone"} for texts in kept]
    assert await kill_everywhere(tmp_path, prepare, story, check, whole, after=after) > 15


class Lossy(InMemoryPanel):
    """Loses a chunk of what it is first given."""

    lost = False

    async def stage(
        self,
        versions: Sequence[StagedVersion],
        chunks: Sequence[EmbeddedChunk],
        *,
        overwrite: bool = False,
    ) -> None:
        kept = chunks if self.lost else chunks[1:]
        self.lost = self.lost or bool(chunks)
        await super().stage(versions, kept, overwrite=overwrite)


async def test_what_a_panel_did_not_keep_is_not_shown_and_sent_again(tmp_path: Path) -> None:
    house = await House(tmp_path, graph=Lossy(PanelName.GRAPH)).open()
    receipt = await house.pour("one\ntwo")
    await house.catalog.queue.drain(house.reconcile)
    assert await house.texts(house.graph) == set()
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert [p.error for p in record.panels if p.error] == [
        "The panel held other chunks than were to be sent to it."
    ]
    await house.rest()
    assert await house.both() == {"one", "two"}


async def test_a_file_over_the_limit_is_refused_and_leaves_nothing(house: House) -> None:
    with pytest.raises(TooLarge):
        await house.pour("x" * (LIMIT + 1))
    assert (await house.catalog.documents.find(DEFAULT_WORKSPACE, limit=10)).items == ()


async def test_nothing_is_accepted_while_the_record_is_down(house: House) -> None:
    house.catalog.tables.down = True
    with pytest.raises(CatalogUnavailable):
        await house.pour("one")
