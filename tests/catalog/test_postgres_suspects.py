"""What was in hand when a worker died is known by the record, however the worker died."""

from contextlib import AbstractAsyncContextManager
from uuid import UUID

import psycopg
import pytest

from catalog.postgres import PostgresCatalog
from contracts.nouns import PanelName
from contracts.record import Task, VersionState
from tests.catalog.desk import Desk, until

_LEASES = """
SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
WHERE locktype = 'advisory' AND objsubid = 1 AND d.datname = current_database()
"""


class Mortals:
    """Workers that die with documents in hand: their locks go, and nothing else happens."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._abandoned: list[AbstractAsyncContextManager[list[Task]]] = []

    async def die_with(self, *documents: UUID) -> None:
        worker = PostgresCatalog(self._url, pool_size=2)
        await worker.open()
        claim = worker.ledger.claim(documents)
        self._abandoned.append(claim)  # never left: its end would be a worker's that lives
        assert len(await claim.__aenter__()) == len(documents)
        await worker.close()

        async def locks_are_gone() -> bool:
            with psycopg.connect(self._url) as connection:
                return connection.execute(_LEASES).fetchone() == (0,)

        await until(locks_are_gone)


@pytest.fixture
def mortals(catalog_url: str) -> Mortals:
    return Mortals(catalog_url)


async def test_deaths_are_counted_until_the_version_is_live(
    postgres_catalog: PostgresCatalog, mortals: Mortals
) -> None:
    desk, ledger = Desk(postgres_catalog), postgres_catalog.ledger
    poison, other = await desk.accept_one("a"), await desk.accept_one("b")
    both = [poison.document, other.document]
    await mortals.die_with(*both)
    assert await ledger.suspects(both) == dict.fromkeys(both, 1)
    await mortals.die_with(poison.document)
    assert await ledger.suspects(both) == {poison.document: 2, other.document: 1}
    await desk.ingest(other)
    await desk.tasks(poison.document)  # a worker that came back is no further death
    assert await ledger.suspects(both) == {poison.document: 2}
    await desk.ingest(poison)
    assert await ledger.suspects(both) == {}


async def test_live_versions_are_not_suspected(
    postgres_catalog: PostgresCatalog, mortals: Mortals
) -> None:
    desk = Desk(postgres_catalog)
    (live,) = await desk.live_documents("a")
    await postgres_catalog.ledger.redo([live], 1, PanelName.GRAPH)
    await mortals.die_with(live.document)
    assert await postgres_catalog.ledger.suspects([live.document]) == {}
    assert (await desk.get(live.document)).state is VersionState.LIVE
