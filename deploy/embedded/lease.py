"""Sharing one server between processes: the first to come starts it, the last to leave stops it.

Every holder keeps a file of its own locked below ``holders/``; the kernel gives the lock back
when the holder dies, so a killed holder is never counted. Who starts or stops takes the
``transition`` lock first. A guardian process ends a server whose holders were all killed.
"""

import os
import sys
import time
import uuid
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from contracts.errors import SetupFailed
from deploy.embedded.locking import locked, try_lock
from deploy.embedded.process import Command, ServerProcess, detach, free_port, port_is_free

POLL = 0.05
"""Seconds between two looks at a starting server."""
TRANSITION_PATIENCE = 900.0
"""Seconds to wait for a process that is starting the server; a first start fetches jars."""


A_co = TypeVar("A_co", covariant=True)

_held_here: set[int] = set()


def _let_go() -> None:
    for descriptor in _held_here:
        os.close(descriptor)
    _held_here.clear()


# A forked child shares its parent's locks: without this, one that outlives a killed parent
# would count as the holder.
os.register_at_fork(after_in_child=_let_go)


class Server(Protocol[A_co]):
    """A server that can be leased; ``A_co`` is what its clients connect with."""

    @property
    def name(self) -> str:
        """How people call it."""
        ...

    @property
    def process(self) -> ServerProcess:
        """Its process; everything it keeps lies below the process's directory."""
        ...

    @property
    def patience(self) -> float:
        """Seconds from start to the first answer at most; recovery after a crash included."""
        ...

    def prepare(self) -> None:
        """Put everything in place that a start needs. Raises SetupFailed."""
        ...

    def command(self, port: int) -> Command:
        """Give the command that serves on the loopback port."""
        ...

    def answers(self, port: int) -> bool:
        """Tell whether it takes queries; False means not yet. Raises SetupFailed for never."""
        ...

    def is_broken(self, port: int) -> bool:
        """Tell whether it says itself that only a restart helps."""
        ...

    def address(self, port: int) -> A_co:
        """Give what clients connect with."""
        ...


