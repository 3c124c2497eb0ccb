"""The one kind of job: documents to reconcile, put in procrastinate's tables."""

from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from procrastinate import App, PsycopgConnector
from procrastinate.types import JSONDict

from catalog.connections import Connection

QUEUE = "reconcile"
TASK = "reconcile"
BATCH = 128
"""Documents per job: enough for full embedding batches, few enough to spread over workers."""
SOON = 1
"""Priority of what a person is waiting for: it overtakes a corpus of a million records."""
LATER = 0
NEXT = 2
"""Priority of the one job of SOON whose workspace's turn it is."""
TURN = 3
"""Priority of the one job of LATER whose turn it is, while people's jobs never end."""


class Jobs:
    """Queues documents within the caller's transaction."""

    def __init__(self) -> None:
        # Never opened: every job is written through the caller's own connection.
        self._app = App(connector=PsycopgConnector())
        self._task = self._app.task(name=TASK, queue=QUEUE)(_reconcile)

    async def defer(
        self,
        connection: Connection,
        documents: Sequence[UUID],
        *,
        workspace: str,
        priority: int = LATER,
    ) -> None:
        """Write jobs for documents of a workspace; they exist once the transaction commits."""
        if documents:
            job = self._task.configure(connection=connection, priority=priority)
            await job.batch_defer_async(*_payloads(workspace, documents))


def _payloads(workspace: str, documents: Sequence[UUID]) -> Iterator[JSONDict]:
    """Yield the arguments of each job."""
    ids = iter(documents)
    while batch := [str(document) for document in islice(ids, BATCH)]:
        yield {"documents": [*batch], "workspace": workspace}


async def _reconcile(documents: list[str], workspace: str) -> None:
    """Stand in for the task where jobs are only written; the worker has the real one."""
    raise NotImplementedError
