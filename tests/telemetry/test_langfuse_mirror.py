"""Traces and feedback in Langfuse, as a server receives them, and what it costs when it is away."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from contracts.nouns import ChunkId, ReadMode, Span
from contracts.tracing import (
    Feedback,
    Outcome,
    Trace,
    TracedCitation,
    TracedHit,
    TraceKind,
    Verdict,
)
from telemetry.langfuse_mirror import LangfuseMirror, Mask
from telemetry.langfuse_server import LangfuseServer
from tests.telemetry.langfuse_standin import PUBLIC, SECRET, Answer, Langfuse, langfuse

AT = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
CHUNK = ChunkId(UUID(int=7), 1, 1, 0)
PATIENCE = 20.0


def question(**changes: object) -> Trace:
    trace = Trace(
        id=uuid4(),
        kind=TraceKind.ASK,
        workspace="default",
        at=AT,
        outcome=Outcome.ANSWERED,
        text="What does the contract cost?",
        key=UUID(int=3),
        mode=ReadMode.FUSED,
        served_by=("vector", "graph"),
        generation=1,
        took_ms={"embed": 10.0, "panel": 20.0, "answer": 50.0, "total": 82.0},
        hits=(TracedHit(CHUNK, 0.5, {"vector dense": 1}),),
        answer="It costs 12 euros.",
        citations=(TracedCitation(CHUNK, "contract.pdf", 0, Span(0, 9), "12 euros"),),
        method="small-model",
        model="e5",
        tokens={"input": 300, "output": 20},
        cost=0.002,
        load={"cpu": 12.5},
    )
    return replace(trace, **changes)  # type: ignore[arg-type]  # any of its fields


def up(trace: Trace, verdict: Verdict = Verdict.UP, comment: str = "") -> Feedback:
    return Feedback(trace.id, UUID(int=9), verdict, AT, comment)


@pytest.fixture
def server() -> Iterator[Langfuse]:
    with langfuse() as found:
        yield found


@contextmanager
def mirroring(
    url: str, mask: Mask = str, capacity: int = 100, secret: str = SECRET, timeout: float = 30.0
) -> Iterator[LangfuseMirror]:
    server = LangfuseServer(url, PUBLIC, secret, timeout)
    mirror = LangfuseMirror(server, mask, capacity=capacity, pauses_s=(0.01, 0.02))
    yield mirror
    mirror.close(PATIENCE)


def sent(server: Langfuse, *items: Trace | Feedback, mask: Mask = str) -> None:
    with mirroring(server.url, mask) as mirror:
        for one in items:
            mirror.record(one) if isinstance(one, Trace) else mirror.judge(one)


def test_a_question_arrives_with_its_stages_times_tokens_and_cost(server: Langfuse) -> None:
    trace = question()
    sent(server, trace)
    (root,), (panel,), (answer,) = map(server.named, ("ask", "panel", "answer"))
    assert {span.trace for span in server.spans.values()} == {trace.id.hex}
    assert (root.parent, panel.parent, answer.parent) == ("", root.id, root.id)
    assert root.ended - root.began == 82_000_000
    assert panel.began - root.began == 10_000_000
    assert answer.ended - answer.began == 50_000_000
    assert root.began == int(AT.timestamp()) * 10**9
    assert root.values["langfuse.observation.input"] == "What does the contract cost?"
    assert "It costs 12 euros." in root.values["langfuse.observation.output"]
    assert "12 euros" in root.values["langfuse.observation.output"]
    assert root.values["user.id"] == str(UUID(int=3))
    assert root.values["langfuse.trace.tags"] == ["ask", "answered", "fused"]
    assert root.values["langfuse.observation.metadata.served_by"] == '["vector", "graph"]'
    assert panel.values["langfuse.observation.type"] == "retriever"
    assert str(CHUNK) in panel.values["langfuse.observation.output"]
    assert answer.values["langfuse.observation.type"] == "generation"
    assert answer.values["langfuse.observation.model.name"] == "small-model"
    assert answer.values["langfuse.observation.usage_details"] == '{"input": 300, "output": 20}'
    assert answer.values["langfuse.observation.cost_details"] == '{"total": 0.002}'


def test_an_extractive_answer_is_no_generation(server: Langfuse) -> None:
    sent(server, question(method="extractive", tokens={}, cost=None))
    (answer,) = server.named("answer")
    assert answer.values["langfuse.observation.type"] == "span"
    assert "langfuse.observation.cost_details" not in answer.values


def test_a_failure_and_a_document_are_shown_as_what_they_are(server: Langfuse) -> None:
    failed = question(outcome=Outcome.FAILED, error="panel_unavailable", answer=None, took_ms={})
    poured = question(kind=TraceKind.INGEST, outcome=Outcome.LIVE, mode=None, key=None, answer=None)
    sent(server, failed, poured)
    (ask,), (ingest,) = server.named("ask"), server.named("ingest")
    assert ask.values["langfuse.observation.level"] == "ERROR"
    assert ask.values["langfuse.observation.status_message"] == "panel_unavailable"
    assert ingest.values["langfuse.trace.tags"] == ["ingest", "live"]
    assert "user.id" not in ingest.values


def test_what_is_sent_again_replaces_what_was_there(server: Langfuse) -> None:
    trace = question()
    sent(server, trace, up(trace))
    spans = set(server.spans)
    sent(server, trace, up(trace, Verdict.DOWN, "wrong year"))
    assert set(server.spans) == spans
    (score,) = server.scores.values()
    assert (score["value"], score["traceId"], score["name"]) == (-1.0, trace.id.hex, "feedback")
    assert score["comment"] == "wrong year"


def test_nothing_leaves_unmasked(server: Langfuse) -> None:
    trace = question(text="Is secret in it?", answer="secret")
    trace = replace(
        trace, citations=(replace(trace.citations[0], document="secret", quote="secret"),)
    )
    sent(server, trace, up(trace, comment="so secret"), mask=lambda t: t.replace("secret", "***"))
    told = str([span.values for span in server.spans.values()]) + str(server.scores)
    assert "***" in told
    assert "secret" not in told


def test_a_mask_that_fails_hides_all(server: Langfuse, caplog: pytest.LogCaptureFixture) -> None:
    def broken(text: str) -> str:
        raise KeyError(text)

    with caplog.at_level(logging.CRITICAL):
        sent(server, question(), mask=broken)
    assert "euros" not in str([span.values for span in server.spans.values()])
    assert server.named("ask")[0].values["langfuse.observation.input"] == "(hidden)"


def test_a_long_text_is_cut(server: Langfuse) -> None:
    sent(server, question(answer="x" * 1_000_000))
    assert len(server.named("ask")[0].values["langfuse.observation.output"]) < 20_000


def test_a_mute_server_delays_nobody_and_the_end_does_not_wait_for_it(server: Langfuse) -> None:
    server.mute = threading.Event()
    mirror = LangfuseMirror(LangfuseServer(server.url, PUBLIC, SECRET, 60.0), capacity=50)
    mirror.record(question())
    assert server.asked.wait(PATIENCE)
    trace = question()
    for _ in range(10_000):  # all of them while the server holds the first one
        mirror.record(trace)
    assert not server.spans
    assert len(mirror._waiting) == 50
    began = time.monotonic()
    mirror.close(within=0.2)
    assert time.monotonic() - began < 10
    assert mirror._thread
    assert mirror._thread.is_alive()  # left behind, not waited for
    server.mute.set()
    mirror._thread.join(PATIENCE)


def test_recording_costs_far_less_than_a_millisecond(server: Langfuse) -> None:
    server.mute = threading.Event()
    mirror = LangfuseMirror(LangfuseServer(server.url, PUBLIC, SECRET, 60.0))
    trace = question()
    mirror.record(trace)
    assert server.asked.wait(PATIENCE)
    began = time.thread_time()
    for _ in range(1000):
        mirror.record(trace)
    spent = time.thread_time() - began
    server.mute.set()
    mirror.close(PATIENCE)
    assert spent < 1.0  # seconds of this thread for 1000


@pytest.mark.parametrize(
    "instead",
    [
        Answer(500, b"oops", "text/plain"),
        Answer(503),
        Answer(429, b'{"message": "slow down"}'),
        Answer(401, b'{"message": "Invalid credentials"}'),
        Answer(200, b"<html>Welcome</html>", "text/html"),
        Answer(302),
    ],
    ids=lambda one: str(one.status),
)
def test_traces_wait_for_a_server_that_is_away_with_one_warning(
    server: Langfuse,
    instead: Answer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.instead = instead
    trace = question()
    with mirroring(server.url) as mirror:
        mirror.record(trace)
        _until(lambda: len(server.requests) >= 2)
        mirror.judge(up(trace))
        _until(lambda: len(server.requests) >= 4)
        server.instead = None
        _until(lambda: server.scores and server.spans)
    assert server.named("ask")[0].trace == trace.id.hex
    assert [r.levelname for r in caplog.records if "wait for Langfuse" in r.message] == ["WARNING"]
    assert "Langfuse is back; 0 traces were dropped." in caplog.text


def test_the_oldest_go_when_too_many_wait(server: Langfuse) -> None:
    server.instead = Answer(503)
    traces = [question() for _ in range(130)]
    with mirroring(server.url, capacity=60) as mirror:
        for trace in traces:
            mirror.record(trace)
        _until(lambda: len(server.requests) >= 2)
        server.instead = None
        _until(lambda: len(server.named("ask")) >= 60)
    assert {span.trace for span in server.named("ask")} == {one.id.hex for one in traces[-60:]}


def test_what_langfuse_refuses_does_not_hold_up_the_rest(
    server: Langfuse, caplog: pytest.LogCaptureFixture
) -> None:
    server.instead = Answer(400, b'{"message": "bad span"}')
    with mirroring(server.url) as mirror:
        mirror.record(question())
        _until(lambda: "bad span" in caplog.text)
        server.instead = None
        mirror.record(question())
    assert len(server.named("ask")) == 1


def test_a_dead_server_and_a_wrong_key_are_told_once_and_cost_nothing(
    server: Langfuse, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with mirroring(f"http://127.0.0.1:{port}") as mirror:
        mirror.record(question())
        _until(lambda: "does not answer" in caplog.text)
    with mirroring(server.url, secret="wrong") as mirror:
        mirror.record(question())
        _until(lambda: "refuses the keys" in caplog.text)


def test_a_mirror_that_took_nothing_starts_nothing(server: Langfuse) -> None:
    before = threading.active_count()
    mirror = LangfuseMirror(LangfuseServer(server.url, PUBLIC, SECRET))
    assert threading.active_count() == before
    mirror.close()
    mirror.record(question())  # too late, and no harm
    assert not server.requests


def _until(true: object) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():  # type: ignore[operator]  # a function without arguments
        assert time.monotonic() < deadline
        time.sleep(0.005)
