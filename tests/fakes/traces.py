"""Traces in memory."""

import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from contracts.errors import InvalidInput, NotFound
from contracts.tracing import (
    Feedback,
    Outcome,
    Trace,
    TraceFilter,
    TraceKind,
    TracePage,
    UsageDay,
    Verdict,
)
from tests.fakes.catalog_tables import Tables


class InMemoryTraces:
    """``added`` tells the size of each batch that was kept."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._traces: dict[UUID, Trace] = {}
        self._said: dict[UUID, Feedback] = {}
        self.added: list[int] = []

    async def add(self, traces: Sequence[Trace]) -> None:
        self._tables.check()
        self._traces = {trace.id: trace for trace in traces} | self._traces
        self.added.append(len(traces))

    async def get(self, trace: UUID, workspace: str | None = None) -> Trace:
        self._tables.check()
        found = self._traces.get(trace)
        if found is None or workspace not in {None, found.workspace}:
            raise NotFound(f"There is no trace {trace}.", "Use the id of an answer.")
        return found

    async def find(
        self, wanted: TraceFilter, *, limit: int = 50, cursor: str | None = None
    ) -> TracePage:
        self._tables.check()
        found = sorted(self._wanted(wanted), key=_place, reverse=True)
        if cursor is not None:
            last = _read_cursor(cursor)
            found = [trace for trace in found if _place(trace) < last]
        page = tuple(found[:limit])
        more = len(found) > limit and page
        return TracePage(page, _write_cursor(page[-1]) if more else None)

    def _wanted(self, wanted: TraceFilter) -> Iterator[Trace]:
        said = {(one.trace, one.verdict) for one in self._said.values()}
        for trace in self._traces.values():
            if (
                wanted.workspace in {None, trace.workspace}
                and wanted.kind in {None, trace.kind}
                and wanted.outcome in {None, trace.outcome}
                and (wanted.verdict is None or (trace.id, wanted.verdict) in said)
            ):
                yield trace

    async def judge(self, feedback: Feedback, workspace: str | None = None) -> None:
        await self.get(feedback.trace, workspace)
        self._said[feedback.id] = feedback

    async def feedback(self, traces: Sequence[UUID]) -> list[Feedback]:
        self._tables.check()
        said = [one for one in self._said.values() if one.trace in set(traces)]
        return sorted(said, key=lambda one: (one.at, one.trace, one.by))

    async def usage(self, since: datetime, workspace: str | None = None) -> list[UsageDay]:
        self._tables.check()
        groups: dict[tuple[str, str, str], list[Trace]] = {}
        for trace in self._traces.values():
            asked = trace.mode is not None and trace.kind is not TraceKind.INGEST
            if asked and trace.at >= since and workspace in {None, trace.workspace}:
                day = trace.at.astimezone(UTC).date().isoformat()
                groups.setdefault((day, str(trace.mode), trace.kind), []).append(trace)
        return [self._day(groups[place]) for place in sorted(groups)]

    def _day(self, traces: Sequence[Trace]) -> UsageDay:
        first, ids = traces[0], {trace.id for trace in traces}
        assert first.mode is not None
        said = [one.verdict for one in self._said.values() if one.trace in ids]
        ended = {Outcome.FAILED, Outcome.CANCELLED}
        times = sorted(t.took_ms["total"] for t in traces if t.outcome not in ended)
        return UsageDay(
            day=first.at.astimezone(UTC).date(),
            panel=first.mode,
            kind=first.kind,
            questions=len(traces),
            askers=len({trace.key for trace in traces} - {None}),
            refusals=sum(trace.refused for trace in traces),
            errors=sum(trace.outcome is Outcome.FAILED for trace in traces),
            up=said.count(Verdict.UP),
            down=said.count(Verdict.DOWN),
            p50_ms=_percentile(times, 0.5),
            p95_ms=_percentile(times, 0.95),
        )

    async def prune(self, before: datetime) -> int:
        self._tables.check()
        old = [trace.id for trace in self._traces.values() if trace.at < before]
        for one in old:
            del self._traces[one]
        self._said = {k: one for k, one in self._said.items() if one.trace in self._traces}
        return len(old)


def _percentile(times: Sequence[float], share: float) -> float:
    return times[math.ceil(share * len(times)) - 1] if times else 0.0


def _place(trace: Trace) -> tuple[datetime, UUID]:
    return trace.at, trace.id


def _write_cursor(last: Trace) -> str:
    return urlsafe_b64encode(f"{last.at.isoformat()} {last.id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, number = urlsafe_b64decode(cursor).decode().split(" ")
        return datetime.fromisoformat(at), UUID(number)
    except ValueError as error:
        raise InvalidInput("The cursor is not one of this list.", "Start again.") from error
