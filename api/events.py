"""Server-sent events: typed, with a heartbeat, errors in band, cancelled when the client goes."""

from collections.abc import AsyncIterator, Callable
from typing import TypeVar
from uuid import UUID

import structlog
from pydantic import BaseModel
from sse_starlette import EventSourceResponse, ServerSentEvent

from api import render
from api.problems import UNEXPECTED, describe
from api.schemas import DeltaEvent, Problem
from api.streams import closing
from contracts.errors import DiptychError
from contracts.record import FINAL, DocumentRecord
from retrieval.asking import AskEvent, Cited, Delta, Final, SearchDone

PING_S = 10

Item = TypeVar("Item")
log = structlog.get_logger(__name__)


def event(name: str, data: BaseModel) -> ServerSentEvent:
    """Frame one event: its type, and its data as one line of JSON."""
    return ServerSentEvent(data=data.model_dump_json(exclude_none=name == "error"), event=name)


def ask_event(item: AskEvent, trace: UUID | None = None) -> ServerSentEvent:
    """Frame one event of an answer."""
    match item:
        case SearchDone(result):
            return event("search_results", render.search(result, trace))
        case Delta(text):
            return event("message", DeltaEvent(delta=text))
        case Cited(citation):
            return event("citation", render.citation(citation))
        case Final(answer):
            return event("final_answer", render.answer(answer, trace))


def progress_event(record: DocumentRecord) -> ServerSentEvent:
    """Frame one change of a document: ``progress``, and ``final`` for the last."""
    name = "final" if record.state in FINAL else "progress"
    return event(name, render.document(record))


async def stream(
    items: AsyncIterator[Item], frame: Callable[[Item], ServerSentEvent], request_id: str
) -> EventSourceResponse:
    """Answer with a stream of events.

    The first item is awaited before anything is sent, so that what fails at once (an unknown
    panel, the catalog down) is a plain problem with its own status, not an event in a 200.
    """
    first = await anext(items, None)
    return EventSourceResponse(
        _framed(first, items, frame, request_id),
        ping=PING_S,
        ping_message_factory=lambda: ServerSentEvent(comment="ping"),
    )


async def _framed(
    first: Item | None,
    items: AsyncIterator[Item],
    frame: Callable[[Item], ServerSentEvent],
    request_id: str,
) -> AsyncIterator[ServerSentEvent]:
    """Frame all items; what fails from now on is told in band."""
    async with closing(items):
        try:
            if first is not None:
                yield frame(first)
                async for item in items:
                    yield frame(item)
        except DiptychError as error:
            yield event("error", _instance(describe(error), request_id))
        except Exception:  # the status line is gone: the client learns it in band
            log.exception("stream_failed")
            yield event("error", _instance(UNEXPECTED, request_id))


def _instance(problem: Problem, request_id: str) -> Problem:
    return problem.model_copy(update={"instance": request_id})
