"""PostgresRuns: measurements and what came of each of their questions."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.errors import ForeignKeyViolation

from catalog.connections import Connections
from catalog.plain_text import dump, plain, plain_or_none
from catalog.settings import note
from contracts.errors import Conflict, InvalidInput, NotFound
from contracts.measuring import Pins, Result, Run
from contracts.nouns import Generation, ReadMode
from contracts.policy import Change

_BEGIN: Final = """
INSERT INTO catalog.run (id, pins, questions, begun)
VALUES (%s, %s::json, %s, %s) ON CONFLICT DO NOTHING
"""
_KEEP: Final = """
INSERT INTO catalog.run_question
    (run, question, words, about, slices, metrics, took_ms, found, answer, refused, error)
VALUES (%s, %s, %s, %s, %s::json, %s::json, %s::json, %s, %s, %s, %s)
ON CONFLICT (run, question) DO UPDATE
SET words = excluded.words, about = excluded.about, slices = excluded.slices,
    metrics = excluded.metrics, took_ms = excluded.took_ms, found = excluded.found,
    answer = excluded.answer, refused = excluded.refused, error = excluded.error
"""
_END: Final = "UPDATE catalog.run SET ended = %s, load = %s::json WHERE id = %s RETURNING id"
_RUNS: Final = """
SELECT id, pins, questions, begun,
       (SELECT count(*) FROM catalog.run_question q WHERE q.run = r.id), ended, load
FROM catalog.run r
"""
_GET: Final = _RUNS + "WHERE id = %s"
_BEFORE: Final = """
WHERE %(before)s::uuid IS NULL
   OR (begun, id) < (SELECT begun, id FROM catalog.run WHERE id = %(before)s)
ORDER BY begun DESC, id DESC LIMIT %(limit)s
"""
_LATEST: Final = _RUNS + _BEFORE
# A name goes before an id that begins alike; two rows tell that a beginning is not enough.
_FIND: Final = """
(SELECT run FROM catalog.run_name WHERE name = %(name)s)
UNION ALL
(SELECT id FROM catalog.run
 WHERE starts_with(id::text, %(name)s)
   AND NOT EXISTS (SELECT FROM catalog.run_name WHERE name = %(name)s)
 LIMIT 2)
"""
_RESULTS: Final = """
SELECT question, words, about, slices, metrics, took_ms, found, answer, refused, error
FROM catalog.run_question
WHERE run = %(run)s AND (%(after)s::text IS NULL OR question > %(after)s)
ORDER BY question LIMIT %(limit)s
"""
_MEANS: Final = """
SELECT run, avg((metrics ->> %(metric)s)::double precision)
FROM catalog.run_question
WHERE run = ANY(%(runs)s) AND metrics ->> %(metric)s IS NOT NULL
GROUP BY run
"""
_NAMED: Final = "SELECT run FROM catalog.run_name WHERE name = %s FOR UPDATE"
_NAME: Final = """
INSERT INTO catalog.run_name (name, run) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET run = excluded.run
"""
_FORGET: Final = "DELETE FROM catalog.run WHERE id = %s RETURNING id"


class PostgresRuns:
    """Runs on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def begin(self, run: Run) -> None:
        """Record a run, nothing asked yet."""
        values = (run.id, dump(asdict(run.pins)), run.questions, run.begun)
        async with self._connections.session() as connection:
            await connection.execute(_BEGIN, values)

    async def keep(self, run: UUID, results: Sequence[Result]) -> None:
        """Keep results, in the place of earlier ones of the same questions."""
        rows = [(run, *_columns(result)) for result in results]
        with _of(run):
            async with self._connections.transaction() as connection, connection.cursor() as cursor:
                await cursor.executemany(_KEEP, rows)

    async def end(self, run: UUID, load: Mapping[str, float], at: datetime) -> None:
        """Note that a run ended."""
        async with self._connections.session() as connection:
            ended = await connection.execute(_END, (at, dump(load), run))
            if await ended.fetchone() is None:
                raise _no_run(run)

    async def get(self, run: UUID) -> Run:
        """Give a run."""
        async with self._connections.session() as connection:
            row = await (await connection.execute(_GET, (run,))).fetchone()
        if row is None:
            raise _no_run(run)
        return _run(row)

    async def find(self, name: str) -> Run:
        """Give the run that a name, an id or the beginning of one means."""
        async with self._connections.session() as connection:
            found = await connection.execute(_FIND, {"name": plain(name)})
            ids = [row[0] for row in await found.fetchall()] if name else []
        if len(ids) > 1:
            raise InvalidInput(f"Several runs begin with '{name[:40]}'.", "Give more of the id.")
        if not ids:
            raise _no_run(name)
        return await self.get(ids[0])

    async def latest(self, limit: int = 20, before: UUID | None = None) -> list[Run]:
        """Give the latest runs, newest first."""
        values = {"limit": limit, "before": before}
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_LATEST, values)).fetchall()
        return [_run(row) for row in rows]

    async def results(
        self, run: UUID, *, limit: int | None = None, after: str | None = None
    ) -> list[Result]:
        """Give what came of a run's questions so far."""
        values = {"run": run, "limit": limit, "after": plain_or_none(after)}
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_RESULTS, values)).fetchall()
        return [Result(*[*row[:6], tuple(row[6]), *row[7:]]) for row in rows]

    async def means(self, runs: Sequence[UUID], metric: str) -> Mapping[UUID, float]:
        """Give a metric's mean in each run."""
        values = {"runs": list(runs), "metric": plain(metric)}
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_MEANS, values)).fetchall()
        return dict(rows)

    async def name(self, name: str, run: UUID, change: Change) -> None:
        """Let a name mean this run from now on."""
        name = plain(name)
        with _of(run):
            async with self._connections.transaction() as connection:
                row = await (await connection.execute(_NAMED, (name,))).fetchone()
                await connection.execute(_NAME, (name, run))
                before = {"run": str(row[0])} if row else {}
                await note(connection, change, "run.name", name, before, {"run": str(run)})

    async def forget(self, run: UUID) -> None:
        """Remove a run with all that came of it."""
        async with self._connections.transaction() as connection:
            try:
                gone = await (await connection.execute(_FORGET, (run,))).fetchone()
            except ForeignKeyViolation as error:
                raise Conflict(
                    f"The run {run} has a name.", "Give the name to another run first."
                ) from error
        if gone is None:
            raise _no_run(run)


@contextmanager
def _of(run: UUID) -> Iterator[None]:
    """Say that there is no such run when the database says so."""
    try:
        yield
    except ForeignKeyViolation as error:
        raise _no_run(run) from error


def _no_run(name: object) -> NotFound:
    return NotFound(f"There is no run '{str(name)[:40]}'.", "List them: diptych eval list.")


def _columns(one: Result) -> tuple[object, ...]:
    """Give a result as the table keeps it."""
    texts = [plain(text) for text in (one.question, one.text, one.group)]
    tables = [dump(table) for table in (one.slices, one.metrics, one.took_ms)]
    found = [plain(name) for name in one.found]
    return (
        *texts,
        *tables,
        found,
        plain_or_none(one.answer),
        one.refused,
        plain_or_none(one.error),
    )


def _run(row: Sequence[Any]) -> Run:
    """Read a run as the table keeps it."""
    number, pins, *rest = row
    kept = {
        **pins,
        "mode": ReadMode(pins["mode"]),
        "generation": Generation(**pins["generation"]),
    }
    return Run(number, Pins(**kept), *rest)
