"""Metrics of this process, shared with the other processes of the service."""

import os
import shutil
from pathlib import Path

from contracts.observing import Metrics


def prometheus(folder: Path, *, fresh: bool = False) -> Metrics:
    """Give metrics that are added up over all processes writing to ``folder``.

    ``fresh`` forgets what earlier processes left there: the service that starts does so.
    """
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    # The library chooses its storage from the environment when it is imported.
    from telemetry.metrics import PrometheusMetrics  # noqa: PLC0415 - see the line above

    return PrometheusMetrics()


def exposition() -> tuple[bytes, str]:
    """Give the metrics page of all processes."""
    from telemetry.metrics import exposition as page  # noqa: PLC0415 - imported as late as above

    return page(multiprocess=True)
