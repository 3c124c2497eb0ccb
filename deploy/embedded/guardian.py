"""Stops a server that nobody holds any more because its holders were killed.

Run as ``python -m deploy.embedded.guardian DIRECTORY MARKER SIGNAL GRACE``, one a server.
"""

import sys
import time
from pathlib import Path

from contracts.errors import SetupFailed
from deploy.embedded.lease import Tenants
from deploy.embedded.locking import try_lock
from deploy.embedded.process import ServerProcess

INTERVAL = 1.0
"""Seconds between two looks at who is left."""


def watch(process: ServerProcess) -> None:
    """Return when the server has ended, was stopped here, or shall be kept."""
    tenants = Tenants(process.directory)
    while process.find():
        try:
            with tenants.transition(0.0):
                if tenants.kept:
                    return
                if not tenants.present():
                    process.stop()
        except SetupFailed:
            pass  # someone is starting or stopping it: look again
        time.sleep(INTERVAL)


def main(directory: str, marker: str, stop_signal: str, grace: str) -> None:
    """Watch, unless another guardian does; the lock goes with this process."""
    try:
        if try_lock(Path(directory) / "guardian.lock", create=False) is not None:
            watch(ServerProcess(Path(directory), marker, int(stop_signal), float(grace)))
    except FileNotFoundError:
        return  # the home directory was removed: nothing is left to guard


if __name__ == "__main__":
    main(*sys.argv[1:])
