"""Stops a server that nobody holds any more because its holders were killed.

Run as ``python -m deploy.embedded.guardian DIRECTORY MARKER SIGNAL GRACE``, one a server.
"""

import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from contracts.errors import SetupFailed
from deploy.embedded.lease import Tenants
from deploy.embedded.locking import try_lock
from deploy.embedded.process import ServerProcess

INTERVAL = 1.0
"""Seconds between two looks at who is left."""


def watch(server: ServerProcess) -> None:
    """Return when the server has ended, was stopped here, or shall be kept.

    A server whose home was removed is ended: nothing else could find it any more.
    """
    tenants = Tenants(server.directory)
    process = None
    while found := server.find():
        process = found
        try:
            with tenants.transition(0.0):
                if tenants.kept:
                    return
                if not tenants.present():
                    server.stop()
        except SetupFailed:
            pass  # someone is starting or stopping it: look again
        except FileNotFoundError:
            break
        time.sleep(INTERVAL)
    if process and not server.pid_file.exists():
        with suppress(psutil.NoSuchProcess):
            process.send_signal(server.stop_signal)


def main(directory: str, marker: str, stop_signal: str, grace: str) -> None:
    """Watch, unless another guardian does; the lock goes with this process."""
    with suppress(FileNotFoundError):  # removed already
        if try_lock(Path(directory) / "guardian.lock", create=False) is not None:
            watch(ServerProcess(Path(directory), marker, int(stop_signal), float(grace)))


if __name__ == "__main__":
    main(*sys.argv[1:])
