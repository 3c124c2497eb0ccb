"""A running service: its API, bad input, a killed worker, and what is left at the end."""

import json
from collections.abc import Iterator

import httpx
import psutil
import pytest

from tests.system.conftest import Installation, eventually

LEASE = "Le bail de Dijon prend fin le 30 juin 2031.\n\nLe loyer mensuel est de 1 250 euros."


@pytest.fixture(scope="module")
def client(installation: Installation) -> Iterator[httpx.Client]:
    """A client with an admin's key of a running service."""
    installation.serve()
    headers = {"Authorization": f"Bearer {installation.key()}"}
    with httpx.Client(base_url=installation.address, headers=headers, timeout=60) as one:
        yield one


def upload(client: httpx.Client, data: bytes, name: str = "a.txt", **form: str) -> str:
    answer = client.post("/v1/documents", files={"file": (name, data)}, data=form)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["documents"][0]["id"])


def ended(client: httpx.Client, document: str) -> dict[str, object]:
    def look() -> dict[str, object] | None:
        record: dict[str, object] = client.get(f"/v1/documents/{document}").json()
        return record if record["state"] in {"live", "quarantined"} else None

    found: dict[str, object] = eventually(look)
    return found


def test_a_document_is_found_and_cited_from_each_panel(client: httpx.Client) -> None:
    document = upload(client, LEASE.encode(), "bail.txt", metadata='{"city": "Dijon"}')
    assert ended(client, document)["state"] == "live"
    for panel in ("vector", "graph", "fused"):
        body = {"question": "Quand finit le bail de Dijon ?", "panel": panel}
        answer = client.post("/v1/ask", json=body).raise_for_status().json()
        assert not answer["refused"]
        assert "30 juin 2031" in answer["citations"][0]["quote"]
    elsewhere = {"query": "bail", "filters": {"metadata": {"city": "Lyon"}}}
    assert client.post("/v1/search", json=elsewhere).json()["results"] == []


def test_an_answer_streams_as_typed_events(client: httpx.Client) -> None:
    upload(client, LEASE.encode(), "bail.txt", metadata='{"city": "Dijon"}')
    body = {"question": "Quel est le loyer mensuel ?", "stream": True}
    with client.stream("POST", "/v1/ask", json=body) as answer:
        lines = list(answer.iter_lines())
    names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert names[0] == "search_results"
    assert names[-1] == "final_answer"
    assert {"message", "citation"} <= set(names)


def test_replacing_and_deleting_leave_nothing_behind(
    client: httpx.Client, installation: Installation
) -> None:
    document = upload(client, b"The blue folder is in room 12.", "f.txt", source="folder")
    assert ended(client, document)["live"] == 1
    assert upload(client, b"The blue folder is in room 31.", "f.txt", source="folder") == document
    eventually(lambda: client.get(f"/v1/documents/{document}").json()["live"] == 2)
    body = {"query": "blue folder", "panel": "graph", "filters": {"documents": [document]}}
    texts = [r["text"] for r in client.post("/v1/search", json=body).json()["results"]]
    assert texts == ["The blue folder is in room 31."]
    eventually(lambda: installation.json("parity", "--deep")["pending"] == 0)
    assert client.delete(f"/v1/documents/{document}").status_code in {202, 204}
    eventually(lambda: client.post("/v1/search", json=body).json()["results"] == [])
    assert client.get(f"/v1/documents/{document}").status_code == 404
    eventually(lambda: sum(installation.json("status")["backlog"].values()) == 0)
    assert installation.json("parity", "--deep")["clean"]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\t \n", "empty"),
        ("broken.pdf", b"%PDF-1.7\nnothing more", "malformed"),
        ("binary.bin", bytes(range(256)) * 50, "unsupported"),
        ("../../x.docx", b"PK\x03\x04 not a zip", "malformed"),
    ],
)
def test_what_cannot_be_read_says_why_and_stops_nothing(
    client: httpx.Client, name: str, data: bytes, reason: str
) -> None:
    record = ended(client, upload(client, data, name))
    assert (record["state"], record["reason"]) == ("quarantined", reason)
    assert record["detail"]
    assert "/" not in str(record["filename"])


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/ask", b"{broken", 422),
        ("/v1/ask", json.dumps({"question": "x" * 100_000}).encode(), 413),
        ("/v1/search", json.dumps({"query": "x", "panel": "tape"}).encode(), 422),
        ("/v1/search", json.dumps({"query": "\x00", "limit": -1}).encode(), 422),
        ("/v1/search", b'{"query": "\\ud800"}', None),
    ],
)
def test_bad_questions_are_problems_never_failures(
    client: httpx.Client, path: str, body: bytes, status: int | None
) -> None:
    answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code < 500
    if status is not None:
        assert answer.status_code in {status, 400, 422}
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["remedy"]


def test_a_wrong_key_is_refused(client: httpx.Client) -> None:
    answer = client.get("/v1/documents", headers={"Authorization": "Bearer dpt_wrong"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"


def test_metrics_tell_of_the_worker_too(client: httpx.Client) -> None:
    ended(client, upload(client, b"Something to count."))
    page = client.get("/metrics").text
    assert 'diptych_ingested_versions_total{outcome="live"}' in page
    assert "diptych_query_stage_seconds_bucket" in page


def test_a_worker_killed_in_the_middle_loses_nothing(
    client: httpx.Client, installation: Installation
) -> None:
    service = installation.processes[0]
    lines = (json.dumps({"_id": i, "text": f"Record {i} is about {i * i}."}) for i in range(400))
    data = "\n".join(lines).encode()
    answer = client.post("/v1/documents", files={"file": ("c.jsonl", data)})
    accepted = [d["id"] for d in answer.json()["documents"]]
    assert len(accepted) == 400
    eventually(lambda: client.get(f"/v1/documents/{accepted[0]}").json()["state"] == "live")
    victim = eventually(lambda: installation.workers(service))[0]
    victim.kill()
    psutil.wait_procs([victim], timeout=10)
    for document in accepted:
        assert ended(client, document)["state"] == "live"
    eventually(lambda: sum(installation.json("status")["backlog"].values()) == 0)
    report = installation.json("parity", "--deep")
    assert report["clean"], report
    body = {"query": "Record 321", "panel": "graph", "limit": 1}
    assert client.post("/v1/search", json=body).json()["results"][0]["external_id"] == "321"


def test_stopping_leaves_no_process_behind(
    client: httpx.Client, installation: Installation
) -> None:
    assert client.get("/health/live").is_success
    service = installation.processes[0]
    family = psutil.Process(service.pid).children(recursive=True)
    installation.run("stop")
    assert service.wait(60) == 0
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
