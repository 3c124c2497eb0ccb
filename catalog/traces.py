"""PostgresTraces: what came of every question and document, and what people said of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from catalog.connections import Connections
from catalog.cursors import moment, read_keys, write_keys
from catalog.plain_text import dump, plain, plain_or_none
from contracts.errors import NotFound
from contracts.nouns import ChunkId, Json, ReadMode, Span, VersionRef
from contracts.tracing import (
    Feedback,
    Outcome,
    Trace,
    TracedCitation,
    TracedHit,
    TraceFilter,
    TraceKind,
    TracePage,
    UsageDay,
    Verdict,
)

PRUNED_AT_ONCE = 10_000

_ADD: Final = """
INSERT INTO catalog.trace
    (id, kind, workspace, at, outcome, words, key, document, number, mode, configuration,
     answer, error, total_ms, detail)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::json)
ON CONFLICT DO NOTHING
"""
_TRACES: Final = """
SELECT id, kind, workspace, at, outcome, words, key, document, number, mode, configuration,
       answer, error, detail
FROM catalog.trace t
"""
_GET: Final = (
    _TRACES + "WHERE id = %(id)s AND (%(workspace)s::text IS NULL OR workspace = %(workspace)s)"
)
_FIND: Final = (
    _TRACES
    + """
WHERE (at, id) < (%(at)s, %(id)s)
  AND (%(workspace)s::text IS NULL OR workspace = %(workspace)s)
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(outcome)s::text IS NULL OR outcome = %(outcome)s)
  AND (%(verdict)s::text IS NULL OR EXISTS (
      SELECT FROM catalog.feedback f WHERE f.trace = t.id AND f.verdict = %(verdict)s))
ORDER BY at DESC, id DESC
LIMIT %(limit)s
"""
)
# The trace is held, so that it is not pruned meanwhile.
_JUDGE: Final = """
INSERT INTO catalog.feedback (trace, key, verdict, at, comment)
SELECT id, %(by)s, %(verdict)s, %(at)s, %(comment)s FROM catalog.trace
WHERE id = %(trace)s AND (%(workspace)s::text IS NULL OR workspace = %(workspace)s)
FOR KEY SHARE
ON CONFLICT (trace, key) DO UPDATE
SET verdict = excluded.verdict, at = excluded.at, comment = excluded.comment
"""
_FEEDBACK: Final = """
SELECT trace, key, verdict, at, comment FROM catalog.feedback
WHERE trace = ANY(%s) ORDER BY at, trace, key
"""
_USAGE: Final = """
WITH asked AS (
    SELECT id, (at AT TIME ZONE 'UTC')::date AS day, mode, kind, outcome, key,
           CASE WHEN outcome NOT IN ('failed', 'cancelled') THEN total_ms END AS ms
    FROM catalog.trace
    WHERE at >= %(since)s AND kind <> 'ingest' AND mode IS NOT NULL
      AND (%(workspace)s::text IS NULL OR workspace = %(workspace)s)
), said AS (
    SELECT trace, count(*) FILTER (WHERE verdict = 'up') AS up,
           count(*) FILTER (WHERE verdict = 'down') AS down
    FROM catalog.feedback WHERE trace IN (SELECT id FROM asked) GROUP BY trace
)
SELECT day, mode, kind, count(*), count(DISTINCT key),
       count(*) FILTER (WHERE outcome = 'refused'), count(*) FILTER (WHERE outcome = 'failed'),
       coalesce(sum(up), 0)::bigint, coalesce(sum(down), 0)::bigint,
       coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY ms), 0),
       coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY ms), 0)
