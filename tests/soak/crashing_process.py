"""A process of the service that can be told where to die: ``api`` or ``worker``.

It opens the service as the commands do, says ``ready``, and works once it is told ``go``;
``arm PLAN`` plans its death. It ends when nobody is there any more to tell it anything.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import uvicorn

from catalog import queue
from deploy.commands.serve import Server
from deploy.http import create_service_app
from deploy.observing import prometheus
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych
from telemetry import logs
from tests.soak.crashing import Plan, Recorder, install
from tests.soak.lightening import lighten

PATIENCE = {
    "HEARTBEAT_SECONDS": 0.25,
    "STALLED_SECONDS": 2.0,
    "TICK_SECONDS": 0.25,
    "POLL_SECONDS": 0.25,
}
"""The queue's own waits, shortened: a dead worker's jobs are taken over after 2 s, not 15. What
happens is the same, and a thousand points fit in the time of three hundred."""
SWEEP_EVERY = ("'10 s'", "'1 s'")


def hurry() -> None:
    """Shorten the queue's waits in this process. Raises AttributeError when one has gone."""
    for name, seconds in PATIENCE.items():
        getattr(queue, name)
        setattr(queue, name, seconds)
    vars(queue)["_SWEEP_DUE"] = queue._SWEEP_DUE.replace(*SWEEP_EVERY)


def run(role: str, line: Connection, log: Path, plan: str | None) -> None:
    """Be a process of the service; what it says otherwise goes to the log."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
    asyncio.run(main(role, line, plan))


def listen(
    line: Connection, recorder: Recorder, loop: asyncio.AbstractEventLoop, go: asyncio.Event
) -> None:
    """Follow orders until there is nobody left to give any."""
    with suppress(EOFError, OSError):
        while True:
            order, _, rest = line.recv().partition(" ")
            if order == "arm":
                loop.call_soon_threadsafe(recorder.arm, Plan.parse(rest))
            elif order == "go":
                loop.call_soon_threadsafe(go.set)
    os.kill(os.getpid(), signal.SIGTERM)


def die(line: Connection, name: str) -> None:
    """Say where, then end this process as a crash does: nothing is flushed or given back."""
    line.send(f"crash {name}")
    os.kill(os.getpid(), signal.SIGKILL)


async def main(role: str, line: Connection, plan: str | None) -> None:
    """Open, wait for the word, work until stopped."""
    settings = load()
    logs.configure(settings.log_format, settings.log_level)
    lighten()
    hurry()
    recorder = Recorder(partial(die, line))
    install(recorder)
    if plan:
        recorder.arm(Plan.parse(plan))
    loop, go, stop = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    threading.Thread(target=listen, args=(line, recorder, loop, go), daemon=True).start()
    async with open_diptych(settings, metrics=prometheus(settings.home / "metrics")) as diptych:
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        await diptych.warm()
        await asyncio.gather(*(panel.health() for panel in diptych.panels.values()))
        line.send("ready")
        await either(go.wait(), stop.wait())
        if not stop.is_set():
            await (serve(diptych, stop) if role == "api" else work(diptych, stop))


async def work(diptych: Diptych, stop: asyncio.Event) -> None:
    """Work the queue until stopped."""
    await either(diptych.work(), stop.wait())


async def serve(diptych: Diptych, stop: asyncio.Event) -> None:
    """Serve the interface until stopped."""
    settings = diptych.settings
    config = uvicorn.Config(
        create_service_app(diptych),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
    )
    server = Server(config)
    stopping = asyncio.create_task(stop.wait())
    stopping.add_done_callback(lambda _: setattr(server, "should_exit", True))
    await server.serve()
    stopping.cancel()


async def either(*coroutines: Awaitable[object]) -> None:
    """Run both until one ends; end the other, and raise what the first one raised."""
    tasks = [asyncio.ensure_future(one) for one in coroutines]
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    for task in done:
        task.result()
