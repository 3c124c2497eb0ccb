"""Energy comes from the meters where there are any, else from the time at work, and says so."""

from pathlib import Path

import pytest

from telemetry.energy import Energy
from telemetry.gpu import Gpus


class Devices(Gpus):
    """GPUs that have taken so many joules, or do not tell."""

    def __init__(self, joules: float | None = None) -> None:
        self.told = joules

    def joules(self) -> float | None:
        return self.told


def package(folder: Path, number: int, microjoules: object, most: int = 999_999_999) -> Path:
    place = folder / f"intel-rapl:{number}"
    place.mkdir(exist_ok=True)
    (place / "max_energy_range_uj").write_text(f"{most}\n")
    (place / "energy_uj").write_text(f"{microjoules}\n")
    return place


def test_without_a_meter_the_seconds_at_work_are_an_estimate(tmp_path: Path) -> None:
    taken = Energy(Devices(), watts=10, powercap=tmp_path / "none").taken(720)
    assert taken == {"processor_energy_wh": 2.0, "processor_energy_estimated": 1.0}


def test_the_meters_of_all_processors_are_added_up(tmp_path: Path) -> None:
    for number in (0, 1):
        package(tmp_path, number, 1_000_000)
    energy = Energy(Devices(), powercap=tmp_path)
    for number in (0, 1):
        package(tmp_path, number, 37_000_000)
    taken = energy.taken(5)
    assert taken == {"processor_energy_wh": 0.02, "processor_energy_estimated": 0.0}


def test_a_meter_that_begins_again_loses_nothing(tmp_path: Path) -> None:
    package(tmp_path, 0, 990_000_000)
    energy = Energy(Devices(), powercap=tmp_path)
    package(tmp_path, 0, 20_000_000)
    energy.sample()
    package(tmp_path, 0, 60_000_000)
    assert energy.taken(0)["processor_energy_wh"] == pytest.approx(70 / 3600, abs=1e-4)


@pytest.mark.parametrize("unreadable", ["", "soon"])
def test_one_meter_that_does_not_tell_makes_it_an_estimate(tmp_path: Path, unreadable: str) -> None:
    package(tmp_path, 0, 1)
    package(tmp_path, 1, unreadable)
    assert Energy(Devices(), powercap=tmp_path).taken(9)["processor_energy_estimated"] == 1.0


def test_devices_that_tell_are_counted_beside_the_processors(tmp_path: Path) -> None:
    devices = Devices(1000.0)
    energy = Energy(devices, powercap=tmp_path)
    devices.told = 4600.0
    assert energy.taken(0)["gpu_energy_wh"] == 1.0
    devices.told = None
    assert "gpu_energy_wh" not in energy.taken(0)
