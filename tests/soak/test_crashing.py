"""Crash points are found by themselves, and are hit exactly where their name says."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice

import pytest

from tests.soak.crashing import (
    API,
    COMMANDED,
    MOMENTS,
    PORTS,
    READING,
    START,
    Plan,
    Recorder,
    names,
    wrapped,
)
from tests.soak.faults import (
    FAVOURITES,
    NEEDS_CALM,
    NEEDS_OUTAGE,
    OTHERS,
    REBUILDS,
    RENEWALS,
    points,
)


class Desk:
    """An adapter with a verb of each kind, that tells what has happened to it."""

    def __init__(self) -> None:
        self.events: list[str] = []

    async def write(self, rows: Sequence[int]) -> int:
        self.events.append("wrote")
        return len(rows)

    @asynccontextmanager
    async def claim(self, rows: Sequence[int]) -> AsyncIterator[Sequence[int]]:
        self.events.append("claimed")
        yield rows
        self.events.append("released")

    async def stream(self, count: int) -> AsyncIterator[int]:
        for number in range(count):
            self.events.append(f"gave {number}")
            yield number


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def watched(desk: Desk, plan: Plan) -> list[str]:
    """Call every verb of the desk twice; the crash is told among the events."""

    def end(name: str) -> None:
        desk.events.append(f"crash {name}")

    recorder = Recorder(end)
    verbs = {v: wrapped(recorder, f"desk.{v}", getattr(Desk, v)) for v in vars(Desk) if v[0] != "_"}
    recorder.arm(plan)
    for _ in range(2):
        assert await verbs["write"](desk, [1, 2]) == 2
        async with verbs["claim"](desk, [3]) as rows:
            assert rows == [3]
        assert [n async for n in verbs["stream"](desk, 1)] == [0]
        await verbs["write"](desk, [])
    return desk.events


ROUND = ["wrote", "claimed", "released", "gave 0", "wrote"]


@pytest.mark.parametrize(
    ("plan", "place"),
    [
        ("desk.write:before:1", 0),
        ("desk.write:after:1", 1),
        ("desk.write:before:2", 5),
        ("desk.claim:before:1", 1),
        ("desk.claim:after:1", 2),
        ("desk.stream:before:2", 8),
        ("desk.stream:after:2", 9),
    ],
)
async def test_a_crash_happens_once_at_its_place_and_never_at_an_empty_call(
    desk: Desk, plan: str, place: int
) -> None:
    events = await watched(desk, Plan.parse(plan))
    wanted = ROUND * 2
    assert events == [*wanted[:place], f"crash {plan}", *wanted[place:]]


async def test_without_its_verb_nothing_crashes(desk: Desk) -> None:
    assert await watched(desk, Plan("other.write", "before")) == ROUND * 2


def test_every_verb_of_every_port_is_a_crash_point_or_excluded_by_name() -> None:
    for name, (port, _) in PORTS.items():
        public = {verb for verb in dir(port) if not verb.startswith("_")}
        points_of_port = {one.partition(".")[2] for one in names() if one.startswith(f"{name}.")}
        assert public - READING[port] - COMMANDED.get(port, frozenset()) == points_of_port


def test_what_is_said_of_single_verbs_is_said_of_crash_points() -> None:
    said = API | START | NEEDS_CALM | NEEDS_OUTAGE | RENEWALS | set(FAVOURITES) | set(REBUILDS)
    assert said <= set(names())


def test_the_seed_decides_and_every_point_comes_before_one_comes_again() -> None:
    def run(seed: int, count: int) -> list[str]:
        return [p.name for p in islice(points(random.Random(seed)), count)]  # noqa: S311

    assert run(7, 200) == run(7, 200) != run(8, 200)
    named = [name.rpartition(":")[0] for name in run(7, 200) if ":" in name]
    cards = len(names()) * len(MOMENTS)
    assert len(set(named[:cards])) == cards
    others = [name for name in run(7, 200) if ":" not in name]
    assert set(others[: len(OTHERS)]) == set(OTHERS)
