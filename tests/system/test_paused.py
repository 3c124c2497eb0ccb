"""A database that is paused, not dead: it accepts connections and never answers."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import httpx
import psutil
import pytest

from tests.system.conftest import Installation, eventually
from tests.system.test_outage import is_live, panels_agree, upload

BOUND = 30.0
"""Seconds in which a reader gets an answer, however paused a database is."""


@pytest.fixture(scope="module")
def client(installation: Installation) -> Iterator[httpx.Client]:
    """A client of a running service with one live document, and a key that was just used."""
    installation.serve()
    headers = {"Authorization": f"Bearer {installation.key()}"}
    with httpx.Client(base_url=installation.address, headers=headers, timeout=90) as one:
        document = upload(one, b"The spare key hangs behind the blue door.")
        eventually(partial(is_live, one, document))
        yield one


@contextmanager
def paused(installation: Installation, server: str) -> Iterator[None]:
    """Stop every process of a server in its tracks while the block runs."""
    main = psutil.Process(int((installation.home / server / "pid").read_text().split()[0]))
    frozen = [main, *main.children(recursive=True)]
    for process in frozen:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in frozen:
            if process.is_running():
                os.kill(process.pid, signal.SIGCONT)


def ask(client: httpx.Client, panel: str) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    answer = client.post("/v1/search", json={"query": "spare key", "panel": panel})
    return answer, time.monotonic() - began


def test_neo4j_paused_is_left_alone_and_catches_up(
    client: httpx.Client, installation: Installation
) -> None:
    with paused(installation, "neo4j"):
        answer, took = ask(client, "graph")
        assert answer.raise_for_status().json()["served_by"] == ["vector"]
        assert answer.json()["degraded"]
        assert took < BOUND
        document = upload(client, b"The green ladder stands in the cellar.")
        eventually(partial(is_live, client, document))
    eventually(lambda: panels_agree(client, installation))
    answer, _ = ask(client, "graph")
    assert answer.json()["served_by"] == ["graph"]


def test_postgres_paused_leaves_the_graph_panel_answering_and_refuses_uploads(
    client: httpx.Client, installation: Installation
) -> None:
    with paused(installation, "postgres"):
        answer, took = ask(client, "graph")
        assert answer.raise_for_status().json()["served_by"] == ["graph"]
        assert took < BOUND
        answer, took = ask(client, "vector")
        assert answer.raise_for_status().json()["served_by"] == ["graph"]
        refused = client.post("/v1/documents", files={"file": ("x.txt", b"Too late?")})
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
    eventually(lambda: client.get("/health/ready").is_success)
    eventually(lambda: panels_agree(client, installation))
