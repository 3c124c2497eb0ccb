"""PostgresEvidence and PostgresParityLog: what is known when a switch is decided."""

import json
from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Final

from catalog.connections import Connections
from catalog.plain_text import plain, plain_or_none
from contracts.nouns import PanelName
from contracts.policy import Comparison, EvidenceSummary, ParityNote, Stage

_RECORD: Final = """
INSERT INTO catalog.comparison
    (at, workspace, stage, primary_mode, candidate, overlap, agreement, primary_ms, candidate_ms,
     error)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_PRUNE: Final = "DELETE FROM catalog.comparison WHERE at < now() - interval '31 days'"
_SUMMARY: Final = """
SELECT count(*), count(error), coalesce(avg(overlap), 0), coalesce(avg(agreement), 0),
       coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY primary_ms), 0),
       coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY candidate_ms), 0)
FROM catalog.comparison
WHERE at >= %(since)s AND candidate = %(candidate)s AND stage = %(stage)s
  AND (%(workspace)s::text IS NULL OR workspace = %(workspace)s)
"""
_NOTE: Final = """
INSERT INTO catalog.parity_check (at, deep, sampled, versions, found, pending, faults)
VALUES (%s, %s, %s, %s, %s, %s, %s::json)
ON CONFLICT (deep, sampled) DO UPDATE
SET at = excluded.at, versions = excluded.versions, found = excluded.found,
    pending = excluded.pending, faults = excluded.faults
"""
_LATEST: Final = """
SELECT at, deep, sampled, versions, found, pending, faults FROM catalog.parity_check
WHERE deep = %s AND sampled = %s
"""


class PostgresEvidence:
    """What trials were seen to do, on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def record(self, comparisons: Sequence[Comparison]) -> None:
        """Keep comparisons, and let go of those that are older than a month."""
        if not comparisons:
            return
        async with self._connections.transaction() as connection:
            async with connection.cursor() as cursor:
                await cursor.executemany(_RECORD, [_values(one) for one in comparisons])
            await connection.execute(_PRUNE)

    async def summary(
        self, candidate: PanelName, stage: Stage, since: datetime, workspace: str | None = None
    ) -> EvidenceSummary:
        """Sum up what a candidate did in a stage since a moment."""
        values = {
            "candidate": candidate,
            "stage": stage,
            "since": since,
            "workspace": plain_or_none(workspace),
        }
        async with self._connections.session() as connection:
            row = await (await connection.execute(_SUMMARY, values)).fetchone()
        return EvidenceSummary(*(row or ()))


class PostgresParityLog:
    """The latest parity check of each kind, on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def note(self, note: ParityNote) -> None:
        """Keep a check instead of the one before."""
        faults = json.dumps(dict(note.faults))
        values = (note.at, note.deep, note.sampled, note.versions, note.found, note.pending, faults)
        async with self._connections.session() as connection:
            await connection.execute(_NOTE, values)

    async def latest(self, *, deep: bool, sampled: bool = False) -> ParityNote | None:
        """Give the latest check of this kind, or None."""
        async with self._connections.session() as connection:
            row = await (await connection.execute(_LATEST, (deep, sampled))).fetchone()
        if row is None:
            return None
        faults = {PanelName(panel): count for panel, count in row[-1].items()}
        return ParityNote(*[*row[:-1], faults])


def _values(one: Comparison) -> tuple[object, ...]:
    *values, error = astuple(one)
    values[1] = plain(one.workspace)
    return (*values, plain_or_none(error))
