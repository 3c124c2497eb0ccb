"""``diptych serve``, ``worker`` and ``stop``: the processes of the service."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import psutil
import typer
import uvicorn

from contracts.errors import SetupFailed
from deploy.commands.console import DONE, FAILED, JsonOption, QuietOption, emit, err, progress, run
from deploy.embedded.servers import EmbeddedServers
from deploy.observing import prometheus
from deploy.settings import Settings, load
from deploy.wiring import Diptych, open_diptych
from telemetry import logs

STOP_WITHIN = 40.0
"""Seconds that a stopping service may take to finish the jobs in hand."""
RESTART_AFTER = 1.0
POLL = 0.1


@dataclass(frozen=True, slots=True)
class Running:
    """A running service, as its state file tells: process, its start, and address."""

    pid: int
    started: float
    address: str

    @classmethod
    def path(cls, home: Path) -> Path:
        """Where the state file lies."""
        return home / "serve.json"

    @classmethod
    def find(cls, home: Path) -> "Running | None":
        """Give the service that runs on this home, or None; a stale file is nobody."""
        try:
            running = cls(**json.loads(cls.path(home).read_text()))
            alive = psutil.Process(running.pid).create_time() == running.started
        except (OSError, ValueError, TypeError, psutil.NoSuchProcess):
            return None
        return running if alive else None


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes to start.")] = None,
    keep: Annotated[bool, typer.Option(help="Leave the databases running at the end.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Serve the API and the pages, with workers beside; stops cleanly on Ctrl-C."""
    chosen = {"host": host, "port": port, "workers": workers}
    settings = load().model_copy(update={k: v for k, v in chosen.items() if v is not None})
    logs.configure(settings.log_format, settings.log_level)
    run(_serve(settings, keep=keep, quiet=quiet))


async def _serve(settings: Settings, *, keep: bool, quiet: bool) -> None:
    from deploy.http import create_service_app  # noqa: PLC0415 - pages take 1 s, for one command

    _refuse_second(settings)
    metrics = prometheus(settings.home / "metrics", fresh=True)
    with progress(quiet=quiet) as bar:
        opening = open_diptych(settings, bar, metrics=metrics, keep=keep)
        diptych = await opening.__aenter__()
    try:
        await announce_key(diptych)
        app = create_service_app(diptych)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            timeout_graceful_shutdown=10,
            access_log=False,
        )
        async with _registered(settings), supervised(settings.workers):
            err.print(f"Diptych serves at {settings.address} (API: {settings.address}/docs)")
            await _until_stopped(Server(config))
    finally:
        await opening.__aexit__(None, None, None)


class Server(uvicorn.Server):
    """Leaves signals to the command.

    Uvicorn raises the signal again once it has shut down, which would end this process before
    its workers and databases are stopped.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def _until_stopped(server: Server) -> None:
    def stop() -> None:
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve()


def _refuse_second(settings: Settings) -> None:
    """Raise SetupFailed when the port is taken, before anything else is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SetupFailed(
                f"Port {settings.port} on {settings.host} is taken.",
                "Stop what uses it (diptych stop), or choose another with --port.",
            ) from error


async def announce_key(diptych: Diptych) -> str | None:
    """Create the first admin key and print it, once; None when there are keys already."""
    secret = await diptych.people.first_key("first admin")
    if secret:
        err.print(f"Admin key, shown only now: [bold]{secret}[/bold]", highlight=False)
    return secret


@asynccontextmanager
async def _registered(settings: Settings) -> AsyncIterator[None]:
    """Say in the home folder that this process serves it."""
    path = Running.path(settings.home)
    me = Running(os.getpid(), psutil.Process().create_time(), settings.address)
    path.write_text(json.dumps(asdict(me)))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@asynccontextmanager
async def supervised(workers: int) -> AsyncIterator[None]:
    """Keep worker processes running; each that dies is started again."""
    stopping = asyncio.Event()
    keepers = [asyncio.create_task(_keep_worker(stopping)) for _ in range(workers)]
    try:
        yield
    finally:
        stopping.set()
        await asyncio.gather(*keepers)


async def _keep_worker(stopping: asyncio.Event) -> None:
    stopped = asyncio.create_task(stopping.wait())
    while not stopping.is_set():
        # The pipe is the leash: a worker whose supervisor is gone reads its end and stops.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "deploy.cli", "worker", "--leash", stdin=asyncio.subprocess.PIPE
        )
        ended = asyncio.create_task(process.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.is_set():
            with suppress(ProcessLookupError):
                process.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(ended), STOP_WITHIN)
            if not ended.done():
                process.kill()
                await ended
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), RESTART_AFTER)


def worker(
    concurrency: Annotated[int | None, typer.Option(help="Jobs to run at a time.")] = None,
    leash: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Work the queue: read, embed, write both panels; look at the places of `diptych intake`."""
    settings = load()
    if concurrency:
        settings = settings.model_copy(update={"concurrency": concurrency})
    logs.configure(settings.log_format, settings.log_level)
    run(_worker(settings, leash=leash))


async def _worker(settings: Settings, *, leash: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if leash:
        loop.add_reader(sys.stdin.fileno(), stop.set)
    metrics = prometheus(settings.home / "metrics")
    async with open_diptych(settings, metrics=metrics) as diptych:
        working = asyncio.create_task(diptych.work())
        attending = asyncio.create_task(diptych.intake.attend())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        attending.cancel()
        working.cancel()
        await asyncio.wait({attending})
        with suppress(asyncio.CancelledError):
            await working


def stop(as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Stop the service of this home and the databases that were kept for it.

    Jobs in hand are finished, others stay queued.
    """
    settings = load()
    running = Running.find(settings.home)
    stopped = _stop(running) if running else True
    holders = EmbeddedServers(settings.home, settings.cache).stop() if stopped else ()
    if as_json:
        emit({"running": running is not None, "stopped": stopped, "databases_used_by": holders})
    elif not quiet:
        text = "Stopped." if running else "No service was running."
        err.print(text if stopped else f"Process {running and running.pid} still runs.")
        if holders:
            err.print(f"The databases are still used by processes {', '.join(map(str, holders))}.")
    raise typer.Exit(DONE if stopped else FAILED)


def _stop(running: Running) -> bool:
    try:
        process = psutil.Process(running.pid)
        process.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        # One that ended but that its parent has not looked after yet has stopped too.
        while process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL)
    except psutil.NoSuchProcess:
        pass
    return True
