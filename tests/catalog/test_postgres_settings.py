"""What only the catalog on PostgreSQL can get wrong about settings: races, migration, clocks."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from catalog import migrations
from catalog.postgres import PostgresCatalog
from contracts.errors import CatalogUnavailable, Conflict
from contracts.nouns import PanelName, ReadMode
from contracts.policy import GenerationState, PanelStanding, Policy
from tests.catalog.desk import CHANGE, OTHER_SPACE, PANELS, SPACE, Desk, arrival, kept, until
from tests.catalog.queue_contract import Handled, working

_OLD_DATA = """
CREATE TABLE catalog.alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO catalog.alembic_version VALUES ('0001');
INSERT INTO catalog.generation (number, model, dimension, chunker)
VALUES (1, 'tried', 8, 'once'), (2, 'e5', 384, 'sentences'), (3, 'tried', 9, 'never');
INSERT INTO catalog.document (id, workspace, source, source_key, newest, sha256, live)
VALUES (gen_random_uuid(), 'default', 'a', 'a', 1, 'x', 1);
INSERT INTO catalog.version
    (document, number, filename, sha256, blob, start, stop, metadata, state)
SELECT id, 1, 'a', 'x', 'x', 0, 1, '{}', 'live' FROM catalog.document;
INSERT INTO catalog.ledger (document, number, generation, panel, reached, chunks, due)
SELECT id, 1, 2, panel, 'live', 3, NULL
FROM catalog.document, unnest(ARRAY['vector', 'graph']) AS panel;
"""
_PLACES = """
SELECT document, number, count(*), count(DISTINCT generation), count(DISTINCT panel),
       count(DISTINCT wanted)
