"""People's uploads overtake the backlog; neither waits for ever for the other."""

from collections.abc import Sequence
from itertools import count
from uuid import UUID

import psycopg
import pytest

from catalog.joining import BYTES
from catalog.postgres import PostgresCatalog
from catalog.queue import _TAKE_TURN
from contracts.nouns import DEFAULT_WORKSPACE
from contracts.record import Arrival
from tests.catalog.desk import Desk, arrival, until
from tests.catalog.queue_contract import working

_MANY = """
INSERT INTO queue.procrastinate_jobs (queue_name, task_name, priority, args)
SELECT 'reconcile', 'reconcile', 0, jsonb_build_object('workspace', 'w' || n % 50)
FROM generate_series(1, 20000) n
"""


def _large(source: str) -> Arrival:
    """Give a document that no other one is done together with."""
    return arrival(source, size=BYTES)


async def test_a_backlog_ends_while_uploads_never_stop_and_neither_is_starved(
    postgres_catalog: PostgresCatalog,
) -> None:
    desk, queue = Desk(postgres_catalog), postgres_catalog.queue
    accept, numbers, done = postgres_catalog.documents.accept, count(), ""
    backlog = [
        (await accept(DEFAULT_WORKSPACE, [_large(f"bulk {n}")], bulk=True))[0].ref.document
        for n in range(6)
    ]

    async def handle(documents: Sequence[UUID]) -> None:
        nonlocal done
        mine = documents[0] in backlog
        if not mine:  # whoever's upload is in hand sends the next one: there is always one waiting
            await desk.accept_one(f"upload {next(numbers)}")
        done += "b" if mine else "u"

    async def has_ended() -> bool:
        return done.count("b") == len(backlog)

    await desk.accept_one("the first upload")
    async with working(queue, handle):
        await until(has_ended)
    assert "bb" not in done


@pytest.mark.parametrize("bulk", [False, True])
async def test_one_workspace_with_much_does_not_keep_the_single_upload_of_another_waiting(
    postgres_catalog: PostgresCatalog,
    bulk: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    queue, people = postgres_catalog.queue, postgres_catalog.people
    await people.add_workspace("small")
    await people.add_workspace("tiny")
    done: list[UUID] = []
    late: list[UUID] = []
    accept = postgres_catalog.documents.accept

    async def handle(documents: Sequence[UUID]) -> None:
        done.extend(documents)
        if len(done) == 3:  # in the middle of the work of the first workspace
            for workspace in ("tiny", "small"):
                (receipt,) = await accept(workspace, [_large("one")], bulk=bulk)
                late.append(receipt.ref.document)

    async def has_ended() -> bool:
        return len(done) == 42

    for number in range(40):
        await accept(DEFAULT_WORKSPACE, [_large(f"much {number}")], bulk=bulk)
    async with working(queue, handle):
        await until(has_ended)
    # The job that was let go before the two were there, and one of the others' between them.
    assert {done.index(document) for document in late} <= set(range(3, 8))


async def test_what_is_sent_in_bulk_lets_uploads_pass_one_by_one(
    postgres_catalog: PostgresCatalog,
) -> None:
    done: list[UUID] = []
    accept = postgres_catalog.documents.accept
    bulk = [
        (await accept(DEFAULT_WORKSPACE, [_large(f"bulk {n}")], bulk=True))[0].ref.document
        for n in range(6)
    ]
    uploads = [
        (await accept(DEFAULT_WORKSPACE, [_large(f"upload {n}")]))[0].ref.document for n in range(6)
    ]

    async def handle(documents: Sequence[UUID]) -> None:
        done.extend(documents)

    async def has_ended() -> bool:
        return len(done) == 12

    async with working(postgres_catalog.queue, handle):
        await until(has_ended)
    assert done[0] == uploads[0]
    assert [one for one in done if one in bulk] == bulk
    # One slot of all is the backlog's: every second job, until the uploads are done.
    assert max(map(done.index, uploads)) <= 11
    assert done.index(bulk[-1]) == 11


async def test_turns_of_many_workspaces_are_found_by_the_index(
    postgres_catalog: PostgresCatalog, catalog_url: str
) -> None:
    del postgres_catalog
    with psycopg.connect(catalog_url) as connection:
        connection.execute("SET search_path = queue")
        connection.execute(_MANY)
        connection.execute("ANALYZE queue.procrastinate_jobs")
        plan = connection.execute(
            psycopg.sql.SQL("EXPLAIN ") + psycopg.sql.SQL(_TAKE_TURN),
            {"of": 0, "to": 3, "active": ["todo", "doing"]},
        ).fetchall()
        connection.rollback()
    lines = "\n".join(row[0] for row in plan)
    assert lines.count("job_turn") == 2, lines
