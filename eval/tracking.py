"""Shows finished runs to trackers: beside the way, within a bounded time, whatever they do."""

import asyncio
import json
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from operator import methodcaller
from typing import TypeAlias, TypeVar
from uuid import UUID

from contracts.configurations import Version
from contracts.errors import Conflict, DiptychError, Unavailable
from contracts.measuring import Result, Run
from contracts.tracking import TrackedRun, Tracker
from eval.statistics import percentiles

WITHIN = 30.0
"""Seconds that a tracker may take for what one command shows; the first use of a local MLflow
creates its database, 5 s and more on a busy machine."""
RESULTS = "results.jsonl"
T = TypeVar("T")
Opener: TypeAlias = Callable[[], Tracker]
"""Opens a tracker. Raises SetupFailed."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of showing a run; ``fault`` says why a tracker does not have it."""

    tracker: str
    run: UUID
    fresh: bool = False
    fault: str = ""


def tracked(
    run: Run, results: Sequence[Result], artefacts: Mapping[str, str] | None = None
) -> TrackedRun:
    """Say of a finished run what a tracker shows. Raises Conflict for one that is not finished."""
    if run.ended is None:
        raise Conflict(f"The run {run.id} is not finished.", f"Finish it: {run.go_on}")
    pins, lines = run.pins, (json.dumps(asdict(one), ensure_ascii=False) for one in results)
    return TrackedRun(
        id=run.id,
        suite=f"{pins.suite} {pins.suite_fingerprint[:8]}",
        name=f"{pins.mode} {str(run.id)[:8]}",
        begun=run.begun,
        ended=run.ended,
        parameters=dict(_flat(asdict(pins))),
        metrics=_metrics(run, results),
        tags={"panel": str(pins.mode), "workspace": pins.workspace},
        artefacts={RESULTS: "".join(f"{line}\n" for line in lines), **(artefacts or {})},
        results=tuple(results),
    )


def _metrics(run: Run, results: Sequence[Result]) -> dict[str, float]:
    """Give the means over the questions that a metric concerns, the times, and the load."""
    columns: dict[str, list[float]] = {}
    for result in results:
        for name, value in result.metrics.items():
            columns.setdefault(name, []).append(value)
    means = {name: sum(values) / len(values) for name, values in columns.items()}
    totals = [result.took_ms["total"] for result in results if "total" in result.took_ms]
    times = {f"ms.{share}": ms for share, ms in percentiles(totals).items()} if totals else {}
    failed = {"failed": float(sum(result.error is not None for result in results))}
    load = {f"load.{name}": value for name, value in run.load.items()}
    every = {**means, **times, **failed, **load}
    return {name: value for name, value in sorted(every.items()) if math.isfinite(value)}


def _flat(value: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    """Give every leaf of nested mappings under its dotted name."""
    found: list[tuple[str, str]] = []
    for key, one in value.items():
        if isinstance(one, Mapping):
            found += _flat(one, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", str(one)))
    return found


class Show:
    """Shows runs and configurations to trackers, known by name and opened at their first use.

    One that fails or takes longer than ``within`` seconds in all is left alone from then on, so
    that it costs its time once. Call ``close`` at the end.
    """

    def __init__(self, openers: Mapping[str, Opener], within: float = WITHIN) -> None:
        self._openers = openers
        self._left = dict.fromkeys(openers, within)
        self._opened: dict[str, Tracker] = {}
        self._busy: set[str] = set()  # those that are still at it when nobody waits any more
        self.faults: dict[str, str] = {}
        """Why a tracker is left alone."""

    async def runs(self, runs: Sequence[TrackedRun]) -> list[Shown]:
        """Show runs to every tracker at the same time; never raises for what a tracker does."""
        found = await asyncio.gather(*(self._runs(name, runs) for name in self._openers))
        return [shown for some in found for shown in some]

    async def _runs(self, name: str, runs: Sequence[TrackedRun]) -> list[Shown]:
        shown = []
        for run in runs:
            fresh = await self._try(name, methodcaller("record", run))
            shown.append(Shown(name, run.id, bool(fresh), self.faults.get(name, "")))
        return shown

    async def point(self, alias: str, version: Version) -> None:
        """Say which configuration is champion or challenger."""
        tell = methodcaller("point", alias, version)
        await asyncio.gather(*(self._try(name, tell) for name in self._openers))

    def close(self) -> None:
        """Give back what is open."""
        for name, tracker in self._opened.items():
            if name not in self._busy:
                tracker.close()

    async def _try(self, name: str, work: Callable[[Tracker], T]) -> T | None:
        """Let a tracker work as long as it has time left."""
        if name in self.faults:
            return None
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            return await beside(partial(self._work, name, work), self._left[name], name)
        except DiptychError as error:
            self.faults[name] = str(error)
            return None
        finally:
            self._left[name] -= loop.time() - begun

    def _work(self, name: str, work: Callable[[Tracker], T]) -> T:
        self._busy.add(name)
        try:
            if name not in self._opened:
                self._opened[name] = self._openers[name]()
            return work(self._opened[name])
        finally:
            self._busy.discard(name)


async def beside(work: Callable[[], T], within: float, name: str) -> T:
    """Do work in a thread that nobody waits for longer than ``within`` seconds.

    Raises what the work raises, and Unavailable when the time is over: the thread is left
    behind then and dies with the process, which an executor's would not.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: Exception | None) -> None:
        if done.done():
            return
        if error:
            done.set_exception(error)
        else:
            done.set_result(value)  # type: ignore[arg-type]  # there is a value where no error is

    def main() -> None:
        value, error = None, None
        try:
            value = work()
        except Exception as raised:  # noqa: BLE001 - handed to who asked for it
            error = raised
        with suppress(RuntimeError):  # nobody is there any more
            loop.call_soon_threadsafe(settle, value, error)

    threading.Thread(target=main, name=f"tracking {name}", daemon=True).start()
    try:
        async with asyncio.timeout(max(within, 0.0)):
            return await done
    except TimeoutError as error:
        raise Unavailable(
            f"{name} took too long.", "Send what it missed later: diptych eval mirror."
        ) from error
