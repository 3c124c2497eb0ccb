"""A switch and its undoing while questions are asked in a loop: when is it seen, what fails."""

import asyncio
import time
from dataclasses import dataclass, field

import httpx

from benchmarks.report import Row
from benchmarks.service import serving

ROUNDS = 10
ASKERS = 3


@dataclass
class Seen:
    """What the loop of requests saw: the latest panels, when each first came, and failures."""

    latest: str = ""
    asked: int = 0
    failed: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)


async def measure() -> list[Row]:
    """Switch to the graph panel and back, ROUNDS times."""
    async with (
        serving() as service,
        httpx.AsyncClient(
            base_url=service.address,
            headers={"Authorization": f"Bearer {service.key}"},
            timeout=30,
        ) as client,
    ):
        file = {"file": ("note.txt", b"The spare key hangs behind the blue door.")}
        accepted = (await client.post("/v1/documents", files=file)).raise_for_status().json()
        path = f"/v1/documents/{accepted['documents'][0]['id']}"
        while (await client.get(path)).json()["state"] != "live":
            await asyncio.sleep(0.2)
        seen = Seen()
        askers = [asyncio.create_task(_ask(client, seen)) for _ in range(ASKERS)]
        waits = [await _turn(client, seen, number) for number in range(2 * ROUNDS)]
        for task in askers:
            task.cancel()
    middle = sorted(waits)[ROUNDS]
    note = f"median {middle:.2f} s; {2 * ROUNDS} turns, {seen.asked} requests meanwhile"
    return [
        Row("a switch is followed by every request after", max(waits), "s", ("<=", 1.0), note),
        Row("requests that failed meanwhile", seen.failed, "", ("<=", 0)),
    ]


async def _turn(client: httpx.AsyncClient, seen: Seen, number: int) -> float:
    """Switch or go back; give the seconds until the loop's requests follow."""
    if number % 2:
        answer = await client.post("/v1/panels/switch/back", json={})
        wanted = "vector+graph"
    else:
        answer = await client.post("/v1/panels/graph/switch", json={"force": True})
        wanted = "graph"
    answer.raise_for_status()
    began = time.perf_counter()
    async with asyncio.timeout(30), seen.changed:
        await seen.changed.wait_for(lambda: seen.latest == wanted)
    return time.perf_counter() - began


async def _ask(client: httpx.AsyncClient, seen: Seen) -> None:
    while True:
        answer = await client.post("/v1/search", json={"query": "spare key", "limit": 3})
        found = answer.json()
        async with seen.changed:
            seen.asked += 1
            seen.failed += not answer.is_success or not found.get("results")
            seen.latest = "+".join(found.get("served_by", []))
            seen.changed.notify_all()
