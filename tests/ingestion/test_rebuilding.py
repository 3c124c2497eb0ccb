"""A panel is emptied and filled again while the service answers, whatever is killed."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from contracts.errors import Conflict, InvalidInput, UnknownPanel
from contracts.nouns import DEFAULT_WORKSPACE, PanelName
from contracts.policy import PanelStanding
from tests.ingestion.crashing import kill_everywhere
from tests.ingestion.edits import add_version, forge_chunk
from tests.ingestion.house import GENERATION, ME, House

TEXTS = {"write to ann@example.org", "two", "other"}


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path).open()


async def filled(house: House) -> None:
    await house.pour("write to ann@example.org\ntwo", "a.txt")
    await house.pour("other", "b.txt")
    await house.run()


async def standing(house: House, panel: PanelName) -> PanelStanding:
    return (await house.catalog.register.record(panel)).standing


async def begin(house: House, panel: PanelName, source: str) -> None:
    await house.rebuild.begin(panel, source, ME)
    assert await standing(house, panel) is PanelStanding.CLEARING


@pytest.mark.parametrize("panel", list(PanelName))
async def test_a_panel_is_rebuilt_from_the_other(house: House, panel: PanelName) -> None:
    await filled(house)
    before = (house.embedder.passages, house.extractor.asked, house.reader.reads)
    add_version(house.panels[panel], next(iter(house.panels[panel].versions))[0])
    await begin(house, panel, next(p for p in PanelName if p is not panel))
    await house.rest()
    assert await standing(house, panel) is PanelStanding.SERVING
    assert await house.both() == TEXTS
    assert (await house.parity(deep=True)).clean
    assert (house.embedder.passages, house.extractor.asked, house.reader.reads) == before


async def test_readers_leave_a_panel_until_it_is_whole_and_indexed(house: House) -> None:
    await filled(house)
    await begin(house, PanelName.GRAPH, "vector")
    await house.rebuild.step()
    plan = await house.catalog.policies.plan()
    assert plan.serving == {PanelName.VECTOR}
    assert house.graph.unindexed == {1}
    assert not house.graph.versions
    assert await house.texts(house.vector) == TEXTS
    await house.rest()
    assert (await house.catalog.policies.plan()).serving == set(PanelName)
    assert not house.graph.unindexed


async def test_documents_that_come_and_go_meanwhile_are_as_ever(house: House) -> None:
    await filled(house)
    await begin(house, PanelName.VECTOR, "graph")
    await house.pour("three", "c.txt")
    await house.pour("other, newer", "b.txt")
    await house.catalog.queue.drain(house.reconcile)
    await house.rebuild.step()
    await house.pour("four", "d.txt")
    await house.rest()
    assert await house.both() == (TEXTS - {"other"}) | {"three", "four", "other, newer"}
    assert (await house.parity(deep=True)).clean


async def test_from_the_originals_nothing_old_is_believed(house: House) -> None:
    await filled(house)
    for panel in house.panels.values():
        forge_chunk(panel, next(iter(house.vector.versions))[0])
    await begin(house, PanelName.VECTOR, "originals")
    await house.rest()
    assert await house.both() == TEXTS
    assert (await house.parity(deep=True)).clean
    assert house.reader.reads == 4


async def test_the_originals_are_read_as_they_are_read_today(house: House) -> None:
    await filled(house)
    house.reader.read_as = {"two": "deux"}
    await begin(house, PanelName.GRAPH, "originals")
    await house.rest()
    assert await house.both() == {"write to ann@example.org", "deux", "other"}
    assert (await house.parity(deep=True)).clean


async def test_an_original_that_cannot_be_read_again_keeps_its_text(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await filled(house)
    house.reader.read_as = {"other": ""}
    await begin(house, PanelName.GRAPH, "originals")
    await house.rest()
    assert await standing(house, PanelName.GRAPH) is PanelStanding.SERVING
    assert await house.both() == TEXTS
    assert (await house.parity(deep=True)).clean
    assert "b.txt cannot be read again: " in caplog.text


async def test_what_was_deleted_of_a_box_stays_deleted(house: House) -> None:
    await house.pour(json.dumps({"box": {"in.txt": "inside", "out.txt": "thrown out"}}), "b")
    await house.run()
    documents = house.catalog.documents
    page = await documents.find(DEFAULT_WORKSPACE, limit=10)
    thrown = [one.id for one in page.items if one.filename == "out.txt"]
    assert await documents.delete(DEFAULT_WORKSPACE, thrown)
    await house.run()
    await begin(house, PanelName.GRAPH, "originals")
    await house.rest()
    assert await house.both() == {"in.txt", "out.txt", "inside"}
    assert (await house.parity(deep=True)).clean


async def test_from_a_file_and_the_rest_from_the_other_panel(house: House) -> None:
    await filled(house)
    path = house.folder / "export"
    house.files[path] = deepcopy(house.vector)
    await house.pour("three", "c.txt")
    await house.run()
    before, exported = house.embedder.passages, 0
    house.graph.down = True
    await begin(house, PanelName.VECTOR, f"file:{path}")
    await house.rebuild.step()
    await house.run()
    exported = len(house.vector.versions)
    house.graph.down = False
    await house.rest()
    assert exported == 2  # what the file holds came while the other panel was down
    assert await house.both() == TEXTS | {"three"}
    assert (await house.parity(deep=True)).clean
    assert house.embedder.passages == before


async def test_a_file_of_another_content_is_not_believed(house: House) -> None:
    await filled(house)
    path = house.folder / "export"
    file = deepcopy(house.vector)
    forge_chunk(file, next(iter(file.versions))[0])
    house.files[path] = file
    await begin(house, PanelName.VECTOR, f"file:{path}")
    await house.rest()
    assert await house.both() == TEXTS


async def test_a_panel_that_is_not_what_it_should_be_does_not_serve(house: House) -> None:
    await filled(house)
    await begin(house, PanelName.GRAPH, "vector")
    await house.rebuild.step()
    await house.sweep()
    await house.catalog.queue.drain(house.reconcile)
    ref = next(iter(house.graph.versions))[0]
    forge_chunk(house.graph, ref)
    add_version(house.graph, ref)
    await house.rebuild.step()
    assert await standing(house, PanelName.GRAPH) is PanelStanding.FILLING
    await house.rest()
    assert await standing(house, PanelName.GRAPH) is PanelStanding.SERVING
    assert await house.both() == TEXTS
    assert (await house.parity(deep=True)).clean


async def test_a_panel_that_was_off_is_filled_and_rid_of_what_went_meanwhile(house: House) -> None:
    await filled(house)
    await house.catalog.policies.plan()
    await house.catalog.register.disable(PanelName.GRAPH, ME)
    await house.pour("other, newer", "b.txt")
    await house.run()
    assert await house.texts(house.graph) == TEXTS
    await house.catalog.register.enable(PanelName.GRAPH, ME)
    await house.rest()
    assert await house.both() == (TEXTS - {"other"}) | {"other, newer"}
    assert (await house.parity(deep=True)).clean


async def test_a_command_drains_the_backlog_by_itself(house: House) -> None:
    await filled(house)
    await begin(house, PanelName.GRAPH, "vector")
    told: list[tuple[int, int]] = []
    assert not await house.drain(PanelName.GRAPH, lambda *pair: told.append(pair))
    await house.rebuild.step()
    assert await house.drain(PanelName.GRAPH, lambda *pair: told.append(pair))
    assert (told[0], told[-1]) == ((0, 2), (2, 2))
    await house.rebuild.step()
    assert await standing(house, PanelName.GRAPH) is PanelStanding.SERVING
    assert await house.both() == TEXTS


async def test_a_drain_ends_when_nothing_moves(house: House) -> None:
    await filled(house)
    await begin(house, PanelName.GRAPH, "vector")
    await house.rebuild.step()
    house.vector.down = True
    assert not await house.drain(PanelName.GRAPH, lambda *_: None)


async def test_one_process_at_a_time_moves_rebuilds_on(house: House) -> None:
    await filled(house)
    await begin(house, PanelName.GRAPH, "vector")
    house.is_alone = False
    await house.rebuild.step()
    assert await standing(house, PanelName.GRAPH) is PanelStanding.CLEARING
    assert house.graph.versions
    house.is_alone = True
    await house.rest()
    assert await standing(house, PanelName.GRAPH) is PanelStanding.SERVING


async def test_what_cannot_be_is_refused_and_changes_nothing(house: House) -> None:
    await filled(house)
    for panel, source, error in [
        ("cellar", "vector", UnknownPanel),
        ("graph", "cellar", UnknownPanel),
        ("graph", "graph", InvalidInput),
        ("graph", "file:/not/there", InvalidInput),
    ]:
        with pytest.raises(error):
            await house.rebuild.begin(panel, source, ME)
    assert {r.standing for r in await house.catalog.register.records()} == {PanelStanding.SERVING}
    await begin(house, PanelName.GRAPH, "vector")
    for panel in PanelName:
        with pytest.raises(Conflict):
            await house.rebuild.begin(panel, "originals", ME)
    assert await standing(house, PanelName.VECTOR) is PanelStanding.SERVING


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("source", ["vector", "originals", "file"])
async def test_a_rebuild_killed_at_any_step_goes_on(
    tmp_path: Path, source: str, *, after: bool
) -> None:
    async def prepare(house: House) -> None:
        await filled(house)
        path = house.folder / "export"
        house.files[path] = deepcopy(house.vector)
        await begin(house, PanelName.GRAPH, f"file:{path}" if source == "file" else source)
        await house.pour("three", "c.txt")

    async def story(house: House) -> None:
        await house.rest()

    async def check(house: House) -> None:
        assert await standing(house, PanelName.GRAPH) is PanelStanding.SERVING
        assert await house.both() == TEXTS | {"three"}
        report = await house.parity(deep=True)
        assert report.clean
        assert report.pending == 0
        assert GENERATION.number not in house.graph.unindexed

    seen = [TEXTS, TEXTS | {"three"}]
    assert await kill_everywhere(tmp_path, prepare, story, check, seen, after=after) > 20
