"""Traces: what came of questions and documents, what people think of it, and how much it is."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api import trace_render as render
from api.access import Reader, Services, WatchIn
from api.bodies import Text
from api.trace_schemas import FeedbackAnswer, FeedbackBody, TraceAnswer, TraceList, UsageAnswer
from contracts.tracing import Feedback, Outcome, TraceFilter, TraceKind, Verdict, first_day

router = APIRouter(prefix="/v1", tags=["traces"])


@router.post("/feedback")
async def feedback(body: FeedbackBody, identity: Reader, service: Services) -> FeedbackAnswer:
    """Say what you think of an answer; saying it again replaces what you said."""
    now = datetime.now(UTC)
    said = Feedback(body.trace, identity.key, body.verdict, now, body.comment.strip())
    await service.feedback(said, identity.workspace)
    return render.feedback(said)


@router.get("/traces")
async def traces(
    workspace: WatchIn,
    service: Services,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[Text | None, Query(max_length=500)] = None,
    kind: TraceKind | None = None,
    outcome: Outcome | None = None,
    verdict: Annotated[Verdict | None, Query(description="Of the feedback on it.")] = None,
) -> TraceList:
    """List traces with their feedback, newest first, of all workspaces that the key may see."""
    wanted = TraceFilter(workspace, kind, outcome, verdict)
    page = await service.traces.find(wanted, limit=limit, cursor=cursor)
    said = await service.traces.feedback([one.id for one in page.items])
    return TraceList(traces=[render.trace(one, said) for one in page.items], cursor=page.cursor)


@router.get("/traces/{trace}")
async def one(trace: UUID, workspace: WatchIn, service: Services) -> TraceAnswer:
    """Give one trace with its feedback."""
    found = await service.traces.get(trace, workspace)
    return render.trace(found, await service.traces.feedback([trace]))


@router.get("/usage")
async def usage(
    workspace: WatchIn, service: Services, days: Annotated[int, Query(ge=1, le=3650)] = 30
) -> UsageAnswer:
    """Sum up the questions of the last days, per day, panel and kind."""
    return render.usage(await service.traces.usage(first_day(days, datetime.now(UTC)), workspace))
