"""Joining: a job that begins takes along what waits behind it, as long as that is small.

A folder of small files comes as one job for each: forty round trips to two databases for one
page, and an embedding batch of one chunk. Together they cost little more than one alone.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from procrastinate import JobContext

from catalog.jobs import LATER, SOON, TURN
from contracts.errors import Unavailable

DOCUMENTS: Final = 32
"""Of one job, with those that it took along."""
BYTES: Final = 1 << 20
"""Of originals, likewise. What is larger may take minutes to read, and others would wait for it."""

# Those taken along are this worker's from now on: if it dies, each is rescued by itself.
_JOIN: Final = """
WITH mine AS (
    SELECT args, worker_id FROM queue.procrastinate_jobs WHERE id = %(job)s AND status = 'doing'
), waiting AS (
    SELECT job.id, job.args FROM queue.procrastinate_jobs job
    WHERE job.status = 'todo' AND job.priority = %(of)s AND job.args ->> 'workspace' = %(workspace)s
      AND (job.scheduled_at IS NULL OR job.scheduled_at <= now()) AND job.attempts = 0
    ORDER BY job.id LIMIT %(documents)s FOR UPDATE SKIP LOCKED
), sized AS (
    SELECT one.id, jsonb_array_length(one.args -> 'documents') AS documents, (
        SELECT sum(v.stop - v.start)
        FROM jsonb_array_elements_text(one.args -> 'documents') AS named (id)
        JOIN catalog.document d ON d.id = named.id::uuid
        JOIN catalog.version v ON v.document = d.id AND v.number = d.newest) AS bytes
    FROM (SELECT 0 AS id, args FROM mine UNION ALL SELECT id, args FROM waiting) AS one
), summed AS (
    SELECT id, sum(documents) OVER before AS documents, sum(bytes) OVER before AS bytes
    FROM sized WINDOW before AS (ORDER BY id)
)
UPDATE queue.procrastinate_jobs job SET status = 'doing', worker_id = mine.worker_id
FROM mine, summed
WHERE job.id = summed.id
  AND summed.documents <= %(documents)s AND coalesce(summed.bytes, 0) <= %(bytes)s
RETURNING job.id, job.args -> 'documents' AS documents
"""
END: Final = "DELETE FROM queue.procrastinate_jobs WHERE id = ANY (%(jobs)s) AND status = 'doing'"
GIVE_BACK: Final = """
UPDATE queue.procrastinate_jobs
SET status = 'todo', attempts = attempts + 1, scheduled_at = now() + interval '1 s'
WHERE id = ANY (%(jobs)s) AND status = 'doing'
"""


@asynccontextmanager
async def joined(
    context: JobContext, workspace: str, documents: Sequence[UUID]
) -> AsyncIterator[list[UUID]]:
    """Lend a job's documents and those of the jobs that it takes along, which end with it.

    When it is to come again, each of the others does by itself, and none takes any along: what
    one of them waits for keeps no other from being done.
    """
    job, connector = context.job, context.app.connector
    if job.attempts or len(documents) >= DOCUMENTS:
        yield list(documents)
        return
    values = {
        "job": job.id,
        "of": LATER if job.priority in {LATER, TURN} else SOON,
        "workspace": workspace,
        "documents": DOCUMENTS,
        "bytes": BYTES,
    }
    rows = await connector.execute_query_all_async(_JOIN, **values)
    jobs = [row["id"] for row in rows]
    others = [UUID(document) for row in rows for document in row["documents"]]
    end = END
    try:
        yield list(dict.fromkeys([*documents, *others]))
    except (Unavailable, asyncio.CancelledError):
        end = GIVE_BACK
        raise
    finally:
        if jobs:
            await connector.execute_query_async(end, jobs=jobs)