FROM asked LEFT JOIN said ON said.trace = asked.id
GROUP BY day, mode, kind ORDER BY day, mode, kind
"""
_PRUNE: Final = """
DELETE FROM catalog.trace
WHERE id IN (SELECT id FROM catalog.trace WHERE at < %s ORDER BY at LIMIT %s)
"""
_NEWEST: Final = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))


class PostgresTraces:
    """Traces on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def add(self, traces: Sequence[Trace]) -> None:
        """Keep traces in one transaction."""
        if not traces:
            return
        async with self._connections.transaction() as connection, connection.cursor() as cursor:
            await cursor.executemany(_ADD, [_columns(trace) for trace in traces])

    async def get(self, trace: UUID, workspace: str | None = None) -> Trace:
        """Give a trace."""
        values = {"id": trace, "workspace": plain_or_none(workspace)}
        async with self._connections.session() as connection:
            row = await (await connection.execute(_GET, values)).fetchone()
        if row is None:
            raise _no_trace(trace)
        return _trace(row)

    async def find(
        self, wanted: TraceFilter, *, limit: int = 50, cursor: str | None = None
    ) -> TracePage:
        """List traces, newest first, by keyset."""
        at, number = _NEWEST if cursor is None else read_keys(cursor, moment, UUID)
        values = {
            "at": at,
            "id": number,
            "workspace": plain_or_none(wanted.workspace),
            "kind": wanted.kind,
            "outcome": wanted.outcome,
            "verdict": wanted.verdict,
            "limit": limit + 1,
        }
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_FIND, values)).fetchall()
        page = tuple(map(_trace, rows[:limit]))
        more = len(rows) > limit and page
        return TracePage(page, write_keys(page[-1].at.isoformat(), page[-1].id) if more else None)

    async def judge(self, feedback: Feedback, workspace: str | None = None) -> None:
        """Keep feedback in the place of what the same key said before."""
        values = {
            "trace": feedback.trace,
            "by": feedback.by,
            "verdict": feedback.verdict,
            "at": feedback.at,
            "comment": plain(feedback.comment),
            "workspace": plain_or_none(workspace),
        }
        async with self._connections.session() as connection:
            if not (await connection.execute(_JUDGE, values)).rowcount:
                raise _no_trace(feedback.trace)

    async def feedback(self, traces: Sequence[UUID]) -> list[Feedback]:
        """Give what was said of these traces."""
        if not traces:
            return []
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_FEEDBACK, (list(traces),))).fetchall()
        return [Feedback(trace, by, Verdict(said), *rest) for trace, by, said, *rest in rows]

    async def usage(self, since: datetime, workspace: str | None = None) -> list[UsageDay]:
        """Sum up the questions since a moment."""
        values = {"since": since, "workspace": plain_or_none(workspace)}
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_USAGE, values)).fetchall()
        return [
            UsageDay(day, ReadMode(mode), TraceKind(kind), *sums) for day, mode, kind, *sums in rows
        ]

    async def prune(self, before: datetime) -> int:
        """Forget the oldest traces that began before a moment."""
        async with self._connections.session() as connection:
            return (await connection.execute(_PRUNE, (before, PRUNED_AT_ONCE))).rowcount


def _no_trace(trace: UUID) -> NotFound:
    return NotFound(
        f"There is no trace {trace}.", "Traces are kept for a while; use the id of an answer."
    )


def _columns(one: Trace) -> tuple[object, ...]:
    """Give a trace as the table keeps it."""
    document, number = (one.version.document, one.version.number) if one.version else (None, None)
    return (
        *(one.id, one.kind, plain(one.workspace), one.at, one.outcome, plain(one.text), one.key),
        *(document, number, one.mode, plain_or_none(one.configuration)),
        *(plain_or_none(one.answer), plain_or_none(one.error), one.took_ms.get("total")),
        dump(_detail(one)),
    )


def _detail(one: Trace) -> Json:
    return {
        "served_by": one.served_by,
        "generation": one.generation,
        "took_ms": dict(one.took_ms),
        "hits": [[str(hit.chunk), hit.score, dict(hit.legs)] for hit in one.hits],
        "citations": [
            [str(c.chunk), c.document, c.part, c.span.start, c.span.end, c.quote]
            for c in one.citations
        ],
        "method": one.method,
        "model": one.model,
        "tokens": dict(one.tokens),
        "cost": one.cost,
        "load": dict(one.load),
    }


def _trace(row: Sequence[Any]) -> Trace:
    """Read a trace as the table keeps it."""
    (number, kind, workspace, at, outcome, words, key, document, version, mode, *rest) = row
    configuration, answer, error, detail = rest
    hits, citations = detail.pop("hits"), detail.pop("citations")
    return Trace(
        id=number,
        kind=TraceKind(kind),
        workspace=workspace,
        at=at,
        outcome=Outcome(outcome),
        text=words,
        key=key,
        version=VersionRef(document, version) if document else None,
        mode=ReadMode(mode) if mode else None,
        configuration=configuration,
        answer=answer,
        error=error,
        served_by=tuple(detail.pop("served_by")),
        hits=tuple(TracedHit(ChunkId.parse(chunk), *told) for chunk, *told in hits),
        citations=tuple(
            TracedCitation(ChunkId.parse(chunk), name, part, Span(start, end), quote)
            for chunk, name, part, start, end, quote in citations
        ),
        **detail,
    )
