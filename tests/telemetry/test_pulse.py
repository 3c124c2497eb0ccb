import threading

from telemetry.gpu import GpuGauges, Gpus
from telemetry.pulse import Pulse


def test_the_latest_sample_is_there_for_whoever_asks() -> None:
    sampled = threading.Event()

    def gpus() -> dict[str, float]:
        sampled.set()
        return {"gpu": 40.0}

    pulse = Pulse(every_s=0.001, gpus=gpus)
    assert pulse.now() == {}
    with pulse.running():
        assert sampled.wait(5)
        sampled.clear()
        assert sampled.wait(5)  # the one before has been kept
        load = pulse.now()
    assert load["gpu"] == 40.0
    assert 0 <= load["cpu"] <= 100
    assert 0 < load["memory"] <= 100
    assert "pulse" not in [thread.name for thread in threading.enumerate()]


def test_devices_tell_how_busy_they_are_or_nothing() -> None:
    load = Gpus().read()
    assert set(load) in (set(), {"gpu", "gpu_memory"})
    assert all(0 <= value <= 100 for value in load.values())


def test_the_metrics_page_shows_shares_of_devices_and_no_value_without_one() -> None:
    class Busy(Gpus):
        def read(self) -> dict[str, float]:
            return {"gpu": 40.0, "gpu_memory": 75.0}

    class Absent(Gpus):
        def read(self) -> dict[str, float]:
            return {}

    shown = {one.name: [s.value for s in one.samples] for one in GpuGauges(Busy()).collect()}
    assert shown == {"diptych_gpu_busy_ratio": [0.4], "diptych_gpu_memory_used_ratio": [0.75]}
    assert not any(one.samples for one in GpuGauges(Absent()).collect())
