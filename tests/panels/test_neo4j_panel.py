"""The graph panel keeps the contract on a real server, and what only a graph can get wrong."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import numpy as np
import pytest
from neo4j import AsyncDriver, AsyncGraphDatabase

from contracts.errors import PanelUnavailable, SetupFailed
from contracts.nouns import Card, Filters, Generation, facet
from graphstore.client import Neo4jClient
from graphstore.names import facet_id, generation_label, language_labels
from graphstore.panel import Neo4jPanel
from graphstore.schema import Neo4jSchema
from tests.conftest import Neo4jServer
from tests.panels.lexical_contract import LexicalContract
from tests.panels.panel_contract import PanelContract
from tests.panels.shelf import Shelf

# The server's one database is shared: each run has generations of its own, whose indexes go when
# it ends. The contract uses the number after the one it is given, too.
GENERATION = random.SystemRandom().randrange(10_000, 2**31)
LEXICAL_GENERATION = GENERATION + 2
LARGE_GENERATION = GENERATION + 3
WRITES_UNTIL_FORGOTTEN = 50


@pytest.fixture(scope="session")
async def neo4j_driver(neo4j_server: Neo4jServer) -> AsyncIterator[AsyncDriver]:
    """A look behind the panel; takes away the indexes of this run at the end."""
    auth = (neo4j_server.user, neo4j_server.password)
    async with AsyncGraphDatabase.driver(neo4j_server.url, auth=auth) as driver:
        yield driver
        for number in range(GENERATION, LARGE_GENERATION + 1):
            for name in (generation_label(number), *language_labels(number)):
                await driver.execute_query(f"DROP INDEX {name} IF EXISTS")
            await driver.execute_query("MATCH (g:Generation {number: $n}) DELETE g", n=number)


@pytest.fixture(scope="session")
async def neo4j_panel(
    neo4j_server: Neo4jServer, neo4j_driver: AsyncDriver
) -> AsyncIterator[Neo4jPanel]:
    del neo4j_driver  # only so that it outlives the panel
    panel = Neo4jPanel(neo4j_server.url, neo4j_server.user, neo4j_server.password)
    yield panel
    await panel.close()


@pytest.fixture
async def shelf(neo4j_panel: Neo4jPanel) -> AsyncIterator[Shelf]:
    """A workspace in the same store as the contract's, for the tests below."""
    generation = Generation(GENERATION, "test-model", 8, "test-chunker")
    await neo4j_panel.prepare(generation)
    shelf = Shelf(neo4j_panel, f"w-{uuid4()}", generation)
    yield shelf
    await neo4j_panel.erase(list(shelf.documents))


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


async def test_the_vector_index_finds_nearly_all_of_the_exact_best(neo4j_panel: Neo4jPanel) -> None:
    """Close clusters are the hard case: many neighbours are almost equally near."""
    generation = Generation(LARGE_GENERATION, "test-model", 64, "test-chunker")
    await neo4j_panel.prepare(generation)
    shelf = Shelf(neo4j_panel, f"w-{uuid4()}", generation)
    centres = shelf.random.standard_normal((40, 64))
    noise = 0.02 * shelf.random.standard_normal((3000, 64))
    vectors = centres[shelf.random.integers(0, 40, 3000)] + noise
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    bundle = shelf.version(*["Le bail"] * 3000, vectors=list(vectors))
    await shelf.show(bundle)
    found = []
    for question in vectors[:100]:
        exact = {bundle.ids[n] for n in np.argsort(-(vectors @ question))[:10]}
        found.append(len(exact & set(await shelf.dense(question))) / 10)
    await neo4j_panel.erase([bundle.document])
    assert np.mean(found) >= 0.99


async def test_a_small_workspace_is_not_crowded_out_by_a_large_one(shelf: Shelf) -> None:
    vector = shelf.vector()
    large = Shelf(shelf.panel, f"w-{uuid4()}", shelf.generation)
    # Theirs are nearer to the question, and shorter, so that BM25 prefers them too.
    crowd = large.version(*["Le bail"] * 3000, vectors=[vector] * 3000)
    far = [np.negative(vector)] * 20
    mine = shelf.version(*["Le bail et bien autre chose encore"] * 20, vectors=far)
    await large.show(crowd)
    await shelf.show(mine)
    found = await shelf.search("bail", vector, limit=20)
    only = Filters(documents=frozenset({crowd.document}))
    theirs = await large.search("bail", vector, limit=20, filters=only)
    await shelf.panel.erase([crowd.document])
    assert [h.chunk for h in found.dense] == mine.ids
    assert [h.chunk for h in found.lexical] == mine.ids
    assert [h.chunk for h in theirs.dense] == crowd.ids[:20]
    assert [h.chunk for h in theirs.lexical] == crowd.ids[:20]


async def test_function_words_find_no_chunk_that_was_taken_for_another_language(
    shelf: Shelf,
) -> None:
    french = shelf.version(*["Le bail et bien autre chose encore"] * 200)
    taken_for_french = shelf.version("Who were the ones that we have to be there with them?")
    english = shelf.version(*["The lease ends with a notice of three months."] * 3, language="en")
    await shelf.show(french, taken_for_french, english)
    question = "What is the notice that we have to give them when a lease is to end?"
    assert set((await shelf.lexical(question))[:3]) == set(english.ids)
    assert await shelf.lexical("who were they with") == taken_for_french.ids


