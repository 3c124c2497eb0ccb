"""Evaluations as routes and pages show them; what takes a processor's time is done in a thread."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from starlette.responses import HTMLResponse

from api.evaluation_schemas import MeanAnswer, PinsAnswer, RunAnswer, RunDetail, RunList, RunRow
from api.service import Service
from contracts.measuring import Run
from contracts.tuning import Configuration, differences
from eval.comparing import Measured, Pairing, compare
from eval.reporting import report
from eval.summing import Summary, sum_up

MAX_RUNS = 6
"""In one comparison: fifteen pairs."""
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


async def listed(service: Service, metric: str, limit: int, before: UUID | None) -> RunList:
    """Give a page of runs, newest first, each with its mean of a metric."""
    found = await service.runs.latest(limit + 1, before)
    runs = found[:limit]
    means = await service.runs.means([run.id for run in runs], metric)
    rows = [RunRow(**_told(run), value=means.get(run.id)) for run in runs]
    return RunList(metric=metric, runs=rows, cursor=runs[-1].id if len(found) > limit else None)


async def detail(service: Service, name: str) -> RunDetail:
    """Give a run in whole. Raises NotFound."""
    run = await service.runs.find(name)
    results = await service.runs.results(run.id)
    summary = await asyncio.to_thread(sum_up, results)
    return _detail(run, summary)


async def compared(service: Service, names: Sequence[str], metric: str) -> list[Pairing]:
    """Compare runs. Raises NotFound, InvalidInput, Conflict."""
    return await asyncio.to_thread(compare, await _measured(service, names), metric)


async def reported(service: Service, names: Sequence[str], metric: str) -> HTMLResponse:
    """Give the report of runs, which asks nothing of any host. Raises as ``compared``."""
    html = await asyncio.to_thread(report, await _measured(service, names), metric)
    return HTMLResponse(html, headers={"Content-Security-Policy": REPORT_POLICY})


async def _measured(service: Service, names: Sequence[str]) -> list[Measured]:
    """Give runs with their results, under the names that they were asked by."""
    found = []
    for name in names:
        run = await service.runs.find(name)
        found.append(Measured(label_of(name, run), run, tuple(await service.runs.results(run.id))))
    return found


def label_of(name: str, run: Run) -> str:
    """Give the word that a run goes by: its name, or what an id cannot tell a person."""
    if not str(run.id).startswith(name):
        return name
    return f"{run.pins.mode} {run.begun:%Y-%m-%d %H:%M} ({str(run.id)[:8]})"


def _detail(run: Run, summary: Summary) -> RunDetail:
    return RunDetail(
        **_told(run),
        pins=PinsAnswer.model_validate(run.pins),
        load=run.load,
        means=[MeanAnswer.model_validate(mean) for mean in summary.means],
        took_ms=summary.took_ms,
        failed=summary.failed,
    )


def _told(run: Run) -> Mapping[str, Any]:
    """Give the fields of RunAnswer."""
    pins = {name: getattr(run.pins, name) for name in ("suite", "mode", "workspace")}
    changed = differences(Configuration(run.pins.mode), run.pins.configured)
    told = pins | {"settings": {one.key: one.after for one in changed}}
    fields = {name for name in RunAnswer.model_fields if name not in told}
    return told | {name: getattr(run, name) for name in fields}
