"""ProcrastinateQueue: durable jobs, workers that die, databases that restart."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, LiteralString
from uuid import UUID

from procrastinate import App, JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from catalog.connections import Connections
from catalog.jobs import LATER, NEXT, QUEUE, SOON, TASK, TURN, Jobs
from catalog.joining import joined
from catalog.ledger_queries import NAMED_BY_JOB, RELEASED
from catalog.patient_connector import PatientConnector
from contracts.errors import Unavailable

Handle = Callable[[Sequence[UUID]], Awaitable[None]]
Sweep = Callable[[], Awaitable[None]]

HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 12.0
TICK_SECONDS = 2.0
POLL_SECONDS = 2.0
"""Retries and rescued jobs make no noise in the database: they are found by asking."""
STOP_SECONDS = 30.0
"""On a stop, jobs in hand get this long; then they go back to the queue."""
LONGEST_WAIT = 30
WORKER_CONNECTIONS = 3

_SWEEP_DUE: Final = """
UPDATE catalog.duty SET done = now()
WHERE name = 'sweep' AND (done < now() - interval '10 s' OR done > now())
RETURNING 1
"""
# After a clock went back, or a worker whose own clock is ahead: nothing waits longer than this.
_CATCH_UP: Final = """
WITH workers AS (
    UPDATE queue.procrastinate_workers SET last_heartbeat = now()
    WHERE last_heartbeat > now() + interval '1 min'
)
UPDATE queue.procrastinate_jobs SET scheduled_at = now()
WHERE status = 'todo' AND scheduled_at > now() + interval '1 min'
"""
# What is LATER is overtaken by every upload, for ever if they never end; and a workspace that sent
# much would be done before another one's single upload. So whenever a job begins, one of each kind
# is let go before its like: the oldest one of the workspace that follows, in the order of names,
# the one whose turn it was the last time. The index ``job_turn`` finds it in two probes.
_TAKE_TURN: Final = """
WITH chosen AS (
    SELECT job.id, job.workspace
    FROM catalog.turn CROSS JOIN LATERAL (
        (SELECT 1 AS lap, id, args ->> 'workspace' AS workspace FROM queue.procrastinate_jobs
         WHERE status = 'todo' AND priority = %(of)s AND args ->> 'workspace' > turn.workspace
           AND (scheduled_at IS NULL OR scheduled_at <= now())
         ORDER BY args ->> 'workspace', id LIMIT 1)
        UNION ALL
        (SELECT 2, id, args ->> 'workspace' FROM queue.procrastinate_jobs
         WHERE status = 'todo' AND priority = %(of)s
           AND (scheduled_at IS NULL OR scheduled_at <= now())
         ORDER BY args ->> 'workspace', id LIMIT 1)
        ORDER BY lap LIMIT 1
    ) AS job
    WHERE turn.priority = %(of)s AND NOT EXISTS (
        SELECT FROM queue.procrastinate_jobs
        WHERE priority = %(to)s AND status = ANY (%(active)s::queue.procrastinate_job_status[])
          AND (status = 'doing' OR scheduled_at IS NULL OR scheduled_at <= now()))
), noted AS (
    UPDATE catalog.turn SET workspace = coalesce(chosen.workspace, '') FROM chosen
    WHERE priority = %(of)s
)
UPDATE queue.procrastinate_jobs job SET priority = %(to)s FROM chosen
WHERE job.id = chosen.id AND job.status = 'todo'
"""
_WORKSPACES: Final = """
SELECT u.document, coalesce(d.workspace, '')
FROM unnest(%s::uuid[]) WITH ORDINALITY AS u (document, place)
LEFT JOIN catalog.document d ON d.id = u.document
ORDER BY u.place
"""
_WORKERS: Final = """
SELECT count(*) FROM queue.procrastinate_workers
WHERE last_heartbeat > now() - make_interval(secs => %s)
"""
_WAITING: Final = "SELECT count(*) FROM queue.procrastinate_jobs WHERE status IN ('todo', 'doing')"

logger = logging.getLogger(__name__)


class ProcrastinateQueue:
    """The queue port on procrastinate, in the schema ``queue`` of the catalog's database."""

    def __init__(self, connections: Connections, jobs: Jobs) -> None:
        self._connections = connections
        self._jobs = jobs

    async def nudge(self, documents: Sequence[UUID]) -> None:
        """Queue documents for reconciliation; the sweep leaves them alone until a job ended."""
        if not documents:
            return
        ids = list(dict.fromkeys(documents))
        async with self._connections.transaction() as connection:
            await connection.execute(NAMED_BY_JOB, (ids,))
            found: dict[str, list[UUID]] = {}
            async for document, workspace in await connection.execute(_WORKSPACES, (ids,)):
                found.setdefault(workspace, []).append(document)
            for workspace, some in found.items():
                await self._jobs.defer(connection, some, workspace=workspace)

    async def workers(self) -> int:
        """Count workers with a fresh heartbeat."""
        return await self._count(_WORKERS, (STALLED_SECONDS,))

    async def waiting(self) -> int:
        """Count jobs that are queued or running."""
        return await self._count(_WAITING, ())

    async def work(self, handle: Handle, sweep: Sweep, *, concurrency: int) -> None:
        """Run jobs until cancelled, then finish the ones in hand within 30 s.

        Jobs of a worker that died are taken over about 15 s after its last heartbeat.
        """
        async with self._connections.new_pool(WORKER_CONNECTIONS) as pool:
            app = App(connector=PatientConnector())
            await app.open_async(pool)
            self._add_task(app, handle)
            duties = asyncio.create_task(self._duties(app, sweep), name="queue duties")
            try:
                await _work_for_ever(app, concurrency)
            finally:
                duties.cancel()
                with suppress(asyncio.CancelledError):
                    await duties

    def _add_task(self, app: App, handle: Handle) -> None:
        @app.task(name=TASK, queue=QUEUE, retry=_WhileUnavailable(), pass_context=True)
        async def reconcile(context: JobContext, documents: list[str], workspace: str = "") -> None:
            named = [UUID(document) for document in documents]
            async with joined(context, workspace, named) as ids:
                await self._take_turn()
                await self._do(handle, ids)

    async def _do(self, handle: Handle, documents: list[UUID]) -> None:
        """Handle documents, and let the sweep find what was not finished."""
        try:
            await handle(documents)
        except Unavailable:
            raise  # the job itself comes again
        except Exception:
            await self._release(documents)
            raise
        await self._release(documents)

    async def _take_turn(self) -> None:
        """Let one upload and one job of the backlog be next, unless one is, workspace by workspace.

        Of the backlog a job in hand counts too: it gets one slot of all workers, uploads the rest.
        """
        async with self._connections.session() as connection:
            for of, to, active in ((LATER, TURN, ["todo", "doing"]), (SOON, NEXT, ["todo"])):
                await connection.execute(_TAKE_TURN, {"of": of, "to": to, "active": active})

    async def _release(self, documents: list[UUID]) -> None:
        """Let the sweep find what this job did not finish."""
        async with self._connections.session() as connection:
            await connection.execute(RELEASED, (documents,))

    async def _duties(self, app: App, sweep: Sweep) -> None:
        """Take over jobs of dead workers; sweep about every 10 s in one worker at a time."""
        while True:
            try:
                await _rescue(app)
                if await self._is_sweep_due():
                    await self._catch_up()
                    await sweep()
            except (Unavailable, ConnectorException) as error:
                logger.info("The sweep waits: %s", error)
            except Exception:  # a defect in one sweep must not end all later ones
                logger.exception("The sweep failed")
            await asyncio.sleep(TICK_SECONDS)

    async def _is_sweep_due(self) -> bool:
        async with self._connections.session() as connection:
            return await (await connection.execute(_SWEEP_DUE)).fetchone() is not None

    async def _catch_up(self) -> None:
        async with self._connections.session() as connection:
            await connection.execute(_CATCH_UP)

    async def _count(self, query: LiteralString, values: tuple[float, ...]) -> int:
        async with self._connections.session() as connection:
            row = await (await connection.execute(query, values)).fetchone()
        return row[0] if row else 0


