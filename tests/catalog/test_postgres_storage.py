"""What only the catalog on PostgreSQL can get wrong: migrations, races, and unfit values."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from procrastinate.schema import migrations_path

from catalog.postgres import PostgresCatalog
from contracts.errors import CatalogUnavailable, InvalidInput, SetupFailed
from contracts.nouns import DEFAULT_WORKSPACE
from contracts.record import VersionState
from tests.catalog.desk import Desk, arrival, kept
from tests.catalog.queue_contract import Handled, working


async def test_any_number_of_processes_may_start_on_an_empty_database(postgres_url: str) -> None:
    catalogs = [PostgresCatalog(postgres_url, pool_size=1) for _ in range(4)]
    await asyncio.gather(*(catalog.open() for catalog in catalogs))
    desks = await asyncio.gather(*(Desk(catalog).opened() for catalog in catalogs))
    refs = await asyncio.gather(*(desk.accept_one("a") for desk in desks))
    assert len(set(refs)) == 1
    for catalog in catalogs:
        await catalog.close()


async def test_opening_again_keeps_everything(postgres_url: str) -> None:
    catalog = PostgresCatalog(postgres_url)
    await catalog.open()
    ref = await (await Desk(catalog).opened()).accept_one("a")
    await catalog.close()
    again = PostgresCatalog(postgres_url)
    await again.open()
    assert (await Desk(again).get(ref.document)).version == 1
    await again.close()


@pytest.mark.parametrize(
    "newer",
    [
        "UPDATE catalog.alembic_version SET version_num = '9999'",
        "UPDATE catalog.queue_schema SET migration = '99.00.00_01_pre_future.sql'",
    ],
)
async def test_a_schema_newer_than_the_program_is_refused(postgres_url: str, newer: str) -> None:
    catalog = PostgresCatalog(postgres_url)
    await catalog.open()
    await catalog.close()
    with psycopg.connect(postgres_url) as connection:
        connection.execute(newer.encode())
    with pytest.raises(SetupFailed):
        await PostgresCatalog(postgres_url).open()


def queue_migrations_before(version: str) -> list[Path]:
    return [file for file in sorted(Path(migrations_path).glob("*.sql")) if file.name < version]


async def test_a_queue_of_an_older_procrastinate_is_migrated(postgres_url: str) -> None:
    catalog = PostgresCatalog(postgres_url)
    await catalog.open()
    await catalog.close()
    old = queue_migrations_before("03.03")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA queue CASCADE; CREATE SCHEMA queue; SET search_path=queue")
        for file in old:
            connection.execute(file.read_bytes())
        connection.execute("UPDATE catalog.queue_schema SET migration = %s", (old[-1].name,))
    catalog = PostgresCatalog(postgres_url)
    await catalog.open()
    ref = await (await Desk(catalog).opened()).accept_one("a")
    handled = Handled()
    async with working(catalog.queue, handled):
        await handled.has(ref.document)
    await catalog.close()


async def test_a_database_that_is_not_there_is_unavailable(postgres_url: str) -> None:
    url = psycopg.conninfo.make_conninfo(postgres_url, dbname="nobody-made-this")
    with pytest.raises(CatalogUnavailable):
        await PostgresCatalog(url).open()


async def test_racing_senders_of_one_source_number_its_versions_without_gap(
    catalog_url: str, postgres_catalog: PostgresCatalog
) -> None:
    other = PostgresCatalog(catalog_url, pool_size=4)
    await other.open()
    desks = [Desk(postgres_catalog), Desk(other)] * 6
    refs = await asyncio.gather(
        *(desk.accept_one("bail", f"text {number}") for number, desk in enumerate(desks))
    )
    await other.close()
    assert len({ref.document for ref in refs}) == 1
    assert sorted(ref.number for ref in refs) == list(range(1, 13))


async def test_racing_senders_of_one_corpus_make_each_document_once(
    catalog_url: str, postgres_catalog: PostgresCatalog
) -> None:
    other = PostgresCatalog(catalog_url, pool_size=4)
    await other.open()
    corpus = [arrival(f"d{number}") for number in range(300)]
    one, two = await asyncio.gather(
        Desk(postgres_catalog).accept(*corpus), Desk(other).accept(*reversed(corpus))
    )
    await other.close()
    assert {r.ref for r in one} == {r.ref for r in two}
    assert len({r.ref for r in one}) == 300
    assert sorted([r.unchanged for r in one] + [r.unchanged for r in two]) == (
        [False] * 300 + [True] * 300
    )


async def test_a_deletion_that_races_with_a_new_version_leaves_nothing_wanted(
    postgres_catalog: PostgresCatalog,
) -> None:
    desk = Desk(postgres_catalog)
    for number in range(8):
        ref = await desk.accept_one(f"d{number}", "1")
        await asyncio.gather(desk.accept_one(f"d{number}", "2"), desk.delete(ref.document))
        for task in await desk.tasks(ref.document):
            assert {state.wanted.value for state in task.states.values()} == {"absent"}


async def test_two_workers_that_drop_the_last_slices_give_the_blob_back_once(
    postgres_catalog: PostgresCatalog,
) -> None:
    desk, blob = Desk(postgres_catalog), "b" * 64
    receipts = await desk.accept(*(arrival(f"r{n}", blob=blob) for n in range(8)))
    refs = [receipt.ref for receipt in receipts]
    await desk.delete(*(ref.document for ref in refs))
    given = await asyncio.gather(*(desk.remove(ref) for ref in refs))
    assert sorted(given) == [[]] * 7 + [[blob]]


async def test_text_that_postgres_cannot_keep_is_made_plain(
    postgres_catalog: PostgresCatalog,
) -> None:
    desk = Desk(postgres_catalog)
    metadata = {"a\0": "b\0\ud800c", "nan": float("nan"), "list": ["\0", float("inf")]}
    (receipt,) = await desk.accept(arrival("so\0urce\udfff", metadata=metadata))
    assert receipt.source == "source?"
    record = await desk.get(receipt.ref.document)
    assert record.metadata == {"a": "b?c", "nan": None, "list": ["", None]}
    reading = kept(receipt.ref, "Ti\0tre\ud800")
    await postgres_catalog.ledger.save_readings([reading])
    assert (await desk.get(receipt.ref.document)).title == "Titre?"


async def test_numbers_beyond_the_database_are_refused_in_words(
    postgres_catalog: PostgresCatalog,
) -> None:
    with pytest.raises(InvalidInput):
        await postgres_catalog.documents.find(DEFAULT_WORKSPACE, limit=10**30)


async def test_one_upload_overtakes_a_corpus(postgres_catalog: PostgresCatalog) -> None:
    desk = Desk(postgres_catalog)
    await desk.accept(*(arrival(f"d{number}") for number in range(100)))
    ref = await desk.accept_one("urgent")
    done: list[UUID] = []
    stop = asyncio.Event()

    async def handle(documents: Sequence[UUID]) -> None:
        done.extend(documents)
        stop.set()

    async def sweep() -> None:
        pass

    worker = asyncio.create_task(postgres_catalog.queue.work(handle, sweep, concurrency=1))
    await stop.wait()
    worker.cancel()
    await asyncio.wait([worker])
    assert done[0] == ref.document


async def test_a_queue_that_somebody_emptied_is_filled_again(
    catalog_url: str, postgres_catalog: PostgresCatalog
) -> None:
    desk = Desk(postgres_catalog)
    ref = await desk.accept_one("a")
    with psycopg.connect(catalog_url) as connection:
        connection.execute("SET search_path = queue")
        connection.execute("DELETE FROM procrastinate_jobs")
    assert await postgres_catalog.ledger.unfinished(10) == [ref.document]


async def test_what_was_accepted_together_is_listed_in_its_order(
    postgres_catalog: PostgresCatalog,
) -> None:
    desk = Desk(postgres_catalog)
    receipts = await desk.accept(*(arrival(f"d{number}") for number in range(500)))
    ids = [receipt.ref.document for receipt in receipts]
    page = await postgres_catalog.documents.find(DEFAULT_WORKSPACE, limit=500)
    assert [item.id for item in page.items] == ids[::-1]
    assert page.items[0].state is VersionState.ACCEPTED
