"""Energy: what the processors and the GPUs took, read from their own meters where they have any.

Linux counts microjoules of each processor package below ``/sys/class/powercap`` (RAPL), mostly
for root alone and seldom inside virtual machines; NVIDIA's driver counts millijoules of newer
devices. Where the processors' meter cannot be read, their seconds at work times a power say about
what they took.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from telemetry.gpu import Gpus

POWERCAP = Path("/sys/class/powercap")
WATTS = 8.0
"""Of one busy core of a server processor: 150 to 350 W for 24 to 64 cores, memory included."""
_JOULES_PER_WATT_HOUR = 3600.0


class Energy:
    """Adds up what was taken since it was made; ``sample`` at least once a minute.

    ``watts`` is the power of one busy processor, for the estimate.
    """

    def __init__(self, gpus: Gpus, watts: float = WATTS, powercap: Path = POWERCAP) -> None:
        self._gpus = gpus
        self._watts = watts
        self._packages = [Package(folder) for folder in sorted(powercap.glob("intel-rapl:?"))]
        self._gpu_began = gpus.joules()

    def sample(self) -> None:
        """Read the meters before they begin again at zero."""
        for package in self._packages:
            package.sample()

    def taken(self, processor_seconds: float) -> Mapping[str, float]:
        """Give watt-hours, and whether those of the processors are an estimate (1) or not (0)."""
        measured = _sum(package.joules for package in self._packages)
        joules = processor_seconds * self._watts if measured is None else measured
        gpu = self._gpus.joules()
        gpus = {}
        if gpu is not None and self._gpu_began is not None:
            gpus = {"gpu_energy_wh": round((gpu - self._gpu_began) / _JOULES_PER_WATT_HOUR, 4)}
        return {
            "processor_energy_wh": round(joules / _JOULES_PER_WATT_HOUR, 4),
            "processor_energy_estimated": float(measured is None),
            **gpus,
        }


class Package:
    """One processor's meter; ``joules`` is None when it cannot be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last = self._read("energy_uj")
        self._range = self._read("max_energy_range_uj")
        self._total = 0

    @property
    def joules(self) -> float | None:
        """What was taken until now."""
        self.sample()
        return None if self._last is None or self._range is None else self._total / 1e6

    def sample(self) -> None:
        """Add what was taken since the last time; the meter begins again at its range."""
        now = self._read("energy_uj")
        if now is not None and self._last is not None and self._range:
            self._total += (now - self._last) % (self._range + 1)
        self._last = now

    def _read(self, name: str) -> int | None:
        try:
            return int((self._folder / name).read_text())
        except (OSError, ValueError):  # for root alone, or not there
            return None


def _sum(values: Iterable[float | None]) -> float | None:
    """Add up; None when there is nothing or a part is not known."""
    told = list(values)
    known = [value for value in told if value is not None]
    return sum(known) if known and len(known) == len(told) else None
