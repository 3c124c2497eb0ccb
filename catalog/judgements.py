"""PostgresJudgements: what judges said of runs, and how far each agrees with people."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from psycopg.errors import ForeignKeyViolation

from catalog.connections import Connections
from catalog.plain_text import dump, plain
from contracts.errors import NotFound
from contracts.judging import Calibrated, Failure, Judged, Judgement

_JUDGE: Final = """
INSERT INTO catalog.judge (id, pins) VALUES (%s, %s::json) ON CONFLICT DO NOTHING
"""
_KEEP: Final = """
INSERT INTO catalog.judgement (run, judge, question, metric, repeat, value, failure, reason)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (run, judge, question, metric, repeat) DO UPDATE
SET value = excluded.value, failure = excluded.failure, reason = excluded.reason
"""
_JUDGES: Final = """
SELECT id, pins FROM catalog.judge j
WHERE EXISTS (SELECT FROM catalog.judgement WHERE run = %s AND judge = j.id) ORDER BY id
"""
_JUDGED: Final = """
SELECT question, metric, repeat, value, failure, reason FROM catalog.judgement
WHERE run = %s AND judge = %s ORDER BY question, metric, repeat
"""
_CALIBRATE: Final = """
INSERT INTO catalog.calibration (judge, metric, trusted, at, report)
VALUES (%s, %s, %s, %s, %s::json)
ON CONFLICT (judge, metric) DO UPDATE
SET trusted = excluded.trusted, at = excluded.at, report = excluded.report
"""
_CALIBRATIONS: Final = """
SELECT judge, metric, trusted, at, report FROM catalog.calibration WHERE judge = %s ORDER BY metric
"""


class PostgresJudgements:
    """Judgements on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def keep(
        self, run: UUID, judge: str, pins: Mapping[str, str], judged: Sequence[Judged]
    ) -> None:
        """Keep judgements, in the place of earlier ones."""
        if not judged:
            return
        rows = [(run, judge, *_columns(one)) for one in judged]
        with _known(f"The run {run} did not ask one of these questions."):
            async with self._connections.transaction() as connection, connection.cursor() as cursor:
                await cursor.execute(_JUDGE, (judge, dump(pins)))
                await cursor.executemany(_KEEP, rows)

    async def judges(self, run: UUID) -> dict[str, Mapping[str, str]]:
        """Give the judges of a run."""
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_JUDGES, (run,))).fetchall()
        return dict(rows)

    async def judged(self, run: UUID, judge: str) -> list[Judged]:
        """Give what a judge said of a run."""
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_JUDGED, (run, plain(judge)))).fetchall()
        return [
            Judged(question, metric, repeat, Judgement(value, failure and Failure(failure), reason))
            for question, metric, repeat, value, failure, reason in rows
        ]

    async def calibrate(self, calibrated: Sequence[Calibrated]) -> None:
        """Keep calibrations, in the place of earlier ones."""
        rows = [(x.judge, x.metric, x.trusted, x.at, dump(x.report)) for x in calibrated]
        with _known("There is no such judge."):
            async with self._connections.transaction() as connection, connection.cursor() as cursor:
                await cursor.executemany(_CALIBRATE, rows)

    async def calibrations(self, judge: str) -> list[Calibrated]:
        """Give a judge's calibrations."""
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_CALIBRATIONS, (plain(judge),))).fetchall()
        return [Calibrated(*row) for row in rows]


@contextmanager
def _known(otherwise: str) -> Iterator[None]:
    """Say what is missing when the database says that something is."""
    try:
        yield
    except ForeignKeyViolation as error:
        raise NotFound(otherwise, "List the runs: diptych eval list.") from error


def _columns(one: Judged) -> tuple[object, ...]:
    """Give a judgement as the table keeps it."""
    said = one.judgement
    reason = plain(said.reason)
    return plain(one.question), one.metric, one.repeat, said.value, said.failure, reason
