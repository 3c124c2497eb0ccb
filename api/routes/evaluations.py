"""Evaluations: runs, what came of their questions, comparisons and reports."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse

from api import evaluations
from api.access import Root, Services
from api.bodies import Text
from api.evaluation_schemas import (
    ComparisonAnswer,
    PairingAnswer,
    QuestionResult,
    ResultList,
    RunDetail,
    RunList,
)
from eval.comparing import PRIMARY

router = APIRouter(prefix="/v1/evaluations", tags=["evaluations"])
LONGEST = 200

RunName = Annotated[Text, Path(max_length=LONGEST, description="A name, or an id's beginning.")]
Names = Annotated[
    list[Text], Query(min_length=1, max_length=evaluations.MAX_RUNS, description="Names or ids.")
]
Metric = Annotated[Text, Query(max_length=LONGEST, description="The metric that decides.")]


@router.get("")
async def listing(
    _: Root,
    service: Services,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    cursor: UUID | None = None,
    metric: Metric = PRIMARY,
) -> RunList:
    """List runs, newest first, each with its mean of a metric."""
    return await evaluations.listed(service, metric, limit, cursor)


@router.get("/compare")
async def compare(
    _: Root, service: Services, run: Names, metric: Metric = PRIMARY
) -> ComparisonAnswer:
    """Compare each run with each before it, question by question."""
    pairs = await evaluations.compared(service, run, metric)
    return ComparisonAnswer(comparisons=[PairingAnswer.model_validate(pair) for pair in pairs])


@router.get("/report", response_class=HTMLResponse)
async def report(_: Root, service: Services, run: Names, metric: Metric = PRIMARY) -> HTMLResponse:
    """Give one run, or several compared, as one HTML file that stands alone."""
    return await evaluations.reported(service, run, metric)


@router.get("/{run}")
async def one(run: RunName, _: Root, service: Services) -> RunDetail:
    """Give a run: what was pinned, its means and times, and the machine meanwhile."""
    return await evaluations.detail(service, run)


@router.get("/{run}/results")
async def results(
    run: RunName,
    _: Root,
    service: Services,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[Text | None, Query(max_length=2000)] = None,
) -> ResultList:
    """Give what came of each question, by question id."""
    found = await service.runs.find(run)
    rows = await service.runs.results(found.id, limit=limit + 1, after=cursor)
    following = rows[limit - 1].question if len(rows) > limit else None
    told = [QuestionResult.model_validate(row) for row in rows[:limit]]
    return ResultList(results=told, cursor=following)
