"""Pulse: what the machine does about now, sampled once a second for all who ask."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psutil

from telemetry.gpu import Gpus

EVERY_S = 1.0
"""Seconds between samples; one costs well below a millisecond without a GPU."""


class Pulse:
    """The LoadNow port: one thread samples, whoever asks gets the latest sample at once."""

    def __init__(
        self, every_s: float = EVERY_S, gpus: Callable[[], Mapping[str, float]] | None = None
    ) -> None:
        self._every_s = every_s
        self._gpus = gpus
        self._latest: Mapping[str, float] = {}

    def now(self) -> Mapping[str, float]:
        """Give the latest sample, nothing before the first."""
        return self._latest

    @contextmanager
    def running(self) -> Iterator[None]:
        """Sample while the block runs."""
        stop = threading.Event()

        def sample() -> None:
            gpus = self._gpus or Gpus().read
            while not stop.wait(self._every_s):
                cpu, memory = psutil.cpu_percent(), psutil.virtual_memory().percent
                self._latest = {"cpu": cpu, "memory": memory, **gpus()}

        psutil.cpu_percent()  # the next one is of the time since this one
        thread = threading.Thread(target=sample, name="pulse", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
