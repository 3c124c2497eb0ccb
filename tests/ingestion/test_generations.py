"""A new embedding space is built beside the live one, swapped in, gone back from, forgotten."""

from pathlib import Path

import pytest

from contracts.errors import Conflict, SpaceMismatch
from contracts.nouns import Generation
from contracts.policy import GenerationState
from tests.fakes.inference import HashEmbedder
from tests.ingestion.crashing import kill_everywhere
from tests.ingestion.edits import lose_version
from tests.ingestion.house import GRACE_S, ME, House, HouseSpaces

NEW = Generation(2, "other", 16, "lines")
TEXTS = {"write to ann@example.org", "two", "other"}


async def opened(folder: Path) -> House:
    house = House(folder)
    house.spaces.embedders["other"] = HashEmbedder(16, "other")
    return await house.open()


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await opened(tmp_path)


async def filled(house: House) -> None:
    await house.pour("write to ann@example.org\ntwo", "a.txt")
    await house.pour("other", "b.txt")
    await house.run()


async def begin(house: House) -> Generation:
    return await house.keep.begin(NEW.model, NEW.dimension, NEW.chunker, ME)


async def states(house: House) -> dict[int, GenerationState]:
    records = await house.catalog.generations.records()
    return {record.generation.number: record.state for record in records}


def held(house: House, generation: int) -> list[set[str]]:
    """Give the texts that each panel holds of a generation."""
    panels = house.panels.values()
    return [
        {c.chunk.text for i, c in panel.chunks.items() if i.generation == generation}
        for panel in panels
    ]


async def test_a_generation_is_built_beside_the_live_one_and_swapped_in(house: House) -> None:
    await filled(house)
    assert await begin(house) == NEW
    assert await house.both() == TEXTS
    await house.rest()
    assert held(house, 1) == held(house, 2) == [TEXTS, TEXTS]
    assert (await house.parity(deep=True)).clean
    assert house.reader.reads == 2  # built from the stored text
    await house.catalog.generations.activate(2, ME)
    assert await house.both() == TEXTS
    assert (await house.parity(deep=True)).versions == 4


async def test_documents_that_come_meanwhile_are_in_both(house: House) -> None:
    await filled(house)
    await begin(house)
    await house.pour("three", "c.txt")
    await house.pour("other, newer", "b.txt")
    await house.rest()
    texts = (TEXTS - {"other"}) | {"three", "other, newer"}
    assert held(house, 1) == held(house, 2) == [texts, texts]
    await house.catalog.generations.activate(2, ME)
    await house.pour("four", "d.txt")
    await house.rest()
    await house.catalog.generations.activate(1, ME)
    assert await house.both() == texts | {"four"}
    assert (await house.parity(deep=True)).clean


async def test_a_new_document_is_read_once_for_all_generations(house: House) -> None:
    await begin(house)
    await house.pour("one", "a.txt")
    await house.pour(b"\xff", "broken.txt")
    await house.catalog.queue.drain(house.reconcile)
    assert held(house, 1) == held(house, 2) == [{"one"}, {"one"}]
    assert house.reader.reads == 2


async def test_while_paused_nothing_is_built_and_documents_go_live_as_ever(house: House) -> None:
    await filled(house)
    await begin(house)
    await house.catalog.generations.pause(2, ME)
    await house.pour("three", "c.txt")
    await house.rest()
    assert await house.both() == TEXTS | {"three"}
    assert held(house, 2) == [set(), set()]
    assert (await house.parity(deep=True)).clean
    await house.catalog.generations.resume(2, ME)
    await house.rest()
    assert held(house, 2) == [TEXTS | {"three"}] * 2


async def test_a_fault_is_found_while_another_generation_is_built(house: House) -> None:
    await filled(house)
    await begin(house)
    await house.catalog.generations.pause(2, ME)
    ref = next(iter(house.graph.versions))[0]
    lose_version(house.graph, ref)
    report = await house.parity()
    assert [(d.ref, d.generation) for d in report.differences] == [(ref, 1)]
    assert (await house.repair()).clean


