"""The graph panel keeps the contract on a real server."""

import random
from collections.abc import AsyncIterator

import pytest
from neo4j import AsyncGraphDatabase

from contracts.nouns import Generation
from graphstore.names import generation_label, language_labels
from graphstore.panel import Neo4jPanel
from tests.conftest import Neo4jServer
from tests.panels.panel_contract import PanelContract

# The server's one database is shared: each run has two generations of its own (the contract
# uses the next number too), whose indexes go when it ends.
GENERATION = random.SystemRandom().randrange(10_000, 2**31)


@pytest.fixture(scope="session")
async def neo4j_panel(neo4j_server: Neo4jServer) -> AsyncIterator[Neo4jPanel]:
    panel = Neo4jPanel(neo4j_server.url, neo4j_server.user, neo4j_server.password)
    yield panel
    await panel.close()
    server = (neo4j_server.url, (neo4j_server.user, neo4j_server.password))
    async with AsyncGraphDatabase.driver(server[0], auth=server[1]) as driver:
        for number in (GENERATION, GENERATION + 1):
            for name in (generation_label(number), *language_labels(number)):
                await driver.execute_query(f"DROP INDEX {name} IF EXISTS")
            await driver.execute_query("MATCH (g:Generation {number: $n}) DELETE g", n=number)


class TestNeo4jPanel(PanelContract):
    @pytest.fixture
    def generation(self) -> Generation:
        return Generation(GENERATION, "test-model", 8, "test-chunker")

    @pytest.fixture
    async def panel(self, neo4j_panel: Neo4jPanel, generation: Generation) -> Neo4jPanel:
        await neo4j_panel.prepare(generation)
        return neo4j_panel
