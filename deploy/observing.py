"""Metrics of this process, shared with the other processes of the service."""

import os
import socket
from pathlib import Path

from contracts.observing import Metrics


def prometheus(folder: Path, *, fresh: bool = False) -> Metrics:
    """Give metrics that are added up over all processes writing to ``folder``.

    Machines that share a folder, as containers do, have processes of the same number: files are
    named after both. ``fresh`` forgets what earlier processes of this machine left there: the
    service that starts does so.
    """
    machine = socket.gethostname().replace("_", "-")  # the library reads names between underscores
    folder.mkdir(parents=True, exist_ok=True)
    if fresh:
        for left in folder.glob(f"*_{machine}.*.db"):
            left.unlink(missing_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    # The library chooses its storage from the environment when it is imported.
    from prometheus_client import values  # noqa: PLC0415 - see the line above

    from telemetry.metrics import PrometheusMetrics  # noqa: PLC0415 - likewise

    def own() -> str:
        return f"{machine}.{os.getpid()}"

    values.ValueClass = values.MultiProcessValue(own)  # type: ignore[no-untyped-call]  # no types
    return PrometheusMetrics()


def exposition() -> tuple[bytes, str]:
    """Give the metrics page of all processes."""
    from telemetry.metrics import exposition as page  # noqa: PLC0415 - imported as late as above

    return page(multiprocess=True)