class Tenants:
    """Who uses the server below ``directory``: the part that the guardian shares."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._holders = directory / "holders"
        self._keep = directory / "keep"

    def transition(self, patience: float, *, create: bool = False) -> AbstractContextManager[None]:
        """Hold the right to start, stop and count, in a new folder only if ``create``.

        Raises SetupFailed after ``patience`` seconds, FileNotFoundError without a folder.
        """
        if create:
            self._holders.mkdir(parents=True, exist_ok=True)
        return locked(self._directory / "transition.lock", patience, create=create)

    def enter(self) -> tuple[Path, int]:
        """Add this process; give what ``leave`` takes."""
        place = self._holders / f"{os.getpid()}-{uuid.uuid4().hex}"
        descriptor = try_lock(place)
        if descriptor is None:  # a name nobody else can have
            raise SetupFailed(f"{place} is locked by another process.", "Try again.")
        _held_here.add(descriptor)
        return place, descriptor

    def leave(self, place: Path, descriptor: int) -> None:
        """Take this process off."""
        place.unlink(missing_ok=True)
        _held_here.discard(descriptor)
        os.close(descriptor)

    def present(self) -> tuple[int, ...]:
        """Give the ids of the processes that hold the server; forget those that died."""
        alive = []
        for place in sorted(self._holders.iterdir()):
            descriptor = try_lock(place)
            if descriptor is None:
                alive.append(int(place.name.partition("-")[0]))
            else:
                place.unlink(missing_ok=True)
                os.close(descriptor)
        return tuple(alive)

    @property
    def kept(self) -> bool:
        """Whether the server stays when nobody holds it."""
        return self._keep.exists()

    @kept.setter
    def kept(self, value: bool) -> None:
        if value:
            self._keep.touch()
        else:
            self._keep.unlink(missing_ok=True)


class ServerLease(Generic[A_co]):
    """One process's share in a server. Verbs block; call them in a thread from async code."""

    def __init__(self, server: Server[A_co]) -> None:
        self._server = server
        self._directory = server.process.directory
        self._tenants = Tenants(self._directory)
        self._held: tuple[Path, int] | None = None

    def acquire(self) -> A_co:
        """Start the server or attach to it; give its address. Again: make sure that it runs.

        Raises SetupFailed with the last lines of the server's log.
        """
        try:
            with self._tenants.transition(TRANSITION_PATIENCE, create=True):
                held, self._held = self._held, self._held or self._tenants.enter()
                try:
                    port = self._ensure_running()
                except BaseException:
                    if held is None:
                        self._leave()
                    raise
                self._guard()
                return self._server.address(port)
        except OSError as error:
            raise SetupFailed(
                f"{self._server.name} cannot be run in {self._directory}: {error}.",
                "Check that the folder belongs to you and that the disk has room.",
            ) from error

    def release(self, *, keep: bool = False) -> None:
        """Leave the server; the last one stops it, unless someone asked to ``keep`` it."""
        if self._held is None:
            return
        try:
            with self._tenants.transition(TRANSITION_PATIENCE):
                if keep:
                    self._tenants.kept = True
                self._leave()
                if not self._tenants.kept and not self._tenants.present():
                    self._server.process.stop()
        except FileNotFoundError:
            self._leave()  # the home was removed; the guardian ends what ran there

    def stop(self) -> tuple[int, ...]:
        """Stop a server that was kept; give the ids of the processes that still hold it."""
        if not self._directory.exists():
            return ()
        with self._tenants.transition(TRANSITION_PATIENCE, create=True):
            self._tenants.kept = False
            present = self._tenants.present()
            if not present:
                self._server.process.stop()
            return present

    def running(self) -> bool:
        """Tell whether the server's process is alive."""
        return self._server.process.find() is not None

    def heal(self) -> bool:
        """Restart a server that says itself that it must be; tell whether that was so.

        Raises SetupFailed as ``acquire`` does.
        """
        process = self._server.process
        broken, port = process.find(), self._directory / "port"
        if broken is None or not self._server.is_broken(int(port.read_text())):
            return False
        with self._tenants.transition(TRANSITION_PATIENCE):
            if process.find() == broken:  # nobody else has restarted it meanwhile
                process.stop()
        self.acquire()
        return True

    def _leave(self) -> None:
        if self._held:
            self._tenants.leave(*self._held)
            self._held = None

    def _ensure_running(self) -> int:
        process, remembered = self._server.process, self._directory / "port"
        port = int(remembered.read_text()) if remembered.exists() else free_port()
        if process.find():  # answers already, or its starter was killed while it started
            try:
                self._await(port)
            except SetupFailed:
                if process.find():
                    raise
            else:
                return port
        self._tenants.kept = False
        self._server.prepare()
        if not port_is_free(port):
            port = free_port()
        remembered.write_text(str(port))
        process.start(self._server.command(port))
        self._await(port)
        return port

    def _await(self, port: int) -> None:
        server = self._server
        deadline = time.monotonic() + server.patience
        while not server.answers(port):
            if not server.process.find():
                raise SetupFailed(
                    f"{server.name} ended while starting. Its last words:\n"
                    f"{server.process.last_words()}",
                    f"The whole log is {server.process.log}.",
                )
            if time.monotonic() > deadline:
                raise SetupFailed(
                    f"{server.name} runs but gave no answer in {server.patience:.0f} seconds. "
                    f"Its last words:\n{server.process.last_words()}",
                    f"The whole log is {server.process.log}; try again when it has settled.",
                )
            time.sleep(POLL)

    def _guard(self) -> None:
        lock = self._directory / "guardian.lock"
        if self._tenants.kept or (descriptor := try_lock(lock)) is None:
            return
        os.close(descriptor)
        process = self._server.process
        run = (sys.executable, "-P", "-m", "deploy.embedded.guardian")
        about = (process.marker, str(process.stop_signal), str(process.grace))
        detach(
            Command((*run, str(self._directory), *about)),
            self._directory,
            "guardian.log",
            "guardian.pid",
        )
