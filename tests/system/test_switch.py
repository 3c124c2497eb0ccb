"""A switch, a rebuild and another generation, all while questions are asked without a pause."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pytest

from tests.system.conftest import Installation, eventually

WITHIN = 1.0
"""Seconds in which every request must follow a switch; the machine may be slow, so told apart."""


@dataclass
class Loop:
    """Asks the same question over and over; remembers who served and what failed."""

    client: httpx.Client
    served: list[tuple[float, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.ended.is_set():
            answer = self.client.post("/v1/search", json={"query": "spare key", "limit": 3})
            found = answer.json()
            if not answer.is_success or not found["results"]:
                self.failures.append(answer.text[:300])
            else:
                self.served.append((time.monotonic(), "+".join(found["served_by"])))

    def now(self) -> str:
        """Who served last."""
        return self.served[-1][1] if self.served else ""


@contextmanager
def asking(client: httpx.Client) -> Iterator[Loop]:
    """Ask in a loop while the block runs; no request of it may fail."""
    loop = Loop(client)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        eventually(lambda: loop.served)
        yield loop
    finally:
        loop.ended.set()
        thread.join()
    assert not loop.failures


@pytest.fixture(scope="module")
def client(installation: Installation) -> Iterator[httpx.Client]:
    """A client of a running service with some live documents."""
    installation.serve()
    headers = {"Authorization": f"Bearer {installation.key()}"}
    with httpx.Client(base_url=installation.address, headers=headers, timeout=60) as one:
        files = [
            ("file", (f"note-{n}.txt", f"The spare key {n} hangs behind the blue door.".encode()))
            for n in range(12)
        ]
        accepted = one.post("/v1/documents", files=files).raise_for_status().json()["documents"]
        for document in accepted:
            eventually(partial(is_live, one, document["id"]))
        yield one


def is_live(client: httpx.Client, document: str) -> bool:
    return bool(client.get(f"/v1/documents/{document}").json()["state"] == "live")


def switch(client: httpx.Client, panel: str, **step: Any) -> httpx.Response:
    return client.post(f"/v1/panels/{panel}/switch", json=step)


def test_a_switch_is_refused_in_words_until_it_is_forced_and_every_request_follows(
    client: httpx.Client,
) -> None:
    refused = switch(client, "graph")
    assert refused.status_code == 409
    assert "50 are needed" in refused.json()["detail"]
    with asking(client) as loop:
        eventually(lambda: loop.now() == "vector+graph")
        switch(client, "graph", force=True).raise_for_status()
        eventually(lambda: loop.now() == "graph", within=10 * WITHIN)
        client.post("/v1/panels/switch/back", json={}).raise_for_status()
        eventually(lambda: loop.now() == "vector+graph", within=10 * WITHIN)
    rows = client.get("/v1/panels/audit").raise_for_status().json()["changes"]
    assert any(row["forced"] and row["reasons"] for row in rows)


@pytest.mark.parametrize("panel", ["vector", "graph"])
def test_a_panel_is_rebuilt_from_the_other_one_while_questions_are_answered(
    client: httpx.Client, installation: Installation, panel: str
) -> None:
    with asking(client):
        done = installation.json("rebuild", panel, "--apply")
        assert done["record"]["standing"] == "serving"
    eventually(lambda: installation.json("parity", "--deep", expect=None)["clean"])
    found = client.post("/v1/search", json={"query": "spare key", "panel": panel}).json()
    assert found["served_by"] == [panel]


def test_a_generation_is_built_swapped_in_and_left_again_while_questions_are_answered(
    client: httpx.Client, installation: Installation
) -> None:
    def state(number: int) -> dict[str, Any]:
        listed = client.get("/v1/generations").raise_for_status().json()["generations"]
        return next(one for one in listed if one["number"] == number)

    with asking(client):
        installation.run("generations", "build", "--chunker", "sentences-1-0")
        eventually(lambda: state(2)["reached"] == state(2)["wanted"] > 0)
        client.post("/v1/generations/2/activate", json={}).raise_for_status()
        eventually(lambda: generation(client) == 2)
        client.post("/v1/generations/1/activate", json={}).raise_for_status()
        eventually(lambda: generation(client) == 1)
        client.post("/v1/generations/2/retire", json={}).raise_for_status()
    eventually(lambda: installation.json("parity", "--deep", expect=None)["clean"])


def generation(client: httpx.Client) -> int:
    """Tell the generation that answers."""
    found = client.post("/v1/search", json={"query": "spare key"}).raise_for_status().json()
    return int(found["generation"])
