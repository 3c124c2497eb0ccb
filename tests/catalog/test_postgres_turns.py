"""People's uploads overtake the backlog; neither waits for ever for the other."""

from collections.abc import Sequence
from itertools import count
from uuid import UUID, uuid4

from catalog.postgres import PostgresCatalog
from tests.catalog.desk import Desk, until
from tests.catalog.queue_contract import working


async def test_a_backlog_ends_while_uploads_never_stop_and_neither_is_starved(
    postgres_catalog: PostgresCatalog,
) -> None:
    desk, queue = Desk(postgres_catalog), postgres_catalog.queue
    backlog, numbers, done = [uuid4() for _ in range(6)], count(), ""

    async def handle(documents: Sequence[UUID]) -> None:
        nonlocal done
        mine = documents[0] in backlog
        if not mine:  # whoever's upload is in hand sends the next one: there is always one waiting
            await desk.accept_one(f"upload {next(numbers)}")
        done += "b" if mine else "u"

    async def has_ended() -> bool:
        return done.count("b") == len(backlog)

    for document in backlog:
        await queue.nudge([document])
    await desk.accept_one("the first upload")
    async with working(queue, handle):
        await until(has_ended)
    assert "bb" not in done
