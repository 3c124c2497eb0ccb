"""What hands and older programs leave in the graph is found, named and mended; a real server."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
from neo4j import AsyncDriver, AsyncGraphDatabase

from contracts.digests import is_sound
from contracts.errors import PanelUnavailable, SpaceMismatch
from contracts.nouns import Filters, Generation, Mention, Span, StrayKind, facet
from graphstore.names import generation_label, language_label, live_key
from graphstore.panel import Neo4jPanel
from tests.conftest import Neo4jServer
from tests.panels.emptying_contract import EmptyingContract
from tests.panels.shelf import Bundle, Shelf, same

NUMBER = random.SystemRandom().randrange(10_000, 2**31)
GENERATION = Generation(NUMBER, "test-model", 8, "test-chunker")
LABEL = generation_label(NUMBER)
FRENCH = language_label(NUMBER, "fr")
ANNA, OTTO = Mention(Span(0, 2), "person", "Anna"), Mention(Span(3, 7), "person", "Otto")
FIRST = "MATCH (c:Chunk {id: $first}) "
VERSION = "MATCH (v:Version {id: $version}) "
FOLDER = Filters(facets=(facet("folder", "Baux"),))


@pytest.fixture(scope="module")
async def driver(neo4j_server: Neo4jServer) -> AsyncIterator[AsyncDriver]:
    """The hand that edits behind the panel's back."""
    auth = (neo4j_server.user, neo4j_server.password)
    async with AsyncGraphDatabase.driver(neo4j_server.url, auth=auth) as driver:
        yield driver


@pytest.fixture(scope="module")
async def panel(neo4j_server: Neo4jServer) -> AsyncIterator[Neo4jPanel]:
    panel = Neo4jPanel(neo4j_server.url, neo4j_server.user, neo4j_server.password)
    yield panel
    await panel.forget(NUMBER)
    await panel.close()


@pytest.fixture
async def shelf(panel: Neo4jPanel) -> AsyncIterator[Shelf]:
    await panel.prepare(GENERATION)
    shelf = Shelf(panel, f"w-{uuid4()}", GENERATION)
    yield shelf
    await panel.erase(list(shelf.documents))


@pytest.fixture
async def bundle(shelf: Shelf) -> Bundle:
    """A live version with all that a version can have."""
    bundle = shelf.version(
        *("Le bail", "Le loyer", "Le préavis"),
        metadata={"folder": "Baux"},
        mentions=[(ANNA, OTTO), (ANNA,)],
    )
    await shelf.show(bundle)
    return bundle


async def edit(driver: AsyncDriver, bundle: Bundle, cypher: str) -> None:
    """Run a statement that may name the version, its document and its first chunks."""
    first, second, third = map(str, bundle.ids)
    await driver.execute_query(
        cypher,
        first=first,
        second=second,
        third=third,
        version=f"{bundle.document}.{bundle.ref.number}.{NUMBER}",
        document=str(bundle.document),
        label=LABEL,
        french=FRENCH,
    )


async def is_as_written(shelf: Shelf, bundle: Bundle) -> bool:
    """Tell whether every verb gives the bundle as if nobody had touched it."""
    await shelf.publish(bundle)
    found = await shelf.search("bail loyer préavis", shelf.vector())
    return (
        same(await shelf.exported(bundle), bundle.chunks)
        and await shelf.digests() == [bundle.digest(live=True)]
        and await shelf.card(bundle) == bundle.version
        and {hit.chunk for hit in found.dense} == set(bundle.ids)
        and {hit.chunk for hit in found.lexical} == set(bundle.ids)
        and await shelf.strays() == []
    )