async def test_a_process_without_the_model_leaves_the_generation_to_others(house: House) -> None:
    await filled(house)
    await begin(house)
    model = house.spaces.embedders.pop("other")
    await house.pour("three", "c.txt")
    await house.rest()
    assert await house.both() == TEXTS | {"three"}
    assert held(house, 2) == [set(), set()]
    rows = [row for d in house.catalog.tables.documents for row in house.catalog.tables.rows(d)]
    notes = {row.error for row in rows if row.generation == 2}
    assert notes == {"The model other is not configured."}
    house.spaces.embedders["other"] = model
    await house.rest()
    assert held(house, 2) == [TEXTS | {"three"}] * 2


async def test_a_process_without_the_model_still_copies(house: House) -> None:
    await filled(house)
    await begin(house)
    await house.rest()
    await house.graph.clear()
    del house.spaces.embedders["other"]
    assert (await house.repair()).clean
    assert held(house, 2) == [TEXTS, TEXTS]


async def test_a_retired_generation_is_forgotten_in_every_panel(house: House) -> None:
    await filled(house)
    await begin(house)
    await house.rest()
    await house.catalog.generations.retire(2, ME)
    house.graph.down = True
    await house.rest()
    assert await states(house) == {1: GenerationState.LIVE, 2: GenerationState.RETIRING}
    house.graph.down = False
    await house.rest()
    assert await states(house) == {1: GenerationState.LIVE}
    assert held(house, 2) == [set(), set()]
    assert (set(house.vector.spaces), set(house.graph.spaces)) == ({1}, {1})
    assert await house.both() == TEXTS
    assert (await house.parity(deep=True)).clean


async def test_one_can_go_back_until_the_grace_time_is_over(house: House) -> None:
    await filled(house)
    await begin(house)
    await house.rest()
    await house.catalog.generations.activate(2, ME)
    await house.rest()
    assert (await states(house))[1] is GenerationState.STANDBY
    space = house.catalog.tables.spaces[1]
    space.since = space.since.fromtimestamp(space.since.timestamp() - GRACE_S, space.since.tzinfo)
    await house.rest()
    assert await states(house) == {2: GenerationState.LIVE}
    assert held(house, 1) == [set(), set()]
    assert await house.both() == TEXTS


@pytest.mark.parametrize(
    ("model", "dimension", "chunker"),
    [("other", 17, "lines"), ("unheard", 16, "lines"), ("other", 16, "unheard")],
)
async def test_a_space_that_cannot_be_worked_in_is_refused(
    house: House, model: str, dimension: int, chunker: str
) -> None:
    with pytest.raises(SpaceMismatch) as refusal:
        await house.keep.begin(model, dimension, chunker, ME)
    assert refusal.value.message.count(".") == 1
    assert await states(house) == {1: GenerationState.LIVE}
    assert set(house.vector.spaces) == {1}


async def test_two_are_not_built_at_once(house: House) -> None:
    await begin(house)
    house.spaces.embedders["third"] = HashEmbedder(8, "third")
    with pytest.raises(Conflict):
        await house.keep.begin("third", 8, "lines", ME)
    assert set(house.vector.spaces) == {1, 2}


async def test_a_panel_that_was_down_at_the_beginning_is_prepared_later(house: House) -> None:
    await filled(house)
    house.graph.down = True
    await begin(house)
    await house.rest()
    house.graph.down = False
    await house.rest()
    assert held(house, 2) == [TEXTS, TEXTS]


@pytest.mark.parametrize("after", [False, True])
async def test_a_build_killed_at_any_step_goes_on(tmp_path: Path, *, after: bool) -> None:
    async def prepare(house: House) -> None:
        assert isinstance(house.spaces, HouseSpaces)
        house.spaces.embedders["other"] = HashEmbedder(16, "other")
        await filled(house)

    async def story(house: House) -> None:
        await begin(house)
        await house.pour("other, newer", "b.txt")
        await house.rest()
        await house.catalog.generations.activate(2, ME)
        await house.catalog.generations.retire(1, ME)
        await house.rest()

    async def check(house: House) -> None:
        assert await house.both() in (TEXTS, newer)
        report = await house.parity(deep=True)
        assert report.clean
        assert report.pending == 0
        assert set(house.vector.spaces) == set(house.graph.spaces) == set(await states(house))

    newer = {"write to ann@example.org", "two", "other, newer"}
    assert await kill_everywhere(tmp_path, prepare, story, check, [TEXTS, newer], after=after) > 30
