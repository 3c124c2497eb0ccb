"""The crew: the service's own processes, each with a warm stand-in, started again when they die."""

import asyncio
import multiprocessing
import os
import signal
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.soak import crashing_process
from tests.soak.crashing import Plan

RESTART_AFTER = 0.5
READY_WITHIN = 180.0
STOP_WITHIN = 60.0
POLL = 0.05

# Each member is forked from a process that has imported everything, and runs nothing else: that
# saves 3 s of computing at each start. No thread runs there, so the fork is safe.
_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload([crashing_process.__name__, "alembic.context"])


class Member:
    """One process of the service. ``ready`` says that it takes over at once when told."""

    def __init__(self, process: ForkServerProcess, line: Connection) -> None:
        self._process = process
        self._line = line
        self._silent = asyncio.Event()
        self.ready = asyncio.Event()
        self.crashed_at: str | None = None
        asyncio.get_running_loop().add_reader(line.fileno(), self._hear)
        self.ended = asyncio.create_task(self._bury())

    @classmethod
    async def start(cls, role: str, log: Path, plan: Plan | None = None) -> "Member":
        """Start a process; its standard error goes to the log."""
        ours, theirs = _nursery.Pipe()
        process = _nursery.Process(
            target=crashing_process.run, args=(role, theirs, log, str(plan) if plan else None)
        )
        await asyncio.to_thread(process.start)
        theirs.close()
        return cls(process, ours)

    def _hear(self) -> None:
        try:
            while self._line.poll():
                word, _, rest = self._line.recv().partition(" ")
                if word == "ready":
                    self.ready.set()
                elif word == "crash":
                    self.crashed_at = rest
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(self._line.fileno())
            self._silent.set()

    async def _bury(self) -> None:
        await self._silent.wait()
        await asyncio.to_thread(self._process.join)
        self._line.close()

    def tell(self, order: str) -> None:
        """Give an order; a dead process hears none."""
        with suppress(OSError):
            self._line.send(order)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if not self.ended.done() and self._process.pid:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    async def stop(self) -> None:
        """End it politely, then not."""
        self.send(signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self.ended), STOP_WITHIN)
        self.send(signal.SIGKILL)
        await self.ended


class Post:
    """One role that is always manned: who dies is replaced at once by the stand-in."""

    def __init__(self, role: str, log: Path) -> None:
        self._role = role
        self._log = log
        self._next: Member | None = None
        self._standby: Member | None = None
        self._current: Member | None = None
        self._keeping = asyncio.create_task(self._keep())

    async def member(self) -> Member:
        """Give the process that has the post, once it is ready and while it lives.

        Raises TimeoutError when nobody comes to be ready.
        """
        async with asyncio.timeout(READY_WITHIN):
            while True:
                self._raise_if_lost()
                one = self._current
                if one and one.ready.is_set() and not one.ended.done():
                    return one
                await asyncio.sleep(POLL)

    async def kill(self) -> None:
        """End the one who has the post, as a crash does."""
        one = await self.member()
        one.send(signal.SIGKILL)
        await asyncio.shield(one.ended)

    async def succeed(self, plan: Plan) -> Member:
        """Kill the one who has the post; the next one is to die while it starts."""
        one = await self.member()
        successor = self._next = await Member.start(self._role, self._log, plan)
        one.send(signal.SIGKILL)
        return successor

    async def stop(self) -> None:
        """Leave the post."""
        self._keeping.cancel()
        with suppress(asyncio.CancelledError):
            await self._keeping
        left = [m for m in (self._current, self._standby, self._next) if m]
        await asyncio.gather(*(m.stop() for m in left))

    def _raise_if_lost(self) -> None:
        if self._keeping.done():
            self._keeping.result()

    async def _keep(self) -> None:
        while True:
            one = self._next or self._standby or await Member.start(self._role, self._log)
            if one is self._next:
                self._next = None
            else:
                self._standby = None
            self._current = one
            one.tell("go")
            # Not at once: two that start side by side take twice as long to be of use.
            ready = asyncio.create_task(one.ready.wait())
            await asyncio.wait({ready, one.ended}, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            if self._standby is None:
                self._standby = await Member.start(self._role, self._log)
            await asyncio.shield(one.ended)
            if not one.ready.is_set() and one.crashed_at is None:
                await asyncio.sleep(RESTART_AFTER)


class Crew:
    """An API process and a worker, manned until the end."""

    def __init__(self, log: Path) -> None:
        self.api = Post("api", log)
        self.worker = Post("worker", log)

    async def stop(self) -> None:
        """Stop everyone."""
        await asyncio.gather(self.api.stop(), self.worker.stop())
