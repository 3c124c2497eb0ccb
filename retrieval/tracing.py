"""Traced questions: search and ask as they are, each leaving a trace of what came of it.

What is measured rather than asked goes to the use cases themselves, and leaves none.
"""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID, uuid4

from contracts.errors import DiptychError
from contracts.nouns import ReadMode
from contracts.tracing import (
    TRACED_HITS,
    LoadNow,
    Outcome,
    Trace,
    TracedCitation,
    TracedHit,
    TraceKind,
    Tracer,
)
from retrieval.asking import (
    Answer,
    AskEvent,
    AskRequest,
    Final,
    SearchDone,
    SearchRequest,
    SearchResult,
    answer_of,
)

INTERNAL = "internal"
"""The error code of what nobody expected."""
Clean: TypeAlias = Callable[[str, str], str]
"""Gives a text as a workspace wants it kept."""


@dataclass(frozen=True, slots=True)
class Tracing:
    """What tracing needs: who takes traces, the machine's load, how a read is to be served.

    ``price`` gives what tokens cost, or None where nobody said. ``clean`` gives a text as the
    traces of a workspace may keep it.
    """

    tracer: Tracer
    load: LoadNow
    mode: Callable[[str, ReadMode | None], ReadMode]
    price: Callable[[Mapping[str, int]], float | None] = lambda _: None
    clean: Clean = lambda _, text: text
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class TracedSearch:
    """The use case of searching; every search leaves a trace."""

    def __init__(
        self, search: Callable[[SearchRequest], Awaitable[SearchResult]], tracing: Tracing
    ) -> None:
        self._search = search
        self._tracing = tracing

    async def __call__(self, request: SearchRequest) -> SearchResult:
        """Find passages. Raises what the search raises."""
        trace = _Open(self._tracing, request, request.text)
        try:
            result = await self._search(request)
            trace.end(_ended(result), result)
        except DiptychError as error:
            trace.end(Outcome.FAILED, error=error.code)
            raise
        except Exception:
            trace.end(Outcome.FAILED, error=INTERNAL)
            raise
        finally:
            trace.end(Outcome.CANCELLED)
        return result


class TracedAsk:
    """The use case of asking, whole or as a stream; every question leaves a trace.

    ``stream`` is the use case's own. A trace is recorded before the last event is given, so
    that feedback on an answer always finds it.
    """

    def __init__(
        self, stream: Callable[[AskRequest], AsyncGenerator[AskEvent, None]], tracing: Tracing
    ) -> None:
        self._stream = stream
        self._tracing = tracing

    async def __call__(self, request: AskRequest) -> Answer:
        """Give the whole answer. Raises what asking raises."""
        return await answer_of(self.stream(request))

    async def stream(self, request: AskRequest) -> AsyncGenerator[AskEvent, None]:
        """Yield the events of an answer. Raises what asking raises."""
        trace = _Open(self._tracing, request, request.question)
        result: SearchResult | None = None
        try:
            async with aclosing(self._stream(request)) as events:
                async for event in events:
                    if isinstance(event, SearchDone):
                        result = event.result
                    elif isinstance(event, Final):
                        result = event.answer.search
                        trace.end(_ended(result, event.answer), result, event.answer)
                    yield event
        except DiptychError as error:
            trace.end(Outcome.FAILED, result, error=error.code)
            raise
        except Exception:
            trace.end(Outcome.FAILED, result, error=INTERNAL)
            raise
        finally:
            trace.end(Outcome.CANCELLED, result)


class _Open:
    """A trace in the making; the first end holds."""

    def __init__(self, tracing: Tracing, request: SearchRequest | AskRequest, text: str) -> None:
        self._tracing = tracing
        self._request = request
        self._text = text
        self._at = tracing.now()
        self._began = time.perf_counter()
        self._mode = tracing.mode(request.workspace, request.mode)
        self._ended = False

    def end(
        self,
        outcome: Outcome,
        result: SearchResult | None = None,
        answer: Answer | None = None,
        error: str | None = None,
    ) -> None:
        """Record what came of it."""
        if self._ended:
            return
        self._ended = True
        request, total = self._request, 1000 * (time.perf_counter() - self._began)
        took = answer.took_ms if answer else result.took_ms if result else {}
        trace = Trace(
            id=request.trace or uuid4(),
            kind=TraceKind.ASK if isinstance(request, AskRequest) else TraceKind.SEARCH,
            workspace=request.workspace,
            at=self._at,
            outcome=outcome,
            text=self._text,
            key=_key(request.key),
            mode=self._mode,
            took_ms={**took, "total": total},
            error=error,
            load=self._tracing.load.now(),
        )
        trace = _with_found(trace, result) if result else trace
        if answer:
            trace = _with_said(trace, answer, self._tracing.price(answer.tokens))
        self._tracing.tracer.record(_cleaned(trace, self._tracing.clean))


def _with_found(trace: Trace, result: SearchResult) -> Trace:
    """Add what was found and who served it."""
    number = result.configuration
    hits = (
        TracedHit(one.chunk.id, one.score, {leg: rank for leg, (rank, _) in one.legs.items()})
        for one in result.found[:TRACED_HITS]
    )
    return replace(
        trace,
        mode=result.mode,
        served_by=result.served_by,
        generation=result.generation.number,
        model=result.generation.model,
        configuration=None if number is None else str(number),
        hits=tuple(hits),
    )


def _with_said(trace: Trace, answer: Answer, cost: float | None) -> Trace:
    """Add what was answered and what it rests on."""
    citations = (
        TracedCitation(one.chunk, one.external_id or one.source, one.part, one.span, one.quote)
        for one in answer.citations
    )
    return replace(
        trace,
        answer=answer.text,
        method=answer.method,
        citations=tuple(citations),
        tokens=answer.tokens,
        cost=cost,
    )


def _cleaned(trace: Trace, clean: Clean) -> Trace:
    """Clean what somebody wrote: the question, the answer, the words that it rests on."""
    workspace = trace.workspace
    citations = tuple(replace(one, quote=clean(workspace, one.quote)) for one in trace.citations)
    answer = trace.answer and clean(workspace, trace.answer)
    return replace(trace, text=clean(workspace, trace.text), answer=answer, citations=citations)


def _ended(result: SearchResult, answer: Answer | None = None) -> Outcome:
    if answer is not None and answer.refused:
        return Outcome.REFUSED
    return Outcome.DEGRADED if result.degraded else Outcome.ANSWERED


def _key(text: str | None) -> UUID | None:
    """Give the id of the key that asked; whoever asks without one is nobody in particular."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
