"""The relational panel's beginnings and bad days: schema, lost servers, words that are counted."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import psycopg
import pytest
from psycopg import sql

from contracts.errors import InvalidInput, PanelUnavailable, SetupFailed
from contracts.nouns import Generation
from tests.panels.shelf import Shelf
from vectorstore.connections import Connections
from vectorstore.panel import PostgresPanel

GENERATION = Generation(1, "test-model", 8, "test-chunker")
NOBODY_LISTENS = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
async def panel(postgres_url: str) -> AsyncIterator[PostgresPanel]:
    panel = PostgresPanel(postgres_url, pool_size=2)
    await panel.prepare(GENERATION)
    yield panel
    await panel.close()


@pytest.fixture
def shelf(panel: PostgresPanel) -> Shelf:
    return Shelf(panel, "w", GENERATION)


async def test_processes_that_start_together_prepare_one_schema(postgres_url: str) -> None:
    panels = [PostgresPanel(postgres_url, pool_size=1) for _ in range(4)]
    await asyncio.gather(*(p.prepare(GENERATION) for p in panels))
    shelf = Shelf(panels[3], "w", GENERATION)
    bundle = shelf.version("Le bail")
    await shelf.show(bundle)
    assert await Shelf(panels[0], "w", GENERATION).everything() == set(bundle.ids)
    for panel in panels:
        await panel.close()


async def test_a_schema_newer_than_the_program_is_left_alone(
    panel: PostgresPanel, postgres_url: str
) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE panel.alembic_version SET version_num = '9999'")
    with pytest.raises(SetupFailed, match="9999"):
        await panel.prepare(GENERATION)


async def test_before_it_is_prepared_the_panel_says_so(postgres_url: str) -> None:
    panel = PostgresPanel(postgres_url)
    health = await panel.health()
    assert not health.ready
    assert "schema" in health.detail
    with pytest.raises(PanelUnavailable):
        await Shelf(panel, "w", GENERATION).lexical("bail")
    await panel.close()


async def test_a_panel_writes_to_a_generation_that_another_process_prepared(
    shelf: Shelf, postgres_url: str
) -> None:
    other = PostgresPanel(postgres_url)
    bundle = shelf.version("Le bail")
    await Shelf(other, "w", GENERATION).show(bundle)
    assert await shelf.everything() == set(bundle.ids)
    await other.close()


async def test_a_server_that_is_not_there_makes_every_verb_unavailable() -> None:
    panel = PostgresPanel(NOBODY_LISTENS)
    shelf = Shelf(panel, "w", GENERATION)
    bundle = shelf.version("Le bail")
    health = await panel.health()
    assert not health.ready
    assert "refused" in health.detail
    for verb in (
        panel.prepare(GENERATION),
        shelf.stage(bundle),
        panel.publish([bundle.ref], 1),
        panel.retire([bundle.ref]),
        panel.erase([bundle.document]),
        shelf.lexical("bail"),
        panel.read("w", bundle.ids),
        shelf.digests(),
        shelf.exported(bundle),
        shelf.card(bundle),
    ):
        with pytest.raises(PanelUnavailable):
            await verb
    await panel.close()


async def test_a_server_that_never_answers_is_given_up() -> None:
    release = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    panel = PostgresPanel(f"postgresql://nobody@127.0.0.1:{port}/nothing?sslmode=disable")
    async with asyncio.timeout(60):
        assert not (await panel.health()).ready
    await panel.close()
    release.set()
    server.close()


async def test_a_database_of_another_encoding_is_refused(postgres_server: str) -> None:
    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'").format(
                sql.Identifier(name)
            )
        )
        panel = PostgresPanel(psycopg.conninfo.make_conninfo(postgres_server, dbname=name))
        with pytest.raises(SetupFailed, match="LATIN1"):
            await panel.prepare(GENERATION)
        await panel.close()
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def test_a_statement_that_outlasts_its_time_is_hung_up(postgres_url: str) -> None:
    connections = Connections(postgres_url, 1)
    async with asyncio.timeout(60):
        with pytest.raises(PanelUnavailable):
            async with connections.lend(0.2) as connection:
                await connection.execute("SELECT pg_sleep(3600)")
        async with connections.lend(10) as connection:
            found = await (await connection.execute("SELECT 1")).fetchone()
    assert found == (1,)
    await connections.close()


async def test_connections_that_the_server_closed_are_replaced(
    shelf: Shelf, postgres_url: str
) -> None:
    bundle = shelf.version("Le bail")
    await shelf.show(bundle)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert await shelf.everything() == set(bundle.ids)


async def test_a_read_only_server_serves_but_takes_no_writes(
    shelf: Shelf, postgres_url: str
) -> None:
    bundle = shelf.version("Le bail")
    await shelf.show(bundle)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    reader = PostgresPanel(postgres_url)
    health = await reader.health()
    assert not health.ready
    assert "read-only" in health.detail
    other = Shelf(reader, "w", GENERATION)
    assert await other.everything() == set(bundle.ids)
    with pytest.raises(PanelUnavailable, match="read-only"):
        await other.show(other.version("Le loyer"))
    await reader.close()


async def test_a_chunk_without_its_version_is_refused(shelf: Shelf) -> None:
    with_version, without = shelf.version("Le bail"), shelf.version("Le loyer")
    with pytest.raises(InvalidInput):
        await shelf.panel.stage([with_version.version], without.chunks)
    assert await shelf.card(with_version) is None


async def test_words_are_counted_exactly_whatever_happened_to_the_chunks(
    shelf: Shelf, postgres_url: str
) -> None:
    first, second, third = (shelf.version("Le bail", "Le loyer dû", "Le bail") for _ in range(3))
    await shelf.show(first, second)
    await shelf.stage(shelf.again(first, 1, "Un préavis"), third)
    await shelf.stage(third)
    newer = shelf.version("Le préavis", document=second.document, number=2)
    await shelf.panel.unindex(1)
    await shelf.show(newer)
    await shelf.panel.retire([second.ref])
    await shelf.panel.prepare(GENERATION)
    await shelf.panel.erase([third.document])
    with psycopg.connect(postgres_url, options="-c search_path=panel,public") as connection:
        kept = connection.execute("SELECT id, chunks FROM panel.term ORDER BY id").fetchall()
        true = connection.execute(
            "SELECT term, count(*) FROM panel.bag, unnest(terms) AS term GROUP BY 1 ORDER BY 1"
        ).fetchall()
        chunks = connection.execute("SELECT sum(chunks) FROM panel.lexicon").fetchone()
        deltas = connection.execute("SELECT count(*) FROM panel.delta").fetchone()
    assert kept == true
    assert len(true) == 2  # bail and préavis
    assert chunks == (4,)
    assert deltas == (0,)
