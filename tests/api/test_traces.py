"""Traces over HTTP: every answer names its trace, feedback finds it, and who may see what."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from contracts.nouns import PanelName
from contracts.tracing import Feedback, TraceFilter, Verdict
from tests.api.stand import Stand
from tests.api.test_questions import LEASE, QUESTION, parsed

SEARCH = {"query": "notice period"}


@pytest.fixture
async def filled(stand: Stand) -> Stand:
    await stand.pour("lease.txt", LEASE)
    return stand


@pytest.fixture
async def reader(filled: Stand) -> AsyncIterator[httpx.AsyncClient]:
    async with filled.client("reader") as client:
        yield client


async def asked(client: httpx.AsyncClient, path: str = "/v1/ask", **fields: Any) -> str:
    body = QUESTION if path == "/v1/ask" else SEARCH
    trace: str = (await client.post(path, json={**body, **fields})).json()["trace"]
    return trace


async def seen(stand: Stand, path: str, key: str = "admin", **query: Any) -> httpx.Response:
    """What somebody sees once the traces are written."""
    await stand.tracer.flush()
    async with stand.client(key) as client:
        return await client.get(path, params=query)


async def test_an_answer_names_its_trace_which_tells_what_came_of_it(
    filled: Stand, reader: httpx.AsyncClient
) -> None:
    answer = await reader.post("/v1/ask", json=QUESTION)
    whole = answer.json()
    assert answer.headers["x-trace-id"] == whole["trace"] == whole["search"]["trace"]
    trace = (await seen(filled, f"/v1/traces/{whole['trace']}")).json()
    assert (trace["id"], trace["kind"], trace["outcome"]) == (whole["trace"], "ask", "answered")
    assert (trace["text"], trace["answer"]) == (QUESTION["question"], whole["answer"])
    assert (trace["panel"], trace["served_by"]) == ("fused", ["vector", "graph"])
    assert trace["results"][0]["chunk_id"] == whole["search"]["results"][0]["chunk_id"]
    assert trace["citations"][0]["quote"] == whole["citations"][0]["quote"]
    assert trace["load"] == {"cpu": 12.5, "memory": 40.0}
    assert filled.keys["reader"] not in str(trace)
    assert trace["feedback"] == []


async def test_a_search_and_a_stream_name_their_traces_too(
    filled: Stand, reader: httpx.AsyncClient
) -> None:
    found = await reader.post("/v1/search", json=SEARCH)
    stream = await reader.post("/v1/ask", json={**QUESTION, "stream": True})
    events = parsed(stream.text)
    final = events[-1][1]["trace"]
    assert found.headers["x-trace-id"] == found.json()["trace"]
    assert stream.headers["x-trace-id"] == events[0][1]["trace"] == final
    listed = (await seen(filled, "/v1/traces")).json()["traces"]
    assert [one["id"] for one in listed] == [final, found.json()["trace"]]


async def test_a_question_that_fails_leaves_a_trace(
    filled: Stand, reader: httpx.AsyncClient
) -> None:
    for panel in filled.panels.values():
        panel.down = True
    answer = await reader.post("/v1/ask", json=QUESTION)
    trace = (await seen(filled, f"/v1/traces/{answer.headers['x-trace-id']}")).json()
    assert (trace["outcome"], trace["error"]) == ("failed", "panel_unavailable")


async def test_what_asks_nothing_has_no_trace(reader: httpx.AsyncClient) -> None:
    refused = await reader.post("/v1/ask", json={"question": 7})
    assert "x-trace-id" not in refused.headers
    assert "x-trace-id" not in (await reader.get("/v1/documents")).headers


async def test_feedback_right_after_the_answer_is_kept_and_the_latest_word_holds(
    filled: Stand, reader: httpx.AsyncClient
) -> None:
    trace = await asked(reader)
    first = await reader.post("/v1/feedback", json={"trace": trace, "verdict": "up"})
    again = {"trace": trace, "verdict": "down", "comment": " Not true. "}
    second = await reader.post("/v1/feedback", json=again)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["id"] == second.json()["id"]
    said = (await seen(filled, f"/v1/traces/{trace}")).json()["feedback"]
    assert said == [second.json()]
    assert (said[0]["verdict"], said[0]["comment"]) == ("down", "Not true.")
    mirrored = filled.mirror.said
    assert [one.verdict for one in mirrored] == [Verdict.UP, Verdict.DOWN]


@pytest.mark.parametrize("key", ["stranger", "reader"])
async def test_nobody_judges_a_trace_that_is_not_theirs_to_read(filled: Stand, key: str) -> None:
    async with filled.client("reader") as client:
        trace = await asked(client) if key == "stranger" else str(uuid.uuid4())
    async with filled.client(key) as client:
        answer = await client.post("/v1/feedback", json={"trace": trace, "verdict": "up"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert filled.mirror.said == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"trace": "x", "verdict": "up"},
        {"trace": str(uuid.uuid4()), "verdict": "meh"},
        {"trace": str(uuid.uuid4()), "verdict": "up", "comment": "x" * 2001},
        {"trace": str(uuid.uuid4()), "verdict": "up", "stars": 5},
    ],
)
async def test_feedback_of_another_form_is_refused(
    reader: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    assert (await reader.post("/v1/feedback", json=body)).status_code == 422


async def test_feedback_waits_for_a_catalog_that_is_away(
    filled: Stand, reader: httpx.AsyncClient
) -> None:
    trace = await asked(reader)
    filled.catalog.tables.down = True
    body = {"trace": trace, "verdict": "up"}
    assert (await reader.post("/v1/feedback", json=body)).status_code == 503
    filled.catalog.tables.down = False
    assert (await reader.post("/v1/feedback", json=body)).status_code == 200


@pytest.mark.parametrize("path", ["/v1/traces", f"/v1/traces/{uuid.UUID(int=1)}", "/v1/usage"])
async def test_traces_are_for_administrators(stand: Stand, path: str) -> None:
    assert (await seen(stand, path, "reader")).status_code == 403
    assert (await seen(stand, path, "editor")).status_code == 403


async def test_an_administrator_sees_the_traces_of_the_own_workspace(filled: Stand) -> None:
    async with filled.client("root") as root:
        here = await asked(root, "/v1/search")
        there = await asked(root, "/v1/search", workspace="other")

    async def ids(key: str, **query: Any) -> list[str]:
        answer = (await seen(filled, "/v1/traces", key, **query)).json()
        return [one["id"] for one in answer["traces"]]

    assert await ids("admin") == [here]
    assert await ids("root") == [there, here]
    assert await ids("root", workspace="other") == [there]
    assert (await seen(filled, f"/v1/traces/{there}")).status_code == 404
    assert (await seen(filled, "/v1/traces", workspace="other")).status_code == 403


async def test_traces_are_narrowed_and_paged(filled: Stand, reader: httpx.AsyncClient) -> None:
    answered = await asked(reader)
    refused = await asked(reader, question="tell me")
    search = await asked(reader, "/v1/search")
    await reader.post("/v1/feedback", json={"trace": refused, "verdict": "down"})

    async def ids(**query: Any) -> list[str]:
        answer = (await seen(filled, "/v1/traces", **query)).json()
        return [one["id"] for one in answer["traces"]]

    assert await ids(kind="search") == [search]
    assert await ids(kind="ask", outcome="refused") == [refused]
    assert await ids(verdict="down") == [refused]
    first = (await seen(filled, "/v1/traces", limit=2)).json()
    rest = (await seen(filled, "/v1/traces", limit=2, cursor=first["cursor"])).json()
    assert [one["id"] for one in first["traces"] + rest["traces"]] == [search, refused, answered]
    assert rest["cursor"] is None
    assert (await seen(filled, "/v1/traces", cursor="x")).status_code == 422


async def test_usage_counts_questions_and_what_was_said(
    filled: Stand, reader: httpx.AsyncClient
) -> None:
    trace = await asked(reader)
    await asked(reader, question="tell me", panel="graph")
    filled.panels[PanelName.GRAPH].down = filled.panels[PanelName.VECTOR].down = True
    await reader.post("/v1/ask", json=QUESTION)
    await reader.post("/v1/feedback", json={"trace": trace, "verdict": "up"})
    rows = (await seen(filled, "/v1/usage", days=1)).json()["days"]
    told = {row["panel"]: row for row in rows}
    fused, graph = told["fused"], told["graph"]
    assert (fused["questions"], fused["errors"], fused["up"], fused["down"]) == (2, 1, 1, 0)
    assert (graph["questions"], graph["refusals"], graph["askers"]) == (1, 1, 1)
    assert fused["p95_ms"] >= fused["p50_ms"] > 0
    assert fused["day"] == datetime.now(UTC).date().isoformat()


async def test_a_catalog_that_is_away_costs_a_question_nothing(
    filled: Stand, reader: httpx.AsyncClient
) -> None:
    await asked(reader)  # the key was seen
    filled.catalog.tables.down = True
    trace = await asked(reader)
    filled.catalog.tables.down = False
    await filled.tracer.flush()
    found = await filled.catalog.traces.find(TraceFilter())
    assert str(found.items[0].id) == trace
    said = Feedback(found.items[0].id, uuid.uuid4(), Verdict.UP, datetime.now(UTC))
    await filled.service.feedback(said, None)
