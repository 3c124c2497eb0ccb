"""Runs in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from contracts.errors import Conflict, InvalidInput, NotFound
from contracts.measuring import Result, Run
from contracts.policy import AuditRow, Change
from tests.fakes.catalog_tables import Tables


class InMemoryRuns:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._runs: dict[UUID, Run] = {}
        self._results: dict[UUID, dict[str, Result]] = {}
        self._names: dict[str, UUID] = {}

    async def begin(self, run: Run) -> None:
        self._tables.check()
        self._runs.setdefault(run.id, replace(run, done=0, ended=None, load={}))
        self._results.setdefault(run.id, {})

    async def keep(self, run: UUID, results: Sequence[Result]) -> None:
        self._tables.check()
        if not results:
            return
        await self.get(run)
        self._results[run] |= {one.question: one for one in results}

    async def end(self, run: UUID, load: Mapping[str, float], at: datetime) -> None:
        self._runs[run] = replace(await self.get(run), load=dict(load), ended=at)

    async def get(self, run: UUID) -> Run:
        self._tables.check()
        if run not in self._runs:
            raise NotFound(f"There is no run {run}.", "List them.")
        return replace(self._runs[run], done=len(self._results[run]))

    async def find(self, name: str) -> Run:
        self._tables.check()
        if name in self._names:
            return await self.get(self._names[name])
        ids = [one for one in self._runs if name and str(one).startswith(name)]
        if len(ids) > 1:
            raise InvalidInput(f"Several runs begin with {name}.", "Give more of it.")
        if not ids:
            raise NotFound(f"There is no run {name}.", "List them.")
        return await self.get(ids[0])

    async def latest(self, limit: int = 20, before: UUID | None = None) -> list[Run]:
        runs = [await self.get(one) for one in self._runs]
        ordered = sorted(runs, key=lambda run: (run.begun, run.id), reverse=True)
        ids = [one.id for one in ordered]
        if before is not None:
            ordered = ordered[ids.index(before) + 1 :] if before in ids else []
        return ordered[:limit]

    async def results(
        self, run: UUID, *, limit: int | None = None, after: str | None = None
    ) -> list[Result]:
        self._tables.check()
        kept = sorted(self._results.get(run, {}).items())
        return [one for name, one in kept if after is None or name > after][:limit]

    async def means(self, runs: Sequence[UUID], metric: str) -> Mapping[UUID, float]:
        told = {run: [one.metrics.get(metric) for one in await self.results(run)] for run in runs}
        values = {run: [v for v in column if v is not None] for run, column in told.items()}
        return {run: sum(column) / len(column) for run, column in values.items() if column}

    async def name(self, name: str, run: UUID, change: Change) -> None:
        await self.get(run)
        before = {"run": str(self._names[name])} if name in self._names else {}
        self._names[name] = run
        now, after = datetime.now(UTC), {"run": str(run)}
        told = (change.actor, "run.name", name, before, after, change.forced, change.reasons)
        self._tables.audit.append(AuditRow(now, *told))

    async def forget(self, run: UUID) -> None:
        await self.get(run)
        if run in self._names.values():
            raise Conflict(f"The run {run} has a name.", "Name another one first.")
        del self._runs[run], self._results[run]
