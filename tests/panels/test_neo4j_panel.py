"""The graph panel keeps the contract on a real server."""

import random
from collections.abc import AsyncIterator

import pytest
from neo4j import AsyncGraphDatabase

from contracts.nouns import Generation
from graphstore.names import generation_label, language_labels
from graphstore.panel import Neo4jPanel
from tests.conftest import Neo4jServer
from tests.panels.lexical_contract import LexicalContract
from tests.panels.panel_contract import PanelContract
from tests.panels.shelf import Shelf

# The server's one database is shared: each run has generations of its own, whose indexes go when
# it ends. The contract uses the number after the one it is given, too.
GENERATION = random.SystemRandom().randrange(10_000, 2**31)
LEXICAL_GENERATION = GENERATION + 2
WRITES_UNTIL_FORGOTTEN = 50


@pytest.fixture(scope="session")
async def neo4j_panel(neo4j_server: Neo4jServer) -> AsyncIterator[Neo4jPanel]:
    panel = Neo4jPanel(neo4j_server.url, neo4j_server.user, neo4j_server.password)
    yield panel
    await panel.close()
    auth = (neo4j_server.user, neo4j_server.password)
    async with AsyncGraphDatabase.driver(neo4j_server.url, auth=auth) as driver:
        for number in range(GENERATION, LEXICAL_GENERATION + 1):
            for name in (generation_label(number), *language_labels(number)):
                await driver.execute_query(f"DROP INDEX {name} IF EXISTS")
            await driver.execute_query("MATCH (g:Generation {number: $n}) DELETE g", n=number)


class TestNeo4jPanel(PanelContract):
    @pytest.fixture
    def generation(self, request: pytest.FixtureRequest) -> Generation:
        """Lucene counts words over a whole index: tests of ranking have one of their own."""
        ranks = hasattr(LexicalContract, request.function.__name__)
        number = LEXICAL_GENERATION if ranks else GENERATION
        return Generation(number, "test-model", 8, "test-chunker")

    @pytest.fixture
    async def panel(self, neo4j_panel: Neo4jPanel, generation: Generation) -> Neo4jPanel:
        await neo4j_panel.prepare(generation)
        return neo4j_panel

    async def test_a_word_that_went_away_no_longer_counts(self, shelf: Shelf) -> None:
        """Lucene forgets deleted words when it merges segments, some writes later."""
        many = [shelf.version("Le préavis") for _ in range(30)]
        kept = [shelf.version("Le préavis et rien"), shelf.version("Le bail et rien")]
        bails = [shelf.version("Le bail et encore") for _ in range(3)]
        await shelf.show(*many, *kept, *bails)
        question = "préavis bail"
        assert (await shelf.lexical(question, 40)).index(kept[1].ids[0]) < 4
        await shelf.panel.erase([b.document for b in many])
        for _ in range(WRITES_UNTIL_FORGOTTEN):
            await shelf.show(shelf.version("Tout autre chose"))
            if (await shelf.lexical(question, 40))[0] == kept[0].ids[0]:
                return
        pytest.fail("Deleted chunks still count.")
