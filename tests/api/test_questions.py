import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from contracts.errors import ModelUnavailable
from contracts.nouns import PanelName, ReadMode
from tests.api.stand import Stand

LEASE = "The notice period is three months. It runs from the letter."
CAKE = "The cake bakes for forty minutes."
QUESTION = {"question": "What is the notice period?"}


@pytest.fixture
async def filled(stand: Stand) -> Stand:
    await stand.pour("lease.txt", LEASE, metadata='{"year": 2025, "draft": false}')
    await stand.pour("cake.txt", CAKE, metadata='{"year": 2024}')
    return stand


@pytest.fixture
async def reader(filled: Stand) -> AsyncIterator[httpx.AsyncClient]:
    async with filled.client("reader") as client:
        yield client


def parsed(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Read a stream as a client does: blocks of ``event`` and ``data``; comments are skipped."""
    blocks = [
        dict(line.split(": ", 1) for line in b.split("\r\n")) for b in text.split("\r\n\r\n") if b
    ]
    return [(b["event"], json.loads(b["data"])) for b in blocks if "event" in b]


@pytest.mark.parametrize("panel", ReadMode)
async def test_search_names_where_each_passage_stood(
    reader: httpx.AsyncClient, panel: ReadMode
) -> None:
    answer = (
        await reader.post("/v1/search", json={"query": "notice period", "panel": panel})
    ).json()
    best = answer["results"][0]
    assert (best["text"], best["title"], answer["panel"]) == (LEASE, LEASE, panel)
    served = [panel.value] if panel.value in set(PanelName) else ["vector", "graph"]
    assert answer["served_by"] == served
    assert best["legs"][f"{served[0]}.lexical"]["rank"] == 1
    assert answer["took_ms"]["total"] >= 0


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"metadata": {"year": 2024}}, [CAKE]),
        ({"metadata": {"year": 2025, "draft": False}}, [LEASE]),
        ({"metadata": {"year": "2025"}}, []),
        ({"metadata": {"draft": 0}}, []),
    ],
)
async def test_filters_keep_the_type_of_a_value(
    reader: httpx.AsyncClient, filters: dict[str, Any], found: list[str]
) -> None:
    body = {"query": "notice period cake", "filters": filters}
    answer = (await reader.post("/v1/search", json=body)).json()
    assert [r["text"] for r in answer["results"]] == found


async def test_an_empty_list_of_documents_never_means_all(reader: httpx.AsyncClient) -> None:
    body = {"query": "notice", "filters": {"documents": []}}
    assert (await reader.post("/v1/search", json=body)).status_code == 422


async def test_documents_narrow_the_search(filled: Stand) -> None:
    other = await filled.pour("b.txt", "Another notice period.")
    async with filled.client() as client:
        body = {"query": "notice period", "filters": {"documents": [str(other)]}}
        answer = (await client.post("/v1/search", json=body)).json()
    assert {r["document_id"] for r in answer["results"]} == {str(other)}


async def test_an_answer_cites_the_exact_text(reader: httpx.AsyncClient) -> None:
    answer = (await reader.post("/v1/ask", json=QUESTION)).json()
    [citation] = answer["citations"]
    part = (await reader.get(citation["links"]["part"])).json()
    span = citation["span"]
    assert part["text"][span["start"] : span["end"]] == citation["quote"]
    assert answer["answer"] == "The notice period is three months [1]"


async def test_a_refusal_has_no_citation(reader: httpx.AsyncClient) -> None:
    answer = (await reader.post("/v1/ask", json={"question": "tell me"})).json()
    assert (answer["refused"], answer["citations"]) == (True, [])


@pytest.mark.parametrize("how", ["header", "field"])
async def test_a_stream_has_typed_events_in_order(reader: httpx.AsyncClient, how: str) -> None:
    headers = {"Accept": "text/event-stream"} if how == "header" else {}
    body = QUESTION if how == "header" else {**QUESTION, "stream": True}
    answer = await reader.post("/v1/ask", json=body, headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = parsed(answer.text)
    names = [name for name, _ in events]
    assert names == ["search_results", "message", "message", "citation", "final_answer"]
    whole = events[-1][1]
    assert "".join(d["delta"] for n, d in events if n == "message") == whole["answer"]
    assert events[3][1] == whole["citations"][0]
    assert events[0][1]["results"] == whole["search"]["results"]


async def test_what_fails_at_once_is_a_status_not_an_event(
    filled: Stand, reader: httpx.AsyncClient
) -> None:
    for panel in filled.panels.values():
        panel.down = True
    answer = await reader.post("/v1/ask", json={**QUESTION, "stream": True})
    assert (answer.status_code, answer.json()["code"]) == (503, "panel_unavailable")


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (ModelUnavailable("The model is away.", "Wait."), "model_unavailable"),
        (RuntimeError("x"), "internal"),
    ],
)
async def test_what_fails_later_is_an_error_in_band(
    filled: Stand, reader: httpx.AsyncClient, failure: Exception, code: str
) -> None:
    filled.ask.fails = failure
    answer = await reader.post("/v1/ask", json={**QUESTION, "stream": True})
    assert answer.status_code == 200
    name, problem = parsed(answer.text)[-1]
    assert (name, problem["code"]) == ("error", code)
    assert problem["instance"] == answer.headers["x-request-id"]


async def test_a_client_that_goes_away_stops_the_answer(filled: Stand) -> None:
    filled.ask.go_on.clear()
    left = asyncio.Event()
    body = json.dumps({**QUESTION, "stream": True}).encode()
    inbox = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if inbox:
            return inbox.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if b"event: message" in message.get("body", b""):
            left.set()

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/ask",
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {filled.keys['reader']}".encode()),
            (b"content-type", b"application/json"),
        ],
    }
    await asyncio.wait_for(filled.app()(scope, receive, send), 5)
    await asyncio.wait_for(filled.ask.closed.wait(), 5)


async def test_a_degraded_answer_says_so(filled: Stand, reader: httpx.AsyncClient) -> None:
    filled.panels[PanelName.GRAPH].down = True
    answer = (await reader.post("/v1/ask", json=QUESTION)).json()
    assert answer["search"]["served_by"] == ["vector"]
    assert answer["search"]["degraded"]
