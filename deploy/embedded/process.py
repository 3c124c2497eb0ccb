"""A server's process: started apart from its starter, found again by anyone, stopped by its id."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

# The shell starts the server in the background and ends, so the server is nobody's child: it
# outlives its starter, and no zombie stays behind. The shell writes the id itself, so that a
# starter killed at any moment leaves a server that can be found.
DETACH = 'umask 077; "$@" </dev/null >"$0" 2>&1 & echo $! >pid.new && mv pid.new "$PID_FILE"'
LOG_LINES = 12
EXEC_POLLS = 50
POLL = 0.02
"""Seconds between two looks at a process that shall end."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The user that a process runs as and that its files belong to."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Command:
    """What to start. ``owner`` is set when that is another user than this process's."""

    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """One server that lives below ``directory``.

    ``marker`` is an argument that no other process has: an id is reused after a crash or in a
    new container, so a process counts as ours only when its arguments say so. ``stop`` is the
    signal for a clean end, ``grace`` how many seconds that may take.
    """

    directory: Path
    marker: str
    stop_signal: int
    grace: float

    @property
    def log(self) -> Path:
        """What the server printed since it was last started."""
        return self.directory / "server.log"

    @property
    def pid_file(self) -> Path:
        """Where the id of the process stands; it stays there when the process has ended."""
        return self.directory / "pid"

    def start(self, command: Command) -> None:
        """Start it in a session of its own, so that no Ctrl-C reaches it."""
        detach(command, self.directory, self.log.name, self.pid_file.name)

    def find(self) -> psutil.Process | None:
        """Give the running process, None when there is none."""
        try:
            process = psutil.Process(int(self.pid_file.read_text()))
            alive = process.status() != psutil.STATUS_ZOMBIE and self.marker in arguments(process)
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            return None
        return process if alive else None

    def stop(self) -> None:
        """Ask it to end, wait, and kill it when it does not; not running is fine."""
        for number in (self.stop_signal, signal.SIGKILL):
            if not (process := self.find()):
                return
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
            # Not process.wait(): in a container whose first process collects no orphans, an
            # ended server stays a zombie, and waiting for its id would take all the grace.
            deadline = time.monotonic() + self.grace
            while self.find() and time.monotonic() < deadline:
                time.sleep(POLL)

    def last_words(self) -> str:
        """Give the last lines of the log, for an error message."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-LOG_LINES:])


def arguments(process: psutil.Process) -> list[str]:
    """Give its arguments; none for a thread of the kernel."""
    for _ in range(EXEC_POLLS):
        if found := process.cmdline():
            return found
        # While one program takes another's place, as the server does the shell's, there are none.
        time.sleep(POLL)
    return []


def detach(command: Command, directory: Path, log: str, pid_file: str) -> None:
    """Start a process that nobody waits for; its id is in ``pid_file`` when this returns."""
    owner = command.owner
    subprocess.run(  # noqa: S603 - our own programs with our own arguments
        ["/bin/sh", "-c", DETACH, log, *command.arguments],
        env={**command.environment, "PID_FILE": pid_file},
        cwd=directory,
        user=owner.uid if owner else None,
        group=owner.gid if owner else None,
        extra_groups=[] if owner else None,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


def port_is_free(port: int) -> bool:
    """Tell whether a server could listen on the loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Choose a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
