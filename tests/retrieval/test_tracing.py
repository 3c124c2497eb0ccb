"""Every question leaves one trace that tells what came of it, however it ended."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from contracts.errors import InvalidInput, ModelUnavailable
from contracts.nouns import PanelName, ReadMode
from contracts.observing import NullMetrics
from contracts.tracing import TRACED_HITS, Outcome, TraceKind
from inference.language import LangidDetector
from inference.sentences import SentencexSplitter
from retrieval.answering import Ask
from retrieval.asking import AskEvent, AskRequest, Final, SearchDone, SearchRequest
from retrieval.tracing import TracedAsk, TracedSearch, Tracing
from telemetry.spending import Prices
from tests.fakes.inference import ScriptedChat
from tests.fakes.tracing import KeepingTracer, SteadyLoad
from tests.retrieval.shelf import Shelf

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
CONTRACT = "Contrat de travail\n\nLe préavis de démission est de trois mois. Il court de la lettre."
QUESTION = "Quel est le préavis de démission ?"
KEY = UUID(int=5)


@dataclass
class Traced:
    """Search and ask over a shelf, and what they left."""

    shelf: Shelf
    tracer: KeepingTracer = field(default_factory=KeepingTracer)

    def __post_init__(self) -> None:
        inner = self.shelf.search()
        tracing = Tracing(self.tracer, SteadyLoad(), inner.mode, now=lambda: NOON)
        ask = Ask(inner, SentencexSplitter(), LangidDetector(), NullMetrics())
        self.search = TracedSearch(inner, tracing)
        self.ask = TracedAsk(ask.stream, tracing)
        self.tracing = tracing


@pytest.fixture
async def traced() -> Traced:
    shelf = Shelf()
    await shelf.pour("contrat", CONTRACT)
    await shelf.pour("notes", "\n\n".join(f"Le préavis numéro {n}." for n in range(30)))
    return Traced(shelf)


def question(text: str = QUESTION) -> AskRequest:
    return AskRequest("default", text, key=str(KEY), trace=uuid4())


async def test_an_answer_leaves_what_it_was_made_of(traced: Traced) -> None:
    request = question()
    answer = await traced.ask(request)
    (trace,) = traced.tracer.traces
    assert (trace.id, trace.kind, trace.outcome) == (request.trace, TraceKind.ASK, Outcome.ANSWERED)
    assert (trace.workspace, trace.text, trace.key, trace.at) == ("default", QUESTION, KEY, NOON)
    assert (trace.mode, trace.served_by) == (ReadMode.FUSED, ("vector", "graph"))
    assert (trace.generation, trace.model, trace.configuration) == (1, "hash", None)
    assert {"embed", "panel", "fuse", "evidence", "answer", "total"} <= set(trace.took_ms)
    assert trace.took_ms["total"] >= answer.took_ms["panel"]
    assert [hit.chunk for hit in trace.hits] == [one.chunk.id for one in answer.search.found]
    assert trace.hits[0].legs["vector.lexical"] == 1
    assert (trace.answer, trace.method) == (answer.text, "extractive")
    first = answer.citations[0]
    assert [c.quote for c in trace.citations] == [c.quote for c in answer.citations]
    assert (trace.citations[0].document, trace.citations[0].span) == ("contrat", first.span)
    assert trace.load == {"cpu": 12.5, "memory": 40.0}


async def test_a_written_answer_leaves_its_tokens_and_what_they_cost(traced: Traced) -> None:
    said = ["Le préavis de démission est de trois mois [1].", " Il court de la lettre [1]."]
    ask = Ask(
        traced.shelf.search(),
        SentencexSplitter(),
        LangidDetector(),
        NullMetrics(),
        ScriptedChat(said, model="writer"),
    )
    tracing = replace(traced.tracing, price=Prices(read=1000.0, written=500_000.0).of)
    await TracedAsk(ask.stream, tracing)(question())
    (trace,) = traced.tracer.traces
    assert (trace.method, trace.tokens["output"]) == ("writer", 2)
    assert trace.tokens["input"] > 20
    assert trace.cost == pytest.approx(1.0 + trace.tokens["input"] / 1000)


async def test_a_search_leaves_its_best_passages(traced: Traced) -> None:
    result = await traced.search(SearchRequest("default", "préavis", ReadMode.GRAPH, limit=30))
    (trace,) = traced.tracer.traces
    assert (trace.kind, trace.mode, trace.key) == (TraceKind.SEARCH, ReadMode.GRAPH, None)
    assert len(result.found) > TRACED_HITS == len(trace.hits)
    assert (trace.answer, trace.citations) == (None, ())


async def test_a_champion_is_named(traced: Traced) -> None:
    traced.shelf.plan = replace(traced.shelf.plan, configuration=7)
    await traced.search(SearchRequest("default", "préavis"))
    assert traced.tracer.traces[0].configuration == "7"


async def test_a_refusal_and_a_panel_that_is_away_are_told_apart(traced: Traced) -> None:
    await traced.ask(question("Qui a peint la Joconde ?"))
    traced.shelf.panels[PanelName.GRAPH].down = True
    await traced.ask(question())
    await traced.search(SearchRequest("default", "préavis"))
    refused, *degraded = traced.tracer.traces
    assert refused.refused
    assert [one.outcome for one in degraded] == [Outcome.DEGRADED] * 2
    assert degraded[0].served_by == ("vector",)


async def test_a_failure_leaves_its_code_and_is_raised(traced: Traced) -> None:
    with pytest.raises(InvalidInput):
        await traced.search(SearchRequest("default", " ", ReadMode.VECTOR))
    with pytest.raises(InvalidInput):
        await traced.ask(question(" "))
    search, ask = traced.tracer.traces
    assert (search.outcome, search.error) == (Outcome.FAILED, "invalid_input")
    assert (ask.outcome, ask.error) == (Outcome.FAILED, "invalid_input")
    assert (search.mode, ask.mode) == (ReadMode.VECTOR, ReadMode.FUSED)
    assert search.took_ms["total"] >= 0


@pytest.mark.parametrize(
    ("failure", "code"),
    [(ModelUnavailable("Away.", "Wait."), "model_unavailable"), (KeyError(), "internal")],
)
async def test_what_fails_in_the_middle_keeps_what_was_found(
    traced: Traced, failure: Exception, code: str
) -> None:
    async def broken(request: AskRequest) -> AsyncGenerator[AskEvent, None]:
        yield SearchDone(await traced.shelf.search()(SearchRequest("default", request.question)))
        raise failure

    with pytest.raises(type(failure)):
        await TracedAsk(broken, traced.tracing)(question())
    (trace,) = traced.tracer.traces
    assert (trace.outcome, trace.error) == (Outcome.FAILED, code)
    assert trace.hits


async def test_the_trace_is_recorded_before_the_last_event_is_given(traced: Traced) -> None:
    async with aclosing(traced.ask.stream(question())) as events:
        async for event in events:
            assert len(traced.tracer.traces) == isinstance(event, Final)
    assert len(traced.tracer.traces) == 1


async def test_whoever_leaves_early_leaves_a_trace(traced: Traced) -> None:
    async with aclosing(traced.ask.stream(question())) as events:
        async for _ in events:
            break
    (trace,) = traced.tracer.traces
    assert (trace.outcome, trace.answer) == (Outcome.CANCELLED, None)
    assert trace.hits


async def test_a_search_that_is_cancelled_leaves_a_trace(traced: Traced) -> None:
    asked = asyncio.Event()

    async def never(_: SearchRequest) -> None:
        asked.set()
        await asyncio.Event().wait()

    search = TracedSearch(never, traced.tracing)  # type: ignore[arg-type]  # it never answers
    task = asyncio.create_task(search(SearchRequest("default", "préavis")))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [one.outcome for one in traced.tracer.traces] == [Outcome.CANCELLED]


async def test_a_key_that_is_no_id_is_nobody(traced: Traced) -> None:
    await traced.search(SearchRequest("default", "préavis", key="canary-7"))
    assert traced.tracer.traces[0].key is None