@pytest.mark.parametrize(
    "cypher",
    [
        FIRST + "SET c.text = 'Le mandat'",
        FIRST + "SET c.start = c.start + 1",
        FIRST + "SET c.embedding = [1.0, 0, 0, 0, 0, 0, 0, 0]",
        FIRST + "SET c.embedding = [1.0]",
        FIRST + "REMOVE c.embedding",
        FIRST + "SET c.digest = 'none'",
        FIRST + "MATCH (c)-[m:MENTIONS]->(:Entity {name: 'Anna'}) SET m.place = 9",
        FIRST + "MATCH (c)-[m:MENTIONS]->(:Entity {name: 'Anna'}) REMOVE m.place SET m.end = 4",
        FIRST + "MATCH (c)-[:MENTIONS]->(e:Entity {name: 'Anna'}) SET e.name = 'Anne'",
    ],
)
async def test_an_edited_chunk_is_not_sound_until_it_is_overwritten(
    shelf: Shelf, bundle: Bundle, driver: AsyncDriver, cypher: str
) -> None:
    await edit(driver, bundle, cypher)
    sound = [is_sound(one, GENERATION.model) for one in await shelf.exported(bundle)]
    assert len(sound) == len(bundle.chunks)
    assert not sound[0]
    await shelf.panel.stage([bundle.version], bundle.chunks, overwrite=True)
    assert await is_as_written(shelf, bundle)


@pytest.mark.parametrize(
    "cypher",
    [
        FIRST + "SET c.search = 'le mandat'",
        FIRST + "SET c.search = c.search + ' mandat'",
        FIRST + "SET c.search = c.text",
        FIRST + "REMOVE c.search",
    ],
)
async def test_words_that_are_not_the_texts_are_named_until_the_chunk_is_overwritten(
    shelf: Shelf, bundle: Bundle, driver: AsyncDriver, cypher: str
) -> None:
    assert await shelf.misindexed() == []
    await edit(driver, bundle, cypher)
    assert await shelf.misindexed() == bundle.ids[:1]
    assert all(is_sound(one, GENERATION.model) for one in await shelf.exported(bundle))
    await shelf.panel.stage([bundle.version], bundle.chunks, overwrite=True)
    assert await shelf.misindexed() == []
    assert await is_as_written(shelf, bundle)


@pytest.mark.parametrize(
    "cypher",
    [
        VERSION + "SET v.title = 'Autre'",
        VERSION + "SET v.metadata = '{not json'",
        VERSION + "REMOVE v.source",
        VERSION + "SET v.workspace = 'elsewhere'",
    ],
)
async def test_an_edited_card_is_not_the_card_until_it_is_staged_again(
    shelf: Shelf, bundle: Bundle, driver: AsyncDriver, cypher: str
) -> None:
    await edit(driver, bundle, cypher)
    assert await shelf.card(bundle) != bundle.version
    await shelf.panel.stage([bundle.version], [])
    assert await is_as_written(shelf, bundle)


@pytest.mark.parametrize(
    ("kind", "cypher"),
    [
        (StrayKind.LINK, FIRST + "MATCH (c)-[of:OF]->() DELETE of"),
        (StrayKind.LINK, FIRST + "MATCH (c)-[next:NEXT]->() DELETE next"),
        (StrayKind.LINK, FIRST + "MATCH (d:Chunk {id: $third}) CREATE (c)-[:NEXT]->(d)"),
        (StrayKind.LINK, FIRST + "MATCH (d:Chunk {id: $third}) CREATE (d)-[:NEXT]->(c)"),
        (StrayKind.LINK, VERSION + "MATCH (v)-[tagged:TAGGED]->() DELETE tagged"),
        (StrayKind.LINK, VERSION + "CREATE (v)-[:TAGGED]->(:Facet {id: randomUUID()})"),
        (StrayKind.LINK, VERSION + "MATCH (v)<-[has:HAS_VERSION]-() DELETE has"),
        (StrayKind.LINK, "MATCH (d:Document {id: $document}) DETACH DELETE d"),
        (StrayKind.GENERATION, VERSION + "SET v.number = 7"),
        (StrayKind.GENERATION, VERSION + "SET v.generation = v.generation + 1"),
        (StrayKind.GENERATION, FIRST + "SET c.version = 7"),
        (StrayKind.GENERATION, FIRST + "SET c.generation = 7"),
        (StrayKind.GENERATION, FIRST + "SET c.document = randomUUID()"),
        (StrayKind.GENERATION, FIRST + "REMOVE c.scope"),
        (StrayKind.GENERATION, FIRST + "REMOVE c:$($label)"),
        (StrayKind.GENERATION, FIRST + "REMOVE c:$($french)"),
        (StrayKind.GENERATION, FIRST + "SET c:$($label + '_ru')"),
        (StrayKind.AUDIENCE, FIRST + "SET c.workspace = 'elsewhere'"),
        (StrayKind.AUDIENCE, FIRST + "REMOVE c.workspace"),
    ],
)
async def test_what_is_connected_or_filed_wrongly_is_named_and_mended(
    shelf: Shelf, bundle: Bundle, driver: AsyncDriver, kind: StrayKind, cypher: str
) -> None:
    await edit(driver, bundle, cypher)
    assert kind in {stray.kind for stray in await shelf.strays()}
    assert await shelf.panel.tidy(NUMBER) > 0
    assert await is_as_written(shelf, bundle)
    assert await shelf.lexical("bail", filters=FOLDER) == bundle.ids[:1]


