"""What a client and a worker notice when PostgreSQL restarts, hangs or a worker is killed."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from catalog.postgres import PostgresCatalog
from contracts.errors import CatalogUnavailable
from contracts.nouns import DEFAULT_WORKSPACE, VersionRef
from contracts.record import VersionState
from tests.catalog.desk import DEADLINE, Desk, arrival, until
from tests.catalog.queue_contract import Handled, working
from tests.link import Link, link_to

_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity -- and wait for their end
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
async def link(catalog_url: str) -> AsyncIterator[Link]:
    target = conninfo_to_dict(catalog_url)
    async with link_to(str(target["host"]), int(target["port"] or 5432)) as link:
        yield link


@pytest.fixture
async def linked(catalog_url: str, link: Link) -> AsyncIterator[PostgresCatalog]:
    url = make_conninfo(catalog_url, host="127.0.0.1", port=link.port)
    catalog = PostgresCatalog(url, pool_size=4, patience=1.0)
    await catalog.open()
    await Desk(catalog).opened()
    yield catalog
    await catalog.close()


def end_all_connections(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(_OTHERS)


async def test_a_restart_between_two_calls_is_not_noticed(
    catalog_url: str, postgres_catalog: PostgresCatalog
) -> None:
    desk = Desk(postgres_catalog)
    ref = await desk.accept_one("a")
    await desk.tasks(ref.document)
    end_all_connections(catalog_url)
    assert (await desk.get(ref.document)).state is VersionState.PROCESSING
    assert [task.ref for task in await desk.tasks(ref.document)] == [ref]


async def test_a_server_that_is_away_is_unavailable_until_it_is_back(
    link: Link, linked: PostgresCatalog
) -> None:
    desk = Desk(linked)
    ref = await desk.accept_one("a")
    await link.cut()
    for verb in (desk.get(ref.document), desk.accept_one("b"), desk.tasks(ref.document)):
        with pytest.raises(CatalogUnavailable) as raised:
            await verb
        assert raised.value.remedy
    link.mend()

    async def is_back() -> bool:
        try:
            return (await desk.get(ref.document)).id == ref.document
        except CatalogUnavailable:
            return False

    await until(is_back)
    assert [task.ref for task in await desk.tasks(ref.document)] == [ref]


async def test_a_server_that_says_nothing_does_not_hang_the_caller(
    link: Link, linked: PostgresCatalog
) -> None:
    desk = Desk(linked)
    ref = await desk.accept_one("a")
    link.pause()
    async with asyncio.timeout(DEADLINE):
        with pytest.raises(CatalogUnavailable):
            await desk.get(ref.document)
    link.mend()
    assert (await desk.get(ref.document)).id == ref.document


async def test_a_worker_goes_on_after_an_outage(link: Link, linked: PostgresCatalog) -> None:
    desk = Desk(linked)
    handled = Handled()
    async with working(linked.queue, handled) as worker:
        before = await desk.accept_one("before")
        await handled.has(before.document)
        await link.cut()
        # Long enough for a heartbeat and a poll to find nobody there.
        await asyncio.wait([worker], timeout=3.0)
        link.mend()
        (after,) = await _accept_when_back(desk, "after")
        await handled.has(after)
        assert not worker.done()

        async def is_counted() -> bool:
            return await linked.queue.workers() == 1

        await until(is_counted)


async def test_a_job_whose_end_could_not_be_written_is_finished_later(
    link: Link, linked: PostgresCatalog
) -> None:
    desk = Desk(linked)
    ref = await desk.accept_one("a")
    calls = 0

    async def handle(_: Sequence[UUID]) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            await link.cut()
            raise CatalogUnavailable("gone")
        await desk.ingest(ref)

    async with working(linked.queue, handle):

        async def was_cut() -> bool:
            return calls == 1

        await until(was_cut)
        link.mend()

        async def is_done() -> bool:
            try:
                return await linked.queue.waiting() == 0
            except CatalogUnavailable:
                return False

        await until(is_done)
    assert (await desk.get(ref.document)).state is VersionState.LIVE


async def test_a_follower_outlives_an_outage(link: Link, linked: PostgresCatalog) -> None:
    desk = Desk(linked)
    ref = await desk.accept_one("a")
    states = []
    async with asyncio.timeout(DEADLINE):
        async for record in linked.watch.follow(DEFAULT_WORKSPACE, ref.document):
            states.append(record.state)
            if len(states) == 1:
                await link.cut()
                link.mend()
                await until(lambda: _ingested(desk, ref))
    assert states[-1] is VersionState.LIVE


async def _ingested(desk: Desk, ref: VersionRef) -> bool:
    try:
        await desk.ingest(ref)
    except CatalogUnavailable:
        return False
    return True


async def _accept_when_back(desk: Desk, source: str) -> list[UUID]:
    accepted: list[UUID] = []

    async def accepts() -> bool:
        try:
            accepted.extend(r.ref.document for r in await desk.accept(arrival(source)))
        except CatalogUnavailable:
            return False
        return True

    await until(accepts)
    return accepted


KILLED_WORKER = """
import asyncio, sys
from catalog.postgres import PostgresCatalog

async def main():
    catalog = PostgresCatalog(sys.argv[1])
    await catalog.open()

    async def handle(documents):
        async with catalog.ledger.claim(documents):
            print("in hand", flush=True)
            await asyncio.Event().wait()

    async def sweep():
        pass

    await catalog.queue.work(handle, sweep, concurrency=1)

asyncio.run(main())
"""


async def test_a_killed_workers_job_is_taken_over(
    catalog_url: str, postgres_catalog: PostgresCatalog
) -> None:
    desk = Desk(postgres_catalog)
    ref = await desk.accept_one("a")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED_WORKER, catalog_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    assert await process.stdout.readline() == b"in hand\n"
    assert await desk.tasks(ref.document) == []
    process.send_signal(signal.SIGKILL)
    await process.wait()

    async def lease_is_free() -> bool:
        return [task.ref for task in await desk.tasks(ref.document)] == [ref]

    await until(lease_is_free)
    handled = Handled()
    async with working(postgres_catalog.queue, handled):
        await handled.has(ref.document)
    assert await postgres_catalog.queue.waiting() == 0
