"""Gpus: how busy the machine's NVIDIA processors are; nothing where there are none."""

from collections.abc import Iterator, Mapping

import pynvml  # type: ignore[import-untyped]  # no types of its own
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


class Gpus:
    """Reads the driver's own counters; one reading costs about a millisecond."""

    def __init__(self) -> None:
        self._devices: list[object] = []
        try:
            pynvml.nvmlInit()
            count = pynvml.nvmlDeviceGetCount()
            self._devices = [pynvml.nvmlDeviceGetHandleByIndex(n) for n in range(count)]
        except pynvml.NVMLError:  # no such device, or no driver
            return

    def read(self) -> Mapping[str, float]:
        """Give ``gpu`` and ``gpu_memory`` in percent, of the busiest and the fullest device."""
        if not self._devices:
            return {}
        try:
            busy = [pynvml.nvmlDeviceGetUtilizationRates(one).gpu for one in self._devices]
            held = [pynvml.nvmlDeviceGetMemoryInfo(one) for one in self._devices]
        except pynvml.NVMLError:  # a device that was lost, or does not tell
            return {}
        full = max(100.0 * one.used / one.total for one in held)
        return {"gpu": float(max(busy)), "gpu_memory": round(full, 1)}

    def joules(self) -> float | None:
        """Give what all devices took since their driver was loaded; None where one does not tell.

        Devices before the Volta architecture do not.
        """
        if not self._devices:
            return None
        try:
            taken: list[int] = [
                pynvml.nvmlDeviceGetTotalEnergyConsumption(one) for one in self._devices
            ]
        except pynvml.NVMLError:
            return None
        return sum(taken) / 1000.0


class GpuGauges(Collector):
    """Shows on the metrics page what the devices do when it is asked for; nothing without any."""

    def __init__(self, gpus: Gpus | None = None) -> None:
        self._gpus = gpus

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield both shares; without a device they have no value."""
        self._gpus = self._gpus or Gpus()
        read = self._gpus.read()
        for name, key, what in _GAUGES:
            gauge = GaugeMetricFamily(name, what)
            if key in read:
                gauge.add_metric((), read[key] / 100)
            yield gauge


_GAUGES = (
    ("diptych_gpu_busy_ratio", "gpu", "How busy the busiest GPU is."),
    ("diptych_gpu_memory_used_ratio", "gpu_memory", "How full the fullest GPU's memory is."),
)