async def test_a_chunk_that_hangs_on_two_versions_is_put_back(
    shelf: Shelf, bundle: Bundle, driver: AsyncDriver
) -> None:
    other = shelf.version("Le mandat")
    await shelf.show(other)
    also = f"MATCH (v:Version {{id: '{other.document}.1.{NUMBER}'}}) CREATE (c)-[:OF]->(v)"
    await edit(driver, bundle, FIRST + also)
    assert await shelf.digests(other) != [other.digest(live=True)]
    assert {stray.kind for stray in await shelf.strays()} == {StrayKind.LINK}
    assert await shelf.panel.tidy(NUMBER) == 1
    assert await shelf.digests() == sorted(
        (b.digest(live=True) for b in (bundle, other)), key=lambda d: d.ref
    )


async def test_staging_a_chunk_hangs_it_on_its_version_again(
    shelf: Shelf, bundle: Bundle, driver: AsyncDriver
) -> None:
    await edit(driver, bundle, FIRST + "MATCH (c)-[of:OF]->() DELETE of")
    assert await shelf.digests() != [bundle.digest(live=True)]
    await shelf.stage(bundle)
    assert await is_as_written(shelf, bundle)


async def test_what_belongs_to_nothing_is_named_and_removed(
    shelf: Shelf, bundle: Bundle, driver: AsyncDriver
) -> None:
    kept = shelf.version("Le bail", mentions=[(ANNA,)])
    await shelf.show(kept)
    before = {stray.detail for stray in await shelf.strays()}
    await edit(
        driver,
        bundle,
        VERSION + "MATCH (d:Document {id: $document}) DETACH DELETE v, d "
        "CREATE (:Entity {id: $document, name: 'Nobody'}), (:Facet {id: $document})",
    )
    found = [stray for stray in await shelf.strays() if stray.detail not in before]
    named = " ".join(stray.detail for stray in found)
    assert {stray.kind for stray in found} == {StrayKind.ORPHAN}
    assert [stray.ref for stray in found].count(bundle.ref) == len(bundle.chunks)
    assert all(str(one) in named for one in (*bundle.ids, "Nobody", f"Facet {bundle.document}"))
    assert await shelf.panel.tidy(NUMBER) >= len(found)
    assert await shelf.strays() == []
    assert await shelf.is_gone(bundle)
    assert same(await shelf.exported(kept), kept.chunks)
    left = await driver.execute_query(
        "MATCH (e:Entity {workspace: $workspace}) RETURN e.name AS name",
        workspace=shelf.workspace,
    )
    assert [row["name"] for row in left.records] == ["Anna"]


async def test_a_chunk_that_lost_its_label_makes_room_for_its_copy(
    shelf: Shelf, bundle: Bundle, driver: AsyncDriver
) -> None:
    await edit(driver, bundle, FIRST + "REMOVE c:Chunk")
    assert {stray.kind for stray in await shelf.strays()} >= {StrayKind.ORPHAN}
    await shelf.stage(bundle)
    await shelf.panel.tidy(NUMBER)
    assert await is_as_written(shelf, bundle)


