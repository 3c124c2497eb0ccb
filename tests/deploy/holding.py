"""Another process that holds an embedded PostgreSQL, and ways to wait for what it does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HOLD = """
import os
import sys
from pathlib import Path
from deploy.embedded.lease import ServerLease
from deploy.embedded.postgres import EmbeddedPostgres
lease = ServerLease(EmbeddedPostgres(Path(sys.argv[1])))
print(lease.acquire(), flush=True)
if sys.argv[2:] == ["fork"]:
    os.fork()
sys.stdin.readline()
lease.release()
"""


def eventually(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Wait until the condition is true; fail when it is not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not in {seconds:.0f} s: {what}"
        time.sleep(0.02)


class Holder:
    """A process in a session of its own, as a terminal gives it, that holds the server."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    def url(self) -> str:
        """Wait until it holds the server; give the address it got."""
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def leave(self) -> None:
        """Let it release and end."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        assert self._process.wait(60) == 0

    def kill(self) -> None:
        """End it as the kernel does when memory runs out."""
        self._process.kill()
        self._process.wait(60)

    def interrupt(self) -> None:
        """Press Ctrl-C in its terminal: every process of its group gets the signal."""
        os.killpg(self._process.pid, signal.SIGINT)
        self._process.wait(60)


@contextmanager
def holder(directory: Path, *options: str) -> Iterator[Holder]:
    """Start a process that holds the server below the directory; it is gone afterwards.

    With the option ``fork`` it has a child that lives until the block ends.
    """
    with subprocess.Popen(  # noqa: S603 - this interpreter
        [sys.executable, "-c", HOLD, str(directory), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Holder(process)
        finally:
            process.kill()
