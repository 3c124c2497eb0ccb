"""Questions: search, and ask with cited answers, whole or as a stream."""

from functools import partial
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from sse_starlette import EventSourceResponse

from api import events, render
from api.access import Reader, Services, workspace_for
from api.bodies import AskBody, SearchBody, to_filters
from api.problems import request_id
from api.schemas import AskAnswer, SearchAnswer
from retrieval.asking import AskRequest, SearchRequest

router = APIRouter(prefix="/v1", tags=["questions"])
STREAM_DOC: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer; as events: `search_results`, then `message` and `citation`, "
        "then `final_answer`; `error` in band.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.post("/search")
async def search(
    request: Request, body: SearchBody, identity: Reader, service: Services
) -> SearchAnswer:
    """Find passages, best first, with their rank in every leg of every panel that served."""
    workspace = workspace_for(identity, body.workspace)
    filters = to_filters(body.filters)
    key, trace = str(identity.key), new_trace(request)
    asked = SearchRequest(
        workspace, body.query, body.panel, body.limit, filters, key,
        trace=trace, parents=body.parents,
    )  # fmt: skip
    return render.search(await service.search(asked), trace)


@router.post("/ask", response_model=AskAnswer, responses=STREAM_DOC)
async def ask(
    request: Request, body: AskBody, identity: Reader, service: Services
) -> AskAnswer | EventSourceResponse:
    """Answer from the documents, every claim cited, or refuse."""
    workspace = workspace_for(identity, body.workspace)
    filters = to_filters(body.filters)
    key, trace = str(identity.key), new_trace(request)
    asked = AskRequest(workspace, body.question, body.panel, body.limit, filters, key, trace=trace)
    if body.stream or "text/event-stream" in request.headers.get("accept", ""):
        items = service.ask.stream(asked)
        frame = partial(events.ask_event, trace=trace)
        return await events.stream(items, frame, request_id(request))
    return render.answer(await service.ask(asked), trace)


def new_trace(request: Request) -> UUID:
    """Give the id of the trace that a question leaves; the request's answer names it."""
    trace: UUID = uuid4()
    request.state.trace = trace
    return trace
