"""The relational panel keeps the contract on a real server."""

from collections.abc import AsyncIterator

import pytest

from contracts.nouns import Generation
from tests.panels.emptying_contract import EmptyingContract
from tests.panels.panel_contract import PanelContract
from vectorstore.panel import PostgresPanel


@pytest.fixture(scope="module")
async def shared_panel(shared_url: str) -> AsyncIterator[PostgresPanel]:
    panel = PostgresPanel(shared_url)
    yield panel
    await panel.close()


class TestPostgresPanel(PanelContract):
    @pytest.fixture
    async def panel(self, shared_panel: PostgresPanel, generation: Generation) -> PostgresPanel:
        await shared_panel.prepare(generation)
        return shared_panel


class TestPostgresPanelEmptied(EmptyingContract):
    @pytest.fixture
    async def panel(
        self, postgres_url: str, generation: Generation
    ) -> AsyncIterator[PostgresPanel]:
        panel = PostgresPanel(postgres_url)
        await panel.prepare(generation)
        yield panel
        await panel.close()
