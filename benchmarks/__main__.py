"""Run all measurements, or the named ones: ``python -m benchmarks [name ...]``."""

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime

import psutil

from benchmarks import (
    chunkers,
    crossing,
    embedding,
    ingestion,
    invoices,
    likeness,
    memory,
    peers,
    pouring,
    quality,
    reading,
    regressions,
    scale,
    searching,
    switching,
    writing,
)
from benchmarks.report import Missing, Row

ALL: dict[str, Callable[[], Coroutine[None, None, list[Row]]]] = {
    "embedding": embedding.measure,
    "writing": writing.measure,
    "peers": peers.measure,
    "searching": searching.measure,
    "ingestion": ingestion.measure,
    "crossing": crossing.measure,
    "memory": memory.measure,
    "small-files": pouring.small_files,
    "mixed-files": pouring.mixed_files,
    "scale": scale.measure,
    "quality": quality.measure,
    "chunkers": chunkers.measure,
    "reading": reading.measure,
    "likeness": likeness.measure,
    "regressions": regressions.measure,
    "invoices": invoices.measure,
    "switching": switching.measure,
}


def machine() -> str:
    """Name what the figures were taken on."""
    memory = psutil.virtual_memory().total / 2**30
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"


def main() -> int:
    """Print one line per figure; give 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", default=list(ALL), metavar="name")
    parser.add_argument("--pages", type=int, help="scanned pages that `reading` reads")
    parser.add_argument("--scans", type=int, help="pages a language that `likeness` scans")
    parser.add_argument("--files", type=int, help="files that `small-files` pours")
    names = parser.parse_args().names
    print(f"{datetime.now(UTC):%Y-%m-%d} · {machine()} · load {os.getloadavg()[0]:.1f}")
    missed = 0
    for name in names:
        try:
            rows = asyncio.run(ALL[name]())
        except Missing as error:
            print(f"{name}: not measured. {error}")
            continue
        for row in rows:
            print(row.line(), flush=True)
            missed += not row.met
    print(json.dumps({"missed": missed}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
