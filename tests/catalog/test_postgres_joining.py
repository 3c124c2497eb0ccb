"""Small documents that came one by one are done together; none waits for another's trouble."""

from collections.abc import Sequence
from uuid import UUID

import psycopg

from catalog.joining import BYTES, DOCUMENTS
from catalog.postgres import PostgresCatalog
from contracts.errors import CatalogUnavailable
from contracts.nouns import DEFAULT_WORKSPACE
from tests.catalog.desk import Desk, arrival, until
from tests.catalog.queue_contract import working

_IN_HAND = """
SELECT count(*), count(DISTINCT worker_id) FROM queue.procrastinate_jobs WHERE status = 'doing'
"""


class Lots:
    """A handler that notes which documents it was given together."""

    def __init__(self, poison: UUID | None = None) -> None:
        self.lots: list[list[UUID]] = []
        self._poison = poison

    async def __call__(self, documents: Sequence[UUID]) -> None:
        if self._poison in documents:
            raise CatalogUnavailable("The original is not there.")
        self.lots.append(list(documents))

    @property
    def done(self) -> list[UUID]:
        return [document for lot in self.lots for document in lot]


async def _sent(
    catalog: PostgresCatalog, count: int, size: int = 1, workspace: str = DEFAULT_WORKSPACE
) -> list[UUID]:
    """Accept documents of a size, each in a call of its own."""
    receipts = [
        await catalog.documents.accept(workspace, [arrival(f"{workspace} {size} {n}", size=size)])
        for n in range(count)
    ]
    return [receipt.ref.document for (receipt,) in receipts]


async def test_small_documents_that_wait_are_done_together(
    postgres_catalog: PostgresCatalog,
) -> None:
    documents = await _sent(postgres_catalog, DOCUMENTS + 3)
    handle = Lots()

    async def has_ended() -> bool:
        return len(handle.done) == len(documents) and not await postgres_catalog.queue.waiting()

    async with working(postgres_catalog.queue, handle):
        await until(has_ended)
    assert sorted(map(len, handle.lots)) == [3, DOCUMENTS]
    assert sorted(handle.done) == sorted(documents)


async def test_large_documents_and_those_of_others_wait_their_turn(
    postgres_catalog: PostgresCatalog,
) -> None:
    await postgres_catalog.people.add_workspace("other")
    large = await _sent(postgres_catalog, 2, size=BYTES)
    small = await _sent(postgres_catalog, 2)
    others = await _sent(postgres_catalog, 2, workspace="other")
    handle = Lots()

    async def has_ended() -> bool:
        return len(handle.done) == 6

    async with working(postgres_catalog.queue, handle):
        await until(has_ended)
    assert sorted(map(sorted, handle.lots)) == sorted(
        [[large[0]], [large[1]], sorted(small), sorted(others)]
    )


async def test_what_one_document_waits_for_keeps_no_other_waiting(
    postgres_catalog: PostgresCatalog,
) -> None:
    documents = await _sent(postgres_catalog, 4)
    handle = Lots(poison=documents[1])

    async def the_others_have_ended() -> bool:
        return sorted(handle.done) == sorted([documents[0], *documents[2:]])

    async with working(postgres_catalog.queue, handle):
        await until(the_others_have_ended)
    assert await postgres_catalog.queue.waiting() == 1


async def test_what_is_taken_along_is_rescued_with_its_worker(
    postgres_catalog: PostgresCatalog, catalog_url: str
) -> None:
    await Desk(postgres_catalog).accept_one("alone in a lot")
    await _sent(postgres_catalog, 3)
    seen: list[tuple[int, int]] = []

    async def handle(_: Sequence[UUID]) -> None:
        async with await psycopg.AsyncConnection.connect(catalog_url) as connection:
            row = await (await connection.execute(_IN_HAND)).fetchone()
        seen.append(row or (0, 0))

    async def has_ended() -> bool:
        return bool(seen)

    async with working(postgres_catalog.queue, handle):
        await until(has_ended)
    assert seen == [(4, 1)]
