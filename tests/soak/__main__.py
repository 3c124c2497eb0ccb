"""Run the soak: ``python -m tests.soak --points 50 --seed 7``; the last line is the result."""

import argparse
import asyncio
import os
import random
import shutil
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from contracts.people import Role
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych
from tests.soak.client import Client
from tests.soak.crew import Crew
from tests.soak.faults import Point, points
from tests.soak.judge import Fault, Wrong
from tests.soak.services import side_by_side
from tests.soak.soak import ALL_EVERY, NotConvergedError, Soak

DONE, FAILED = 0, 1
QUIET = "ignore::UserWarning:multiprocessing.resource_tracker"
"""Processes that are killed leave semaphores; nobody wants to read of each below the result."""


@dataclass(slots=True)
class Result:
    """What a run has come to so far."""

    points: int = 0
    faults: Counter[Wrong] = field(default_factory=Counter)
    converged: bool = True

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return self.converged and not self.faults.total()

    def __str__(self) -> str:
        """Give the last line."""
        return " ".join([f"points={self.points}", *(f"{w}={self.faults[w]}" for w in Wrong)])


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def run(count: int, seed: int, home: Path) -> Result:
    """Go through the points; stops at the first one that breaks a promise."""
    result = Result()
    async with _stage(home) as (diptych, client, crew):
        soak = Soak(diptych, client, crew, seed)
        await soak.settle()
        looking = asyncio.create_task(soak.onlooker.look())
        dice = random.Random(f"{seed} points")  # noqa: S311 - repeatable on purpose
        for number, point in enumerate(islice(points(dice), count), 1):
            if looking.done():
                looking.result()
            last = number == count
            found = await _point(soak, point, f"{number}/{count}", result, everything=last)
            _report(point, found, result)
            if not result.clean:
                break
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        for surprise, times in client.surprises.items():
            say(f"surprising answer, {times} times: {surprise}")
        answers = ", ".join(f"{n} {kind}" for kind, n in sorted(soak.onlooker.answers.items()))
        say(f"answers judged while things broke: {answers}")
    return result


async def _point(
    soak: Soak, point: Point, number: str, result: Result, *, everything: bool
) -> list[Fault]:
    """Go through one point; give what is wrong after it."""
    result.points += 1
    everything = everything or not result.points % ALL_EVERY
    began = time.monotonic()
    try:
        reached = await soak.suffer(point)
        broken = time.monotonic()
        listed = await soak.converge()
        converged = time.monotonic()
        found = await soak.compare(listed, everything=everything)
    except (NotConvergedError, TimeoutError) as error:
        say(f"point {number} {point.name} did not converge. {str(error) or 'Nobody got ready.'}")
        result.converged = False
        return _seen(soak)
    took = f"{broken - began:.1f} s to break, converged in {converged - broken:.1f} s"
    compared = f"{len(listed)} documents, compared in {time.monotonic() - converged:.1f} s"
    missed = "" if reached else " (not reached: killed where it was)"
    say(f"point {number} {point.name}{missed}: {took}, {compared}")
    return found + _seen(soak)


def _seen(soak: Soak) -> list[Fault]:
    seen, soak.onlooker.faults = soak.onlooker.faults, []
    return seen


def _report(point: Point, found: list[Fault], result: Result) -> None:
    for fault in found:
        result.faults[fault.wrong] += 1
        say(f"  {point.name}: {fault.wrong}: {fault.detail}")


@asynccontextmanager
async def _stage(home: Path) -> AsyncIterator[tuple[Diptych, Client, Crew]]:
    """Start the databases, the crew and a client of the service; stop them all at the end."""
    for name in [n for n in os.environ if n.startswith("DIPTYCH_") and n != "DIPTYCH_CACHE"]:
        del os.environ[name]  # databases that are to be killed are the soak's own
    os.environ |= {"DIPTYCH_HOME": str(home), "DIPTYCH_PORT": str(_free_port())}
    os.environ |= {"DIPTYCH_TRASH_DAYS": "0"}  # what is deleted is erased at once
    os.environ |= {"DIPTYCH_LOG_LEVEL": "WARNING", "DIPTYCH_LOG_FORMAT": "json"}
    settings = load()
    async with open_diptych(settings) as diptych:
        # Alone, before the crew comes: the schemas are made once.
        await asyncio.gather(*(panel.health() for panel in diptych.panels.values()))
        _, secret = await diptych.people.add_key("soak", Role.ADMIN, None)
        crew = Crew(home / "soak.log")
        try:
            await asyncio.gather(crew.api.member(), crew.worker.member())
            async with Client(settings.address, secret) as client:
                yield diptych, client, crew
        finally:
            await crew.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> int:
    """Run and give the exit code: 0 when nothing was lost, doubled or half seen."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--home", type=Path, help="Where to keep the data; a new folder if not.")
    parser.add_argument("--services", type=int, default=1, help="Broken side by side.")
    chosen = parser.parse_args()
    os.environ["PYTHONWARNINGS"] = QUIET
    if chosen.services > 1:
        together = side_by_side(chosen.points, chosen.seed, chosen.services, say)
        line, held = asyncio.run(together)
        say(line)
        return DONE if held else FAILED
    home = chosen.home or Path(tempfile.mkdtemp(prefix="diptych-soak-"))
    result = asyncio.run(run(chosen.points, chosen.seed, home))
    if result.clean and not chosen.home:
        shutil.rmtree(home)
    else:
        say(f"Everything is kept in {home}: soak.log has the processes' own words.")
    say(str(result))
    return DONE if result.clean else FAILED


if __name__ == "__main__":
    sys.exit(main())
