"""A database killed under a running service: reads go on, nothing is lost, it comes back."""

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.system.conftest import Installation, eventually


@pytest.fixture(scope="module")
def client(installation: Installation) -> Iterator[httpx.Client]:
    """A client of a running service with one live document."""
    installation.serve()
    headers = {"Authorization": f"Bearer {installation.key()}"}
    with httpx.Client(base_url=installation.address, headers=headers, timeout=60) as one:
        document = upload(one, b"The spare key hangs behind the blue door.")
        eventually(lambda: state(one, document) == "live")
        yield one


def upload(client: httpx.Client, data: bytes) -> str:
    answer = client.post("/v1/documents", files={"file": ("note.txt", data)})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["documents"][0]["id"])


def state(client: httpx.Client, document: str) -> object:
    return client.get(f"/v1/documents/{document}").json()["state"]


def is_live(client: httpx.Client, document: str) -> bool:
    return state(client, document) == "live"


def kill(home: Path, server: str) -> None:
    """Kill a database server at once, as a crash does."""
    os.kill(int((home / server / "pid").read_text().split()[0]), signal.SIGKILL)


def panels_agree(client: httpx.Client, installation: Installation) -> bool:
    backlog = installation.json("status")["backlog"]
    report = installation.json("parity", "--deep", expect=None)
    return not sum(backlog.values()) and report["clean"] and client.get("/health/ready").is_success


def test_neo4j_killed_leaves_the_relational_panel_serving_and_catches_up(
    client: httpx.Client, installation: Installation
) -> None:
    kill(installation.home, "neo4j")
    body = {"query": "spare key", "panel": "graph"}
    found = client.post("/v1/search", json=body).raise_for_status().json()
    assert "blue door" in found["results"][0]["text"]
    document = upload(client, b"The green ladder stands in the cellar.")
    eventually(lambda: state(client, document) == "live")
    eventually(lambda: panels_agree(client, installation))
    again = client.post("/v1/search", json={"query": "green ladder", "panel": "graph"}).json()
    assert "cellar" in again["results"][0]["text"]
    assert again["served_by"] == ["graph"]


def test_postgres_killed_loses_nothing_that_was_acknowledged(
    client: httpx.Client, installation: Installation
) -> None:
    kept = [upload(client, f"Crate {n} holds lamp number {n * 7}.".encode()) for n in range(20)]
    kill(installation.home, "postgres")
    refused = client.post("/v1/documents", files={"file": ("x.txt", b"Too late or in time?")})
    assert refused.status_code in {202, 503}
    if refused.status_code == 503:
        assert int(refused.headers["retry-after"]) > 0
    eventually(lambda: client.get("/health/ready").is_success)
    for document in kept:
        eventually(partial(is_live, client, document))
    eventually(lambda: panels_agree(client, installation))
