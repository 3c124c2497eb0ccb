"""Resident memory: of each process of the service, and of measuring 10,000 questions."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import psutil

from benchmarks import material
from benchmarks.report import Missing, Row
from benchmarks.service import Serving, serving
from contracts.nouns import ReadMode
from contracts.tuning import Configuration
from deploy import measuring
from deploy.commands.measure import filled
from deploy.settings import load
from deploy.wiring import open_diptych
from eval.importing import load_suite
from eval.reporting import report

RECORDS = 10_000
WORDS = 60
QUESTIONS = 10_000
FIRST = 1_000


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
    rows = [
        Row(f"memory of {name}, at rest", rest[name], "MB", note=f"{after.get(name, 0):.0f} after")
        for name in rest
    ]
    return [*rows, *await _questions()]


async def _questions() -> list[Row]:
    """Measure a set's questions again and again; the process is to stay as large as it was."""
    try:
        loaded = load_suite(material.data_folder() / "retrieval" / "piaf_fr")
    except Missing:
        return []
    known = loaded.suite.questions
    asked = tuple(
        replace(known[n % len(known)], id=f"{known[n % len(known)].id}-{n}")
        for n in range(QUESTIONS)
    )
    process, seen = psutil.Process(), {}

    def look(done: int, _: int = 0) -> None:
        if done in {1, FIRST, QUESTIONS}:
            seen[done] = process.memory_info().rss / 2**20

    with tempfile.TemporaryDirectory(prefix="diptych-bench-") as folder:
        settings = load().model_copy(update={"home": Path(folder)})
        async with open_diptych(settings) as diptych:
            workspace = await filled(diptych, loaded, lambda *_: None)
            suite = replace(loaded.suite, questions=asked)
            plan = measuring.Plan(suite, (Configuration(ReadMode.VECTOR),), workspace)
            (run,) = await measuring.carry_out(diptych, plan, look)
            page = report([await measuring.measured(diptych, run, "vector")])
    after = process.memory_info().rss / 2**20
    note = f"{seen[FIRST]:.0f} MB after {FIRST}, {seen[QUESTIONS]:.0f} after {QUESTIONS}"
    return [
        Row("memory of measuring 10,000 / 1,000 questions", seen[QUESTIONS] / seen[FIRST], "",
            ("<=", 1.1), note),
        Row("memory with the report on them", after, "MB", note=f"{len(page) // 1024} KiB of HTML"),
    ]  # fmt: skip


def resident(service: Serving) -> dict[str, float]:
    """Give resident megabytes by role, of all processes that belong to the service's home."""
    found: dict[str, float] = {}
    mine: set[int] = set()
    for process in psutil.process_iter(["pid", "ppid", "cmdline", "memory_info", "environ"]):
        line = " ".join(process.info["cmdline"] or ())
        named = (process.info["environ"] or {}).get("DIPTYCH_HOME") == str(service.home)
        # Reading processes know no home: they belong to a worker that does.
        reads = "readers.child" in line and process.info["ppid"] in mine
        if named or reads or str(service.home) in line:
            mine.add(process.info["pid"])
            role = next((r for key, r in ROLES.items() if key in line), None)
            if role and process.info["memory_info"]:
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
