"""The contract suite of the Panel port; every panel's test class inherits it."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from contracts.nouns import Generation
from contracts.panels import Panel
from tests.panels.lexical_contract import LexicalContract
from tests.panels.lifecycle_contract import LifecycleContract
from tests.panels.search_contract import SearchContract
from tests.panels.shelf import Shelf


class PanelContract(LifecycleContract, SearchContract, LexicalContract):
    """A subclass supplies an async ``panel`` fixture, prepared with the ``generation`` fixture.

    The store may be shared: everything here stays in one workspace of random name and in
    documents of random id, which are erased at the end. A subclass may choose another
    generation number; the number after it is used too (``other_generation``).
    """

    @pytest.fixture
    def generation(self) -> Generation:
        return Generation(1, "test-model", 8, "test-chunker")

    @pytest.fixture
    def workspace(self) -> str:
        return f"w-{uuid4()}"

    @pytest.fixture
    async def shelf(
        self, panel: Panel, workspace: str, generation: Generation
    ) -> AsyncIterator[Shelf]:
        shelf = Shelf(panel, workspace, generation)
        yield shelf
        await panel.erase(list(shelf.documents))