async def test_a_filter_may_name_more_documents_than_one_query_can_list(shelf: Shelf) -> None:
    wanted = [shelf.version("Le bail", metadata={"folder": "Baux"}) for _ in range(520)]
    others = [shelf.version("Le bail", metadata={"folder": "Prêts"}) for _ in range(60)]
    await shelf.show(*wanted, *others)
    expected = {b.ids[0] for b in wanted}
    by_document = Filters(documents=frozenset(b.document for b in wanted))
    for filters in (by_document, Filters(facets=(facet("folder", "Baux"),))):
        found = await shelf.search("bail", shelf.vector(), limit=1000, filters=filters)
        assert {h.chunk for h in found.dense} == expected
        assert {h.chunk for h in found.lexical} == expected
        few = await shelf.search("bail", shelf.vector(), limit=30, filters=filters)
        assert (len(few.dense), len(few.lexical)) == (30, 30)


async def test_chunks_staged_at_once_in_any_order_are_linked_in_reading_order(
    shelf: Shelf, neo4j_driver: AsyncDriver
) -> None:
    bundle = shelf.version(*(f"Article {n}" for n in range(120)))
    await shelf.panel.stage([bundle.version], [])
    await asyncio.gather(*(shelf.panel.stage([bundle.version], [c]) for c in bundle.chunks))
    found = await neo4j_driver.execute_query(
        "MATCH (a:Chunk {document: $document})-[:NEXT]->(b:Chunk) "
        "RETURN a.ordinal AS before, b.ordinal AS after ORDER BY before",
        document=str(bundle.document),
    )
    assert [(r["before"], r["after"]) for r in found.records] == [(n, n + 1) for n in range(119)]


async def test_nothing_stays_behind(shelf: Shelf, neo4j_driver: AsyncDriver) -> None:
    folder, years = facet("folder", "Baux"), [facet("year", year) for year in (2024, 2025)]

    async def nodes() -> int:
        """Count what hangs together with this workspace, its facets among it."""
        found = await neo4j_driver.execute_query(
            "MATCH (n) WHERE n.workspace = $workspace OR n.id IN $ids RETURN count(n) AS nodes",
            workspace=shelf.workspace,
            ids=[str(d) for d in shelf.documents]
            + [facet_id(shelf.workspace, f) for f in (folder, *years)],
        )
        return int(found.records[0]["nodes"])

    one = shelf.version("Le bail", "Le loyer", metadata={"folder": "Baux", "year": 2024})
    two = shelf.version("Le bail", document=one.document, number=2, metadata={"year": 2025})
    await shelf.show(one)
    await shelf.show(two)
    await shelf.publish(shelf.version("never staged"))
    assert await nodes() == 2 + 2 + 3 + 3  # documents, versions, chunks, facets
    await shelf.panel.retire([one.ref])
    assert await nodes() == 2 + 1 + 1 + 1
    bare = Card(shelf.workspace, "Bail", "source", "text/plain")
    await shelf.panel.stage([replace(two.version, card=bare)], [])
    assert await nodes() == 2 + 1 + 1
    await shelf.panel.erase(list(shelf.documents))
    assert await nodes() == 0


async def test_a_server_that_is_not_there_is_told_at_once() -> None:
    panel = Neo4jPanel("bolt://127.0.0.1:9", "nobody", "none")
    generation = Generation(GENERATION, "test-model", 8, "test-chunker")
    async with asyncio.timeout(15):
        with pytest.raises(PanelUnavailable, match="cannot be reached"):
            await panel.prepare(generation)
        with pytest.raises(PanelUnavailable, match="cannot be reached"):
            await panel.publish([Shelf(panel, "w", generation).version("x").ref], GENERATION)
        health = await panel.health()
    assert not health.ready
    assert "127.0.0.1:9" in health.detail
    await panel.close()


async def test_a_host_that_no_one_knows_is_unavailable_too() -> None:
    panel = Neo4jPanel("bolt://no-such-host.invalid:7687", "nobody", "none")
    assert not (await panel.health()).ready
    await panel.close()


async def test_a_server_that_hangs_does_not_hang_its_callers() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    panel = Neo4jPanel(
        f"bolt://127.0.0.1:{port}", "nobody", "none", read_timeout=0.3, health_timeout=0.3
    )
    generation = Generation(GENERATION, "test-model", 8, "test-chunker")
    async with asyncio.timeout(20):
        with pytest.raises(PanelUnavailable, match="did not answer"):
            await Shelf(panel, "w", generation).lexical("bail")
        assert not (await panel.health()).ready
        await panel.close()
    server.close()
    await server.wait_closed()


async def test_a_wrong_user_is_told_as_such(neo4j_server: Neo4jServer) -> None:
    panel = Neo4jPanel(neo4j_server.url, f"nobody-{uuid4()}", "none")
    health = await panel.health()
    assert not health.ready
    assert "user" in health.detail
    await panel.close()


async def test_a_newer_schema_needs_a_newer_program(
    shelf: Shelf, neo4j_server: Neo4jServer
) -> None:
    client = Neo4jClient(
        neo4j_server.url,
        neo4j_server.user,
        neo4j_server.password,
        database="neo4j",
        connections=1,
        connect_timeout=3,
        read_timeout=10,
        write_timeout=10,
    )
    older = Neo4jSchema(client, 60, supported=0)
    with pytest.raises(SetupFailed, match="schema"):
        await older.prepare(shelf.generation)
    await client.close()
