"""MachineLoad: what the machine did while something was measured."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

EVERY = 1.0
"""Seconds between samples; one costs well below a millisecond."""


class MachineLoad:
    """Samples processor, memory and disk of the whole machine from a thread of its own."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every

    @contextmanager
    def watching(self) -> Iterator[dict[str, float]]:
        """Sample while the block runs; the mapping holds the summary when it has ended."""
        summary: dict[str, float] = {}
        processor: list[float] = []
        memory: list[float] = []
        stop = threading.Event()

        def sample() -> None:
            while not stop.wait(self._every):
                processor.append(psutil.cpu_percent())
                memory.append(psutil.virtual_memory().percent)

        thread = threading.Thread(target=sample, name="load", daemon=True)
        busy, disk = _processor_seconds(), _disk_bytes()
        psutil.cpu_percent()  # the next one is of the time since this one
        thread.start()
        try:
            yield summary
        finally:
            stop.set()
            thread.join()
            memory.append(psutil.virtual_memory().percent)
            processor.append(psutil.cpu_percent())
            read, written = (end - start for end, start in zip(_disk_bytes(), disk, strict=True))
            summary |= {
                "processors": float(psutil.cpu_count() or 1),
                "processor_seconds": round(_processor_seconds() - busy, 3),
                "cpu_percent_mean": round(sum(processor) / len(processor), 1),
                "cpu_percent_max": max(processor),
                "memory_percent_max": max(memory),
                "disk_read_mb": round(read / 1e6, 1),
                "disk_written_mb": round(written / 1e6, 1),
            }


def _processor_seconds() -> float:
    """Give the seconds that all processors were busy since the machine started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


def _disk_bytes() -> tuple[int, int]:
    """Give the bytes read and written since the machine started, 0 where nobody counts them."""
    counters = psutil.disk_io_counters()
    return (counters.read_bytes, counters.write_bytes) if counters else (0, 0)