class _WhileUnavailable(BaseRetryStrategy):
    """Try again for ever while a part is down, and at once what a stopping worker gave back."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Wait 1, 2, 4 ... 30 s; None for anything else: then the sweep finds the documents."""
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, Unavailable):
            return RetryDecision(retry_in={"seconds": min(2 ** min(job.attempts, 5), LONGEST_WAIT)})
        return None


async def _work_for_ever(app: App, concurrency: int) -> None:
    """Start procrastinate's worker again whenever an outage ended it."""
    while True:
        worker = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE],
                concurrency=concurrency,
                install_signal_handlers=False,
                delete_jobs=DeleteJobCondition.ALWAYS.value,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
                fetch_job_polling_interval=POLL_SECONDS,
                shutdown_graceful_timeout=STOP_SECONDS,
            ),
            name="queue worker",
        )
        try:
            await asyncio.wait([worker])
        except asyncio.CancelledError:
            worker.cancel()
            # With the database away as well, procrastinate would wait for it: bounded here.
            if not (await asyncio.wait([worker], timeout=STOP_SECONDS + TICK_SECONDS))[0]:
                worker.cancel()
                await asyncio.wait([worker], timeout=TICK_SECONDS)
            raise
        if error := worker.exception():
            logger.warning("The worker lost its database and starts again: %s", error)
        await asyncio.sleep(TICK_SECONDS)


async def _rescue(app: App) -> None:
    """Put jobs of dead workers back in the queue; two rescuers at once do no harm."""
    stalled = await app.job_manager.get_stalled_jobs(
        queue=QUEUE, seconds_since_heartbeat=STALLED_SECONDS
    )
    for job in stalled:
        logger.warning("Job %s was left behind by a dead worker and is done again", job.id)
        with suppress(ConnectorException):
            await app.job_manager.retry_job(job)
    await app.job_manager.prune_stalled_workers(STALLED_SECONDS)
