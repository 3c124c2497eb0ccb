import dataclasses
import inspect

import httpx
import pytest

from api.problems import STATUS
from contracts import errors
from contracts.errors import DiptychError, SetupFailed, Unreadable, UnreadableDocument
from contracts.nouns import PanelName
from contracts.record import Receipt
from ingestion.receiving import Upload
from tests.api.stand import Stand

TREE = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, DiptychError)]
NUMBERED = {"X-Request-ID": "trace-7"}


def test_every_error_of_the_tree_has_a_status() -> None:
    assert set(STATUS) == set(TREE)


@pytest.mark.parametrize("kind", TREE)
async def test_every_error_of_the_tree_is_answered_as_a_problem(
    stand: Stand, kind: type[DiptychError]
) -> None:
    if issubclass(kind, UnreadableDocument):
        stand.ask.fails = kind(Unreadable.EMPTY, "What happened.", "What to do.")
    else:
        stand.ask.fails = kind("What happened.", "What to do.")
    await stand.pour("a.txt", "Notice: three months.")
    async with stand.client() as client:
        answer = await client.post("/v1/ask", json={"question": "Notice?"}, headers=NUMBERED)
    assert answer.status_code == STATUS[kind]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": f"urn:diptych:problem:{kind.code}",
        "title": STATUS[kind].phrase,
        "status": STATUS[kind],
        "code": kind.code,
        "detail": "What happened.",
        "remedy": "What to do.",
        "instance": "trace-7",
    }
    assert ("retry-after" in answer.headers) == (answer.status_code in {429, 503})


async def test_what_nobody_expected_is_a_problem_without_details(stand: Stand) -> None:
    stand.ask.fails = RuntimeError("the password is hunter2")
    await stand.pour("a.txt", "Notice: three months.")
    async with stand.client() as client:
        answer = await client.post("/v1/ask", json={"question": "Notice?"}, headers=NUMBERED)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.json()["instance"] == "trace-7"
    assert "hunter2" not in answer.text


async def test_wrong_fields_are_named_in_words(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/v1/search", json={"query": "", "limit": 0, "filters": {"documents": ["x"]}}
    )
    assert answer.status_code == 422
    problem = answer.json()
    assert {e["field"] for e in problem["errors"]} == {"query", "limit", "filters.documents.0"}
    assert "limit: Input should be greater than or equal to 1" in problem["detail"]
    assert problem["remedy"]


async def test_unknown_routes_and_methods_are_problems(client: httpx.AsyncClient) -> None:
    missing = await client.get("/v1/nothing")
    wrong = await client.put("/v1/search")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_route")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "POST"


@pytest.mark.parametrize("offered", ["", "a b", "x" * 200, "é", "a\x00"])
async def test_a_request_id_that_could_forge_logs_is_replaced(stand: Stand, offered: str) -> None:
    async with stand.client(None) as client:
        answer = await client.get("/health/live", headers={b"X-Request-ID": offered.encode()})
    assert answer.headers["x-request-id"] != offered
    assert len(answer.headers["x-request-id"]) == 32


async def test_without_the_catalog_every_route_says_so(stand: Stand) -> None:
    stand.catalog.tables.down = True
    async with stand.client() as client:
        answer = await client.get("/v1/documents")
        assert (answer.status_code, answer.json()["code"]) == (503, "catalog_unavailable")
        assert (await client.get("/health/live")).status_code == 200


async def test_readiness_tells_which_part_is_missing(stand: Stand) -> None:
    async with stand.client() as client:
        whole = await client.get("/health/ready")
        stand.panels[PanelName.GRAPH].down = True
        one = await client.get("/health/ready")
        stand.panels[PanelName.VECTOR].down = True
        none = await client.get("/health/ready")
    assert (whole.status_code, whole.json()["status"]) == (200, "ready")
    assert (one.status_code, one.json()["status"]) == (200, "degraded")
    assert [p["ready"] for p in one.json()["panels"]] == [True, False]
    assert (none.status_code, none.json()["status"]) == (503, "unavailable")


async def test_panels_show_their_backlog(client: httpx.AsyncClient) -> None:
    await client.post("/v1/documents", files={"file": ("a.txt", b"x")})
    shown = (await client.get("/v1/panels")).json()
    assert [(p["name"], p["backlog"]) for p in shown["panels"]] == [("vector", 1), ("graph", 1)]
    assert (shown["model"], shown["default"], shown["waiting"]) == ("hash", "fused", 1)


async def test_a_setup_failure_during_an_upload_names_the_file(stand: Stand) -> None:
    async def full(workspace: str, upload: Upload) -> list[Receipt]:  # noqa: ARG001 - the port's
        raise SetupFailed("The disk is full.", "Make room.")

    stand.service = dataclasses.replace(stand.service, receive=full)
    async with stand.client() as client:
        answer = await client.post("/v1/documents", files={"file": ("a.txt", b"x")})
    assert (answer.status_code, answer.json()["detail"]) == (503, "The disk is full.")


async def test_the_reference_needs_no_outside_asset(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    assert "/v1/ask" in page
    assert "src=" not in page
    assert "href=" not in page
    assert (await client.get("/metrics")).text == "diptych_up 1\n"
