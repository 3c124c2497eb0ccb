"""Points: every way in which the soak breaks something, in an order that the seed decides."""

import asyncio
import os
import random
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.embedded.jars import JarCache
from deploy.embedded.lease import Tenants
from deploy.embedded.neo4j import EmbeddedNeo4j
from deploy.embedded.postgres import EmbeddedPostgres
from tests.soak.crashing import API, MOMENTS, START, Plan, names
from tests.soak.crew import Crew, Member
from tests.soak.driver import Driver

DATABASES = ("postgres", "neo4j")
OTHERS = (
    "api.kill",
    "worker.kill",
    *(f"{database}.{what}" for database in DATABASES for what in ("kill", "pause", "stop")),
)
NAMED_IN_A_ROW = 7
"""Named crash points between two others: the others take several times as long."""
CALLS = (4, 9)
PAUSE = (1.0, 6.0)
STOPPED = (0.0, 4.0)
CRASH_WITHIN = 40.0

FAVOURITES: Mapping[str, str] = {
    "blobs.delete": "delete",
    "documents.delete": "delete",
    "graph.erase": "delete",
    "graph.retire": "replace",
    "ledger.gone": "delete",
    "ledger.progress": "huge",
    "ledger.quarantine": "broken",
    "vector.erase": "delete",
    "vector.retire": "replace",
}
"""What the driver does more often, so that a verb is reached soon."""
NEEDS_OUTAGE = frozenset({"ledger.failed", "queue.nudge"})
"""Verbs that are called only when a panel does not answer."""
REBUILDS: Mapping[str, str] = {
    "graph.clear": "graph",
    "graph.unindex": "graph",
    "register.begin_rebuild": "graph",
    "register.refill": "vector",
    "register.serve": "graph",
    "vector.clear": "vector",
    "vector.unindex": "vector",
}
"""Verbs that are called only when a panel is rebuilt, and which then is."""
RENEWALS = frozenset(
    {
        *("graph.forget", "vector.forget", "generations.retired"),
        *(f"generations.{verb}" for verb in ("activate", "begin", "pause", "resume", "retire")),
    }
)
"""Verbs that are called only when one generation is put in the place of another."""
NEEDS_CALM = (RENEWALS - {"generations.begin", "generations.pause"}) | {"register.serve"}
"""Verbs that are called once nothing is being written: what serves lacks nothing."""


@dataclass(frozen=True, slots=True)
class Point:
    """One failure to inject: which, after how many calls of the driver, and for how long."""

    name: str
    plan: Plan | None
    calls: int
    milestone: int
    seconds: float = 0.0


def points(dice: random.Random) -> Iterator[Point]:
    """Yield points for ever; every named crash point comes once before one comes again."""
    named = _deck(dice, [f"{verb}:{moment}" for verb in names() for moment in MOMENTS])
    others = _deck(dice, OTHERS)
    while True:
        for _ in range(NAMED_IN_A_ROW):
            yield _named(dice, next(named))
        yield _other(dice, next(others))


def _deck(dice: random.Random, cards: Sequence[str]) -> Iterator[str]:
    while True:
        yield from dice.sample(cards, len(cards))


def _named(dice: random.Random, name: str) -> Point:
    verb, moment = name.split(":")
    rare = verb in START | NEEDS_OUTAGE | RENEWALS | set(FAVOURITES) | set(REBUILDS)
    plan = Plan(verb, moment, 1 if rare else dice.randint(1, 3))
    calls = dice.randint(*CALLS)
    return Point(str(plan), plan, calls, dice.randint(1, calls // 2))


def _other(dice: random.Random, name: str) -> Point:
    calls = dice.randint(*CALLS)
    spans = {"pause": PAUSE, "stop": STOPPED}
    seconds = dice.uniform(*spans.get(name.partition(".")[2], (0.0, 0.0)))
    return Point(name, None, calls, dice.randint(1, calls), round(seconds, 1))


class Saboteur:
    """Breaks what a point says; mends nothing."""

    def __init__(self, home: Path, cache: Path, crew: Crew, driver: Driver) -> None:
        self._home = home
        self._crew = crew
        self._driver = driver
        self._servers: dict[str, EmbeddedPostgres | EmbeddedNeo4j] = {
            "postgres": EmbeddedPostgres(home / "postgres"),
            "neo4j": EmbeddedNeo4j(home / "neo4j", JarCache(cache / "jars")),
        }

    async def inject(self, point: Point) -> bool:
        """Break it; returns once that has happened. False when a crash point was not reached."""
        if point.plan:
            return await self._crash(point.plan)
        part, _, what = point.name.partition(".")
        if part in DATABASES:
            await getattr(self, f"_{what}")(part, point.seconds)
        else:
            await (self._crew.api if part == "api" else self._crew.worker).kill()
        return True

    async def _crash(self, plan: Plan) -> bool:
        if plan.verb in START:
            member = await self._crew.worker.succeed(plan)
        else:
            post = self._crew.api if plan.verb in API else self._crew.worker
            member = await post.member()
            self._driver.favourite = FAVOURITES.get(plan.verb)
            member.tell(f"arm {plan}")
            if plan.verb in NEEDS_OUTAGE:
                await self._kill("neo4j", 0.0)
            if panel := REBUILDS.get(plan.verb):
                await self._driver.rebuild(panel)
            if plan.verb in NEEDS_CALM:
                self._driver.enough()
            if plan.verb in RENEWALS:
                await self._driver.renew(member.ended, CRASH_WITHIN)
        return await _has_crashed(member)

    async def _kill(self, database: str, _: float) -> None:
        if process := self._servers[database].process.find():
            process.kill()

    async def _pause(self, database: str, seconds: float) -> None:
        """Stop a database and all its children in the middle of whatever they do."""
        process = self._servers[database].process.find()
        family = [process, *process.children(recursive=True)] if process else []
        _signal(family, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)  # how long the failure lasts; nothing waits for it
        finally:
            _signal(family, signal.SIGCONT)

    async def _stop(self, database: str, seconds: float) -> None:
        """Stop a database cleanly, and let nobody start it for a while."""
        stopped, over = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def hold() -> None:
            with Tenants(self._home / database).transition(60.0):
                self._servers[database].process.stop()
                loop.call_soon_threadsafe(stopped.set)
                asyncio.run_coroutine_threadsafe(over.wait(), loop).result()

        holding = asyncio.create_task(asyncio.to_thread(hold))
        await asyncio.wait(
            {holding, asyncio.create_task(stopped.wait())}, return_when=asyncio.FIRST_COMPLETED
        )
        await asyncio.sleep(seconds)  # how long the failure lasts; nothing waits for it
        over.set()
        await holding


async def _has_crashed(member: Member) -> bool:
    """Wait until a process dies where it was told to; one that does not is killed where it is."""
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(member.ended), CRASH_WITHIN)
    member.send(signal.SIGKILL)
    await asyncio.shield(member.ended)
    return member.crashed_at is not None


def _signal(family: Sequence[psutil.Process], number: signal.Signals) -> None:
    for process in family:
        with suppress(psutil.NoSuchProcess):
            os.kill(process.pid, number)