async def test_a_chunk_moved_by_hand_is_not_read_in_the_other_workspace(
    shelf: Shelf, bundle: Bundle, driver: AsyncDriver
) -> None:
    other = Shelf(shelf.panel, f"w-{uuid4()}", GENERATION)
    await edit(driver, bundle, FIRST + f"SET c.workspace = '{other.workspace}'")
    found = await other.search("bail", bundle.chunks[0].embedding)
    assert (found.dense, found.lexical) == ((), ())
    assert await shelf.panel.read(other.workspace, bundle.ids) == {}


async def test_searches_without_their_index_say_so(shelf: Shelf, bundle: Bundle) -> None:
    await shelf.panel.unindex(NUMBER)
    with pytest.raises(PanelUnavailable, match="indexes"):
        await shelf.lexical("bail")
    with pytest.raises(PanelUnavailable, match="indexes"):
        await shelf.dense(shelf.vector())
    await shelf.panel.prepare(GENERATION)
    assert await is_as_written(shelf, bundle)


async def test_another_process_stages_nothing_into_a_forgotten_generation(
    shelf: Shelf, bundle: Bundle, neo4j_server: Neo4jServer, driver: AsyncDriver
) -> None:
    elsewhere = Neo4jPanel(neo4j_server.url, neo4j_server.user, neo4j_server.password)
    await elsewhere.stage([bundle.version], bundle.chunks)
    await shelf.panel.forget(NUMBER)
    with pytest.raises(SpaceMismatch):
        await elsewhere.stage([bundle.version], bundle.chunks)
    await elsewhere.close()
    left = await driver.execute_query(
        "MATCH (n) WHERE n.workspace = $workspace OR n.id = $document RETURN n",
        workspace=shelf.workspace,
        document=str(bundle.document),
    )
    assert left.records == []


async def test_what_the_first_schema_showed_is_still_shown(
    shelf: Shelf, neo4j_server: Neo4jServer, driver: AsyncDriver
) -> None:
    other = replace(GENERATION, number=NUMBER + 1)
    await shelf.panel.prepare(other)
    live, staged = shelf.version("Le bail"), shelf.version("Le loyer")
    newer = shelf.version("Le préavis", document=live.document, number=2)
    beside = Shelf(shelf.panel, shelf.workspace, other)
    there = beside.version("Le mandat", document=live.document)
    await shelf.stage(live, staged, newer)
    await beside.stage(there)
    # As schema 1 wrote it: one live number for all generations, and no entities.
    await driver.execute_query("MATCH (s:Schema) SET s.version = 1")
    await driver.execute_query("DROP CONSTRAINT entity_id IF EXISTS")
    await driver.execute_query("MATCH (d:Document {id: $id}) SET d.live = 1", id=str(live.document))
    program = Neo4jPanel(neo4j_server.url, neo4j_server.user, neo4j_server.password)
    for _ in range(2):
        await program.prepare(GENERATION)
    await program.close()
    assert await shelf.everything() == set(live.ids)
    assert await beside.everything() == set(there.ids)
    assert [d.live for d in await shelf.digests(live)] == [True, False]
    found = await driver.execute_query(
        "MATCH (d:Document {id: $id}) RETURN d.live AS old, properties(d) AS now",
        id=str(live.document),
    )
    assert found.records[0]["old"] is None
    assert found.records[0]["now"][live_key(other.number)] == 1
    await shelf.publish(newer)
    assert await shelf.everything() == set(newer.ids)
    await shelf.panel.forget(other.number)


class TestEmptying(EmptyingContract):
    """The server is the test run's own, and no other test's documents are in it meanwhile."""

    @pytest.fixture
    def generation(self) -> Generation:
        return GENERATION

    @pytest.fixture
    async def panel(self, panel: Neo4jPanel) -> Neo4jPanel:
        await panel.prepare(GENERATION)
        return panel
