"""Whatever a hand changes in either panel is found, named and mended."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from contracts.digests import embed
from contracts.errors import NotFound, PanelUnavailable
from contracts.nouns import (
    DEFAULT_WORKSPACE,
    PanelName,
    Stray,
    StrayKind,
    VersionDigest,
    VersionRef,
)
from contracts.record import VersionState
from ingestion.faults import Fault, ParityReport
from tests.ingestion.crashing import kill_everywhere
from tests.ingestion.edits import (
    EDITS,
    add_version,
    bend_vector,
    changing,
    chunk,
    forge_chunk,
    hide,
    lose_chunk,
    lose_version,
)
from tests.ingestion.house import GENERATION, House
from tests.panels.fake import InMemoryPanel

TEXTS = {"write to ann@example.org", "two"}
OTHERS = {"other", "lines"}


class Busy(InMemoryPanel):
    """Whenever it is about to give digests something happens; a stray passes by."""

    def __init__(self, name: PanelName) -> None:
        super().__init__(name)
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        self.asked = 0

    async def digests(
        self, generation: int, documents: Sequence[UUID] | None = None
    ) -> AsyncIterator[VersionDigest]:
        happening, self.meanwhile = self.meanwhile, None
        if happening:
            await happening()
            self.meanwhile = happening
        async for one in super().digests(generation, documents):
            yield one

    async def strays(self, generation: int) -> AsyncIterator[Stray]:
        self.asked += 1
        if self.asked == 1:
            yield Stray(StrayKind.ORPHAN, None, "An entity that is about to have a chunk.")
        async for one in super().strays(generation):
            yield one


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path).open()


async def filled(house: House) -> VersionRef:
    receipt = await house.pour("write to ann@example.org\ntwo", "a.txt")
    await house.pour("other\nlines", "b.txt")
    await house.run()
    return receipt.ref


def named(report: ParityReport, panel: PanelName) -> set[Fault]:
    assert {d.panel for d in report.differences} == {panel}
    return {d.fault for d in report.differences}


@pytest.mark.parametrize("panel", list(PanelName))
@pytest.mark.parametrize("name", list(EDITS))
async def test_an_edit_by_hand_is_found_named_and_mended(
    house: House, panel: PanelName, name: str
) -> None:
    edit, ref = EDITS[name], await filled(house)
    made = (house.embedder.passages, house.extractor.asked, house.reader.reads)
    edit.hand(house.panels[panel], ref)
    assert (await house.parity()).clean is not edit.seen
    report = await house.parity(deep=True)
    assert not report.clean
    assert edit.fault in named(report, panel)
    assert edit.detail in "; ".join(d.detail for d in report.differences)
    mended = await house.repair(deep=True)
    assert mended.clean
    assert mended.repaired == mended.found == report.found
    after = await house.parity(deep=True)
    assert after.clean
    assert after.pending == 0
    assert await house.both() == TEXTS | OTHERS
    assert (house.embedder.passages, house.extractor.asked, house.reader.reads) == made


async def test_a_cheap_check_repairs_what_it_sees(house: House) -> None:
    ref = await filled(house)
    lose_chunk(house.graph, ref)
    hide(house.vector, ref)
    report = await house.repair()
    assert (report.clean, report.found, report.repaired) == (True, 2, 2)
    assert (await house.parity(deep=True)).clean


async def test_each_panel_mends_the_other(house: House) -> None:
    ref = await filled(house)
    other = next(r for r, _ in house.vector.versions if r != ref)
    bend_vector(house.graph, ref)
    forge_chunk(house.vector, other)
    report = await house.repair(deep=True)
    assert (report.clean, report.found) == (True, 2)
    assert await house.both() == TEXTS | OTHERS


async def test_without_a_sound_copy_the_version_is_made_again(house: House) -> None:
    ref = await filled(house)
    for panel in house.panels.values():
        changing(text="evil")(panel, ref)
    report = await house.repair(deep=True)
    assert not report.clean
    assert report.repaired == 0
    assert (await house.parity(deep=True)).pending == 1
    await house.rest()
    assert await house.both() == TEXTS | OTHERS
    assert (await house.parity(deep=True)).clean
    assert house.reader.reads == 2  # from the stored text


async def test_a_source_that_is_not_what_was_recorded_is_not_copied(house: House) -> None:
    house.graph.down = True
    ref = await filled(house)
    house.graph.down = False
    bend_vector(house.vector, ref)
    await house.rest()
    assert await house.both() == TEXTS | OTHERS
    assert (await house.parity(deep=True)).clean


async def test_what_nobody_wants_is_not_mended(house: House) -> None:
    ref = await filled(house)
    for panel in house.panels.values():
        add_version(panel, ref)
        place = replace(chunk(ref), document=UUID(int=7))
        one = panel.chunks[chunk(ref)]
        panel.chunks[place] = embed(
            replace(one.chunk, id=place), one.embedding, GENERATION.model, one.mentions
        )
        changing(text="evil")(panel, VersionRef(UUID(int=7), 1))
    assert (await house.repair(deep=True)).clean
    assert {ref.document for ref, _ in house.graph.versions} == set(house.catalog.tables.documents)


async def test_panels_that_differ_as_each_was_recorded_are_found(house: House) -> None:
    ref = await filled(house)
    forge_chunk(house.graph, ref)
    async for held in house.graph.digests(1, [ref.document]):
        version = house.catalog.tables.version(ref)
        assert version is not None
        version.rows[1, PanelName.GRAPH].seal = held.seal
    assert named(await house.parity(), PanelName.GRAPH) == {Fault.DIFFERENT}
    assert (await house.repair()).clean
    assert await house.both() == TEXTS | OTHERS


async def test_only_the_documents_asked_for_are_checked(house: House) -> None:
    ref = await filled(house)
    lose_chunk(house.graph, ref)
    other = next(r for r, _ in house.vector.versions if r != ref)
    assert (await house.parity([other.document])).clean
    report = await house.parity([ref.document])
    assert [d.ref for d in report.differences] == [ref]
    assert (await house.parity([])).versions == 0


async def test_an_unknown_document_is_refused(house: House) -> None:
    await filled(house)
    with pytest.raises(NotFound, match="is live or on its way"):
        await house.parity([UUID(int=5)])
    add_version(house.graph, next(r for r, _ in house.graph.versions))
    report = await house.parity([UUID(int=7)])
    assert [d.fault for d in report.differences] == [Fault.EXTRA]


async def test_a_panel_that_does_not_answer_proves_nothing(house: House) -> None:
    await filled(house)
    house.graph.down = True
    with pytest.raises(PanelUnavailable):
        await house.parity()


async def test_what_is_on_its_way_is_left_out(house: House) -> None:
    await filled(house)
    house.graph.down = True
    receipt = await house.pour("new", "c.txt")
    await house.catalog.queue.drain(house.reconcile)
    house.graph.down = False
    report = await house.parity()
    assert report.clean
    assert report.pending == 1
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert record.state is VersionState.LIVE


async def test_a_check_leaves_a_note(house: House) -> None:
    ref = await filled(house)
    log = house.catalog.parity_log
    lose_version(house.graph, ref)
    await house.parity()
    note = await log.latest(deep=False)
    assert note is not None
    assert (note.found, note.versions, dict(note.faults)) == (
        1,
        2,
        {PanelName.VECTOR: 0, PanelName.GRAPH: 1},
    )
    await house.parity([ref.document], deep=True)
    assert await log.latest(deep=True) is None


async def test_a_repair_of_everything_is_remembered_as_a_clean_check(house: House) -> None:
    ref = await filled(house)
    lose_version(house.graph, ref)
    await house.repair([ref.document], deep=True)
    assert await house.catalog.parity_log.latest(deep=True) is None
    lose_version(house.graph, ref)
    await house.repair(deep=True)
    note = await house.catalog.parity_log.latest(deep=True)
    assert note is not None
    assert (note.found, note.versions) == (0, 2)
    for panel in house.panels.values():
        changing(text="evil")(panel, ref)
    await house.repair(deep=True)
    note = await house.catalog.parity_log.latest(deep=True)
    assert note is not None
    assert note.found == 2


async def test_many_faults_are_all_counted_and_some_listed(house: House) -> None:
    for number in range(130):
        await house.pour(f"text {number}", f"{number}.txt")
    await house.run()
    await house.graph.clear()
    report = await house.parity()
    assert (report.found, len(report.differences)) == (130, 100)
    assert (await house.repair()).repaired == 130
    assert (await house.parity(deep=True)).clean


async def test_no_worker_has_a_document_while_it_is_mended(tmp_path: Path) -> None:
    house = await House(tmp_path, graph=Busy(PanelName.GRAPH)).open()
    assert isinstance(house.graph, Busy)
    ref = await filled(house)
    lose_chunk(house.graph, ref)
    held: list[set[UUID]] = []

    async def look() -> None:
        held.append(set(house.catalog.tables.held))

    house.graph.meanwhile = look
    assert (await house.repair()).clean
    assert {ref.document} in held
    assert held[-1] == set()


async def test_what_happens_during_a_check_is_no_fault(tmp_path: Path) -> None:
    house = await House(tmp_path, graph=Busy(PanelName.GRAPH)).open()
    assert isinstance(house.graph, Busy)
    await filled(house)
    texts = iter(["third", "second"])

    async def replace_it() -> None:
        for text in texts:
            await house.pour(text, "a.txt")
            await house.catalog.queue.drain(house.reconcile)
            return

    house.graph.meanwhile = replace_it
    report = await house.parity(deep=True)
    assert report.clean
    assert report.pending > 0
    assert not list(texts)  # it was replaced in the check, and when it was looked at again


@pytest.mark.parametrize("after", [False, True])
async def test_a_repair_killed_at_any_step_is_only_repeated(tmp_path: Path, *, after: bool) -> None:
    async def prepare(house: House) -> None:
        ref = await filled(house)
        forge_chunk(house.vector, ref)
        house.graph.chunks.pop(chunk(next(r for r, _ in house.graph.versions if r != ref)))
        add_version(house.graph, ref)

    async def story(house: House) -> None:
        await house.repair(deep=True)

    async def check(house: House) -> None:
        await house.repair(deep=True)
        assert (await house.parity(deep=True)).clean
        assert await house.both() == TEXTS | OTHERS
        assert house.embedder.passages == 4

    seen = [
        TEXTS | OTHERS,
        {"forged", "two"} | OTHERS,
        TEXTS | {"lines"},
        {"forged", "two", "lines"},
    ]
    assert await kill_everywhere(tmp_path, prepare, story, check, seen, after=after) > 10
