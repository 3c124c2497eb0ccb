"""MachineLoad: what the machine did while something was measured."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import psutil

from telemetry.energy import WATTS, Energy
from telemetry.gpu import Gpus

EVERY = 1.0
"""Seconds between samples; one costs well below a millisecond."""


class MachineLoad:
    """Samples processor, memory, disk, GPUs and energy of the whole machine, in a thread.

    ``watts`` is the power of one busy processor, where no meter tells.
    """

    def __init__(self, every: float = EVERY, watts: float = WATTS) -> None:
        self._every = every
        self._watts = watts

    @contextmanager
    def watching(self) -> Iterator[dict[str, float]]:
        """Sample while the block runs; the mapping holds the summary when it has ended."""
        summary: dict[str, float] = {}
        processor: list[float] = []
        memory: list[float] = []
        devices: list[Mapping[str, float]] = []
        stop = threading.Event()
        gpus = Gpus()
        energy = Energy(gpus, self._watts)

        def look() -> None:
            processor.append(psutil.cpu_percent())
            memory.append(psutil.virtual_memory().percent)
            devices.append(gpus.read())
            energy.sample()

        def sample() -> None:
            while not stop.wait(self._every):
                look()

        thread = threading.Thread(target=sample, name="load", daemon=True)
        busy, disk = _processor_seconds(), _disk_bytes()
        psutil.cpu_percent()  # the next one is of the time since this one
        thread.start()
        try:
            yield summary
        finally:
            stop.set()
            thread.join()
            look()
            seconds = round(_processor_seconds() - busy, 3)
            read, written = (end - start for end, start in zip(_disk_bytes(), disk, strict=True))
            summary |= {
                "processors": float(psutil.cpu_count() or 1),
                "processor_seconds": seconds,
                "cpu_percent_mean": round(sum(processor) / len(processor), 1),
                "cpu_percent_max": max(processor),
                "memory_percent_max": max(memory),
                "disk_read_mb": round(read / 1e6, 1),
                "disk_written_mb": round(written / 1e6, 1),
                **_gpus(devices),
                **energy.taken(seconds),
            }


def _gpus(samples: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Sum up what the GPUs did; nothing where there are none."""
    busy = [one["gpu"] for one in samples if "gpu" in one]
    if not busy:
        return {}
    return {
        "gpu_percent_mean": round(sum(busy) / len(busy), 1),
        "gpu_percent_max": max(busy),
        "gpu_memory_percent_max": max(one["gpu_memory"] for one in samples if one),
    }


def _processor_seconds() -> float:
    """Give the seconds that all processors were busy since the machine started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


def _disk_bytes() -> tuple[int, int]:
    """Give the bytes read and written since the machine started, 0 where nobody counts them."""
    counters = psutil.disk_io_counters()
    return (counters.read_bytes, counters.write_bytes) if counters else (0, 0)