FROM catalog.ledger GROUP BY document, number
"""


async def test_a_record_of_before_keeps_its_generation_and_serves(postgres_url: str) -> None:
    first = Path(migrations.__file__).parent / "versions" / "0001_record.sql"
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE SCHEMA catalog; CREATE SCHEMA queue")
        connection.execute(first.read_bytes())
        connection.execute(_OLD_DATA)
    catalog = PostgresCatalog(postgres_url)
    await catalog.open()
    assert (await catalog.generations.ensure(*OTHER_SPACE)).number == 2
    states = {r.generation.number: r.state for r in await catalog.generations.records()}
    assert states == {
        1: GenerationState.RETIRING,
        2: GenerationState.LIVE,
        3: GenerationState.RETIRING,
    }
    plan = await catalog.policies.plan()
    assert (plan.serving, plan.default) == (frozenset(PANELS), Policy(ReadMode.FUSED))
    (expected,) = [one async for one in catalog.ledger.expectations(2)]
    assert dict(expected.seals) == {}
    assert (await catalog.generations.begin(*OTHER_SPACE, CHANGE)).number == 4
    await catalog.close()


@pytest.mark.parametrize("change", ["begin", "enable"])
async def test_whoever_sends_deletes_or_works_during_a_change_every_version_has_its_rows(
    postgres_catalog: PostgresCatalog, catalog_url: str, change: str
) -> None:
    desk = Desk(postgres_catalog)
    other = PostgresCatalog(catalog_url, pool_size=4)
    await other.open()
    live = await desk.live_documents(*(f"live{number}" for number in range(40)))
    if change == "enable":
        await other.register.disable(PanelName.GRAPH, CHANGE)

    async def settings() -> None:
        if change == "begin":
            await other.generations.begin(*OTHER_SPACE, CHANGE)
        else:
            await other.register.enable(PanelName.GRAPH, CHANGE)

    async def replace(number: int) -> None:
        ref = await desk.accept_one(f"live{number}", "other")
        await desk.fill(ref, panels=(PanelName.VECTOR,))
        await postgres_catalog.ledger.go_live([ref])

    async def send(number: int) -> None:
        await desk.accept(*(arrival(f"n{number}.{part}") for part in range(5)))

    async with asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(send(number))
            group.create_task(replace(number))
            group.create_task(desk.delete(live[8 + number].document))
            if number == 3:
                group.create_task(settings())
    await other.close()
    with psycopg.connect(catalog_url) as connection:
        rows = connection.execute(_PLACES).fetchall()
    generations = 2 if change == "begin" else 1
    assert len(rows) == 40 + 40 + 8
    assert Counter(row[2:] for row in rows) == {(2 * generations, generations, 2, 1): len(rows)}


async def test_a_panel_is_not_turned_off_while_a_policy_comes_to_name_it(
    postgres_catalog: PostgresCatalog,
) -> None:
    policies, register = postgres_catalog.policies, postgres_catalog.register
    for _ in range(5):
        given = await asyncio.gather(
            policies.set(None, Policy(ReadMode.GRAPH), CHANGE),
            register.disable(PanelName.GRAPH, CHANGE),
            return_exceptions=True,
        )
        assert [type(one) for one in given if one is not None] == [Conflict]
        await policies.set(None, Policy(ReadMode.FUSED), CHANGE)
        standings = {record.panel: record.standing for record in await register.records()}
        if standings[PanelName.GRAPH] is PanelStanding.OFF:
            await register.enable(PanelName.GRAPH, CHANGE)
            assert await register.serve(PanelName.GRAPH)


async def test_of_racing_starts_one_notes_its_generation(bare_catalog: PostgresCatalog) -> None:
    given = await asyncio.gather(
        *(bare_catalog.generations.ensure(*space) for space in (SPACE, OTHER_SPACE) * 4)
    )
    assert len(set(given)) == 1


async def test_a_clock_that_went_back_hides_no_work(
    postgres_catalog: PostgresCatalog, catalog_url: str
) -> None:
    desk = Desk(postgres_catalog)
    ref = await desk.accept_one("a")
    with psycopg.connect(catalog_url) as connection:
        connection.execute("UPDATE catalog.ledger SET due = now() + interval '1 year'")
    assert await postgres_catalog.ledger.unfinished(10) == [ref.document]


async def test_a_clock_that_went_back_stops_no_sweep_and_no_rescue(
    postgres_catalog: PostgresCatalog, catalog_url: str
) -> None:
    """A dead worker holds a job, another waits for its time: both by a clock of tomorrow."""
    desk = Desk(postgres_catalog)
    held = (await desk.accept_one("held")).document
    waiting = (await desk.accept_one("waiting")).document
    with psycopg.connect(catalog_url, autocommit=True) as connection:
        connection.execute("SET search_path = queue")
        connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 day')"
        )
        connection.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', "
            "worker_id = (SELECT max(id) FROM procrastinate_workers) WHERE id = "
            "(SELECT min(id) FROM procrastinate_jobs)"
        )
        connection.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 day' "
            "WHERE status = 'todo'"
        )
        connection.execute("UPDATE catalog.duty SET done = now() + interval '1 day'")
    handled = Handled()
    async with working(postgres_catalog.queue, handled):
        await handled.has(waiting)
        await handled.has(held)


async def test_a_long_backlog_is_given_bit_by_bit(
    postgres_catalog: PostgresCatalog,
) -> None:
    desk = Desk(postgres_catalog)
    refs = await desk.live_documents(*(f"d{number}" for number in range(300)))
    await postgres_catalog.register.begin_rebuild(PanelName.GRAPH, "vector", CHANGE)
    await postgres_catalog.register.refill(PanelName.GRAPH)
    first = await postgres_catalog.ledger.unfinished(100)
    assert first == sorted(ref.document for ref in refs)[:100]
    await postgres_catalog.queue.nudge(first)
    assert not set(first) & set(await postgres_catalog.ledger.unfinished(100))


async def test_a_rebuild_from_the_originals_is_not_stuck_with_who_writes_rows_meanwhile(
    postgres_catalog: PostgresCatalog,
) -> None:
    desk = Desk(postgres_catalog)
    refs = await desk.live_documents(*(f"d{number}" for number in range(60)))
    await postgres_catalog.ledger.save_readings([kept(ref) for ref in refs])

    async def write(chosen: Sequence[UUID]) -> None:
        mine = [ref for ref in refs if ref.document in set(chosen)]
        # Writers in opposite orders may meet in a circle: who loses is told to try again.
        with suppress(CatalogUnavailable):
            await desk.fill(*reversed(mine))
            await postgres_catalog.queue.nudge([ref.document for ref in mine])

    await postgres_catalog.register.begin_rebuild(PanelName.GRAPH, "originals", CHANGE)
    ids = [ref.document for ref in refs]
    await asyncio.gather(
        *(write(ids[n:]) for n in range(6)), postgres_catalog.register.refill(PanelName.GRAPH)
    )

    async def is_refilled() -> bool:
        await desk.fill(*refs)
        return await postgres_catalog.register.serve(PanelName.GRAPH)

    await until(is_refilled)


async def test_one_process_at_a_time_moves_rebuilds_on(
    postgres_catalog: PostgresCatalog, catalog_url: str
) -> None:
    other = PostgresCatalog(catalog_url, pool_size=1)
    await other.open()
    async with postgres_catalog.rights.rebuilding() as mine:
        async with other.rights.rebuilding() as theirs:
            assert (mine, theirs) == (True, False)

    async def is_free() -> bool:
        async with other.rights.rebuilding() as theirs:
            return theirs

    await until(is_free)
    await other.close()
