"""Contract of Queue: jobs are done, retried, swept, and finished on a stop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from contracts.errors import CatalogUnavailable
from contracts.handling import Queue
from tests.catalog.desk import DEADLINE, Desk, arrival, until

Handle = Callable[[Sequence[UUID]], Awaitable[None]]


async def _no_sweep() -> None:
    pass


@asynccontextmanager
async def working(
    queue: Queue,
    handle: Handle,
    sweep: Callable[[], Awaitable[None]] = _no_sweep,
    concurrency: int = 1,
) -> AsyncIterator[asyncio.Task[None]]:
    """Run a worker for the length of the block, then stop it as the service does."""
    worker = asyncio.create_task(queue.work(handle, sweep, concurrency=concurrency))
    try:
        yield worker
    finally:
        worker.cancel()
        await asyncio.wait([worker])


class Handled:
    """A handler that notes what it was given; its first ``failures`` calls raise."""

    def __init__(self, *failures: Exception) -> None:
        self.documents: list[UUID] = []
        self.calls = 0
        self._failures = list(failures)

    async def __call__(self, documents: Sequence[UUID]) -> None:
        self.calls += 1
        if self._failures:
            raise self._failures.pop(0)
        self.documents += documents

    async def has(self, *documents: UUID) -> None:
        async def done() -> bool:
            return set(documents) <= set(self.documents)

        await until(done)


class QueueContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_every_accepted_document_reaches_a_handler_once(self, desk: Desk) -> None:
        receipts = await desk.accept(*(arrival(f"d{n}") for n in range(300)))
        documents = [receipt.ref.document for receipt in receipts]
        sizes: list[int] = []
        handled = Handled()

        async def handle(ids: Sequence[UUID]) -> None:
            sizes.append(len(ids))
            await handled(ids)

        async with working(desk.catalog.queue, handle, concurrency=2):
            await handled.has(*documents)
            late = await desk.accept_one("late")
            await handled.has(late.document)
        assert sorted(handled.documents) == sorted([*documents, late.document])
        assert max(sizes) <= 128
        assert await desk.catalog.queue.waiting() == 0

    async def test_a_nudge_queues_documents_once(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("a")
        handled = Handled()
        async with working(desk.catalog.queue, handled):
            await handled.has(ref.document)
            handled.documents.clear()
            await desk.catalog.queue.nudge([])
            await desk.catalog.queue.nudge([ref.document, ref.document])
            await handled.has(ref.document)
        assert handled.documents == [ref.document]

    async def test_a_part_that_is_down_is_waited_for(self, desk: Desk) -> None:
        ref = await desk.accept_one("a")
        handled = Handled(CatalogUnavailable("down"), CatalogUnavailable("down"))
        async with working(desk.catalog.queue, handled):
            await handled.has(ref.document)
        assert handled.calls == 3

    async def test_a_defect_ends_one_job_and_the_sweep_finds_its_documents(
        self, desk: Desk
    ) -> None:
        ref, blocked = await desk.accept_one("a"), await desk.accept_one("blocked")
        handled = Handled(RuntimeError("a defect"))

        async def handle(documents: Sequence[UUID]) -> None:
            # A job that always waits: an empty queue is not what lets the sweep find the other.
            if blocked.document in documents:
                raise CatalogUnavailable("down")
            await handled(documents)

        async def sweep() -> None:
            await desk.catalog.queue.nudge(await desk.catalog.ledger.unfinished(10))

        async with working(desk.catalog.queue, handle, sweep):
            await handled.has(ref.document)
        assert handled.calls == 2

    async def test_a_failing_sweep_does_not_end_the_worker(self, desk: Desk) -> None:
        swept = asyncio.Event()
        handled = Handled()

        async def sweep() -> None:
            swept.set()
            raise CatalogUnavailable("down")

        async with working(desk.catalog.queue, handled, sweep) as worker:
            async with asyncio.timeout(DEADLINE):
                await swept.wait()
            ref = await desk.accept_one("a")
            await handled.has(ref.document)
            assert not worker.done()

    async def test_a_stop_finishes_the_job_in_hand_and_leaves_the_rest(self, desk: Desk) -> None:
        began, finish = asyncio.Event(), asyncio.Event()
        done: list[UUID] = []

        async def handle(ids: Sequence[UUID]) -> None:
            began.set()
            await finish.wait()
            done.extend(ids)

        one, queue = await desk.accept_one("a"), desk.catalog.queue
        worker = asyncio.create_task(queue.work(handle, _no_sweep, concurrency=1))
        async with asyncio.timeout(DEADLINE):
            await began.wait()
            two = await desk.accept_one("b")
            worker.cancel()
            # Give the stop its chance to abandon the job, were it to do so.
            await asyncio.wait([worker], timeout=0.1)
            assert not worker.done()
            finish.set()
            await asyncio.wait([worker])
        assert done == [one.document]
        assert await queue.waiting() == 1
        handled = Handled()
        async with working(queue, handled):
            await handled.has(two.document)

    async def test_workers_are_counted(self, desk: Desk) -> None:
        queue = desk.catalog.queue
        assert await queue.workers() == 0

        async def one_works() -> bool:
            return await queue.workers() == 1

        async with working(queue, Handled()):
            await until(one_works)
        assert await queue.workers() == 0
