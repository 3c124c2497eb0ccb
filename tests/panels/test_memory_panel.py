"""The in-memory panel keeps the contract, so use cases may be tested with it."""

import pytest

from contracts.errors import PanelUnavailable
from contracts.nouns import Generation, PanelName
from tests.panels.emptying_contract import EmptyingContract
from tests.panels.fake import InMemoryPanel
from tests.panels.panel_contract import PanelContract
from tests.panels.shelf import Shelf


class TestInMemoryPanel(PanelContract, EmptyingContract):
    @pytest.fixture
    async def panel(self, generation: Generation) -> InMemoryPanel:
        panel = InMemoryPanel(PanelName.GRAPH)
        await panel.prepare(generation)
        return panel


async def test_a_panel_that_is_down_says_so_and_loses_nothing() -> None:
    panel = InMemoryPanel()
    generation = Generation(1, "test-model", 8, "test-chunker")
    await panel.prepare(generation)
    shelf = Shelf(panel, "w", generation)
    bundle = shelf.version("Le bail")
    await shelf.show(bundle)
    panel.down = True
    with pytest.raises(PanelUnavailable):
        await shelf.lexical("bail")
    assert not (await panel.health()).ready
    panel.down = False
    assert await shelf.lexical("bail") == bundle.ids


async def test_words_that_are_not_the_texts_are_named_until_the_chunk_is_overwritten() -> None:
    panel = InMemoryPanel()
    generation = Generation(1, "test-model", 8, "test-chunker")
    await panel.prepare(generation)
    shelf = Shelf(panel, "w", generation)
    bundle = shelf.version("Le bail", "Le loyer")
    await shelf.show(bundle)
    panel.words[bundle.ids[0]] = ["mandat"]
    assert await shelf.lexical("mandat") == await shelf.misindexed() == bundle.ids[:1]
    await panel.stage([bundle.version], bundle.chunks, overwrite=True)
    assert await shelf.lexical("bail") == bundle.ids[:1]
    assert await shelf.misindexed() == []


async def test_a_chunk_without_its_version_is_a_stray_until_it_is_tidied() -> None:
    panel = InMemoryPanel()
    generation = Generation(1, "test-model", 8, "test-chunker")
    await panel.prepare(generation)
    shelf = Shelf(panel, "w", generation)
    bundle = shelf.version("Le bail", "Le loyer")
    await shelf.show(bundle)
    del panel.versions[bundle.ref, 1]
    assert {s.ref for s in await shelf.strays()} == {bundle.ref}
    assert [s async for s in panel.strays(2)] == []
    assert await panel.tidy(1) == 2
    assert await shelf.strays() == []
    assert await shelf.exported(bundle) == []
