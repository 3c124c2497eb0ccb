"""Resident memory of each process of the service, at rest and after 10,000 chunks."""

import json

import psutil

from benchmarks import material
from benchmarks.report import Row
from benchmarks.service import Serving, serving

RECORDS = 10_000
WORDS = 60


async def measure() -> list[Row]:
    """Look at rest, ingest RECORDS one-chunk records, look again."""
    words = material.vocabulary()
    async with serving() as service:
        rest = resident(service)
        corpus = service.home / "corpus.jsonl"
        with corpus.open("w", encoding="utf-8") as file:
            for number in range(RECORDS):
                text = " ".join(words[(number * 31 + i * 97) % len(words)] for i in range(WORDS))
                file.write(json.dumps({"_id": str(number), "text": text}) + "\n")
        service.command("ingest", str(corpus), "--quiet")
        after = resident(service)
    return [
        Row(f"memory of {name}, at rest", rest[name], "MB", note=f"{after.get(name, 0):.0f} after")
        for name in rest
    ]


def resident(service: Serving) -> dict[str, float]:
    """Give resident megabytes by role, of all processes that belong to the service's home."""
    found: dict[str, float] = {}
    for process in psutil.process_iter(["cmdline", "memory_info", "environ"]):
        line = " ".join(process.info["cmdline"] or ())
        own = (process.info["environ"] or {}).get("DIPTYCH_HOME") == str(service.home)
        role = next((r for key, r in ROLES.items() if key in line), None)
        if role and (own or str(service.home) in line) and process.info["memory_info"]:
            size = process.info["memory_info"].rss / 2**20
            found[role] = found.get(role, 0.0) + size
    return found


ROLES = {
    "deploy.cli serve": "api",
    "deploy.cli worker": "worker",
    "readers.child": "readers",
    "postgres": "PostgreSQL's first process",
    "Neo4jCommunity": "Neo4j",
}
