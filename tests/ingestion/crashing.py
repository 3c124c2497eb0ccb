"""Kills the process at each boundary between two durable steps, in turn."""

import inspect
from collections.abc import Awaitable, Callable, Container
from pathlib import Path
from typing import Any

from tests.ingestion.house import House

Doing = Callable[[House], Awaitable[None]]


class Crash(BaseException):
    """The process is killed: nothing may catch it."""


class CrashAt:
    """Stands before a port and kills the caller at the n-th call of any of its verbs."""

    def __init__(self, port: object, countdown: list[int], *, after: bool) -> None:
        self._port, self._countdown, self._after = port, countdown, after

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._port, name)
        if not inspect.iscoroutinefunction(verb):
            return verb

        async def call(*args: Any, **kwargs: Any) -> Any:
            self._countdown[0] -= 1
            if self._countdown[0] == 0 and not self._after:
                raise Crash
            result = await verb(*args, **kwargs)
            if self._countdown[0] == 0 and self._after:
                raise Crash
            return result

        return call


def rig(house: House, point: int, *, after: bool) -> None:
    """Put crash points before (or after) each verb of each port; the point-th one kills."""
    countdown = [point]

    def at(port: object) -> Any:
        return CrashAt(port, countdown, after=after)

    catalog = house.catalog
    panels = {name: at(panel) for name, panel in house.panels.items()}
    ports = at(catalog.ledger), panels, at(catalog.register), at(catalog.generations)
    house.wire(*ports, at(catalog.members))


async def kill_everywhere(
    folder: Path,
    prepare: Doing,
    story: Doing,
    check: Doing,
    seen: Container[set[str]],
    *,
    after: bool,
) -> int:
    """Tell a story in one house after the other, killed a step later each time; count the steps.

    Whoever reads a serving panel at the moment of death sees one of ``seen``. A process started
    afterwards brings everything to what ``check`` asserts.
    """
    for point in range(1, 1000):
        house = await House(folder / str(point)).open()
        await prepare(house)
        rig(house, point, after=after)
        try:
            await story(house)
        except Crash:
            await _assert_whole(house, seen, point)
            house.wire(house.catalog.ledger, house.panels)
            await house.rest()
            await check(house)
        else:
            house.wire(house.catalog.ledger, house.panels)
            await check(house)
            return point
    raise AssertionError("the story never ends")


async def _assert_whole(house: House, seen: Container[set[str]], point: int) -> None:
    for name in (await house.catalog.policies.plan()).serving:
        texts = await house.texts(house.panels[name])
        assert texts in seen, f"killed at {point}, a reader of {name} saw {texts}"
