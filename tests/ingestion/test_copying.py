"""A backlog drains in bulk from the copy that exists."""

import logging
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from contracts.errors import PanelUnavailable
from contracts.nouns import (
    DEFAULT_WORKSPACE,
    EmbeddedChunk,
    PanelName,
    StagedVersion,
    VersionRef,
)
from contracts.record import VersionState
from tests.ingestion.edits import lose_chunk
from tests.ingestion.house import House
from tests.panels.fake import InMemoryPanel


class Counting(InMemoryPanel):
    """Counts calls, and stops answering after so many chunks were exported."""

    def __init__(self, name: PanelName) -> None:
        super().__init__(name)
        self.stages = 0
        self.exports = 0
        self.enough = 1_000_000

    async def stage(
        self,
        versions: Sequence[StagedVersion],
        chunks: Sequence[EmbeddedChunk],
        *,
        overwrite: bool = False,
    ) -> None:
        self.stages += bool(chunks)
        await super().stage(versions, chunks, overwrite=overwrite)

    async def export(
        self, refs: Sequence[VersionRef], generation: int
    ) -> AsyncIterator[EmbeddedChunk]:
        self.exports += 1
        left = self.enough
        async for one in super().export(refs, generation):
            if left == 0:
                raise PanelUnavailable("The panel went away.", "Start it.")
            left -= 1
            yield one


@pytest.fixture
async def house(tmp_path: Path) -> House:
    vector, graph = Counting(PanelName.VECTOR), Counting(PanelName.GRAPH)
    return await House(tmp_path, vector=vector, graph=graph).open()


async def behind(house: House, documents: int = 40) -> set[str]:
    """Pour documents in while the graph panel is down."""
    house.graph.down = True
    texts = {f"text {n} of ann@example.org" for n in range(documents)}
    for text in texts:
        await house.pour(text, f"{text}.txt")
    await house.run()
    house.graph.down = False
    return texts


async def test_many_small_versions_are_one_stream(house: House) -> None:
    texts = await behind(house)
    assert isinstance(house.vector, Counting)
    assert isinstance(house.graph, Counting)
    before = house.embedder.passages
    await house.sweep()
    house.vector.exports = house.graph.stages = 0
    await house.catalog.queue.drain(house.reconcile)
    assert await house.both() == texts
    assert house.embedder.passages == before
    assert house.vector.exports == house.graph.stages == 1
    assert (await house.parity(deep=True)).clean


async def test_a_source_that_goes_away_in_the_middle_leaves_nothing_half_seen(
    house: House,
) -> None:
    texts = await behind(house)
    assert isinstance(house.vector, Counting)
    house.vector.enough = 25
    await house.run()
    assert await house.texts(house.graph) == set()
    record = (await house.catalog.documents.find(DEFAULT_WORKSPACE, limit=1)).items[0]
    assert record.state is VersionState.LIVE
    assert "The panel went away." in {p.error for p in record.panels}
    house.vector.enough = 1_000_000
    await house.run()
    assert await house.both() == texts


async def test_a_version_that_the_source_lacks_is_made_again(house: House) -> None:
    texts = await behind(house, 3)
    ref = next(r for r, _ in house.vector.versions)
    lose_chunk(house.vector, ref)
    await house.rest()
    assert await house.both() == texts
    assert (await house.parity(deep=True)).clean
    assert house.reader.reads == 3


async def test_versions_of_a_document_that_piled_up_leave_the_newest(house: House) -> None:
    house.graph.down = True
    for text in ("one", "two", "three"):
        await house.pour(text)
        await house.run()
    house.graph.down = False
    await house.rest()
    assert await house.both() == {"three"}
    assert {c.version for c in house.graph.chunks} == {3}
    assert (await house.parity(deep=True)).clean


async def test_the_only_copy_is_waited_for(house: House) -> None:
    """With the one live copy out of reach nothing is embedded again."""
    texts = await behind(house, 2)
    before = house.embedder.passages
    house.vector.down = True
    await house.rest()
    assert await house.texts(house.graph) == set()
    house.vector.down = False
    await house.rest()
    assert await house.both() == texts
    assert house.embedder.passages == before


async def test_a_panel_whose_generation_is_not_prepared_yet_is_a_backlog(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    await house.graph.forget(1)
    await house.pour("one")
    await house.catalog.queue.drain(house.reconcile)
    assert await house.texts(house.vector) == {"one"}
    await house.rest()  # a sweep prepares it
    assert await house.both() == {"one"}
    assert not caplog.records
