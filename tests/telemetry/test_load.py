import threading
import time

import psutil

from telemetry.load import MachineLoad


def work(seconds: float) -> None:
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass


def test_the_summary_of_a_watched_block_holds_its_work() -> None:
    with MachineLoad(every=0.01).watching() as load:
        work(0.3)
        assert load == {}
    assert load["processor_seconds"] >= 0.25
    assert 0 < load["cpu_percent_mean"] <= load["cpu_percent_max"] <= 100
    assert 0 < load["memory_percent_max"] <= 100
    assert load["processors"] == psutil.cpu_count()
    assert load["processor_energy_wh"] > 0
    assert load["processor_energy_estimated"] in {0.0, 1.0}


def test_a_block_that_fails_is_summed_up_and_its_watcher_gone() -> None:
    watched: dict[str, float] = {}
    try:
        with MachineLoad(every=60).watching() as watched:
            raise KeyError  # noqa: TRY301 - what the block does
    except KeyError:
        pass
    assert watched["memory_percent_max"] > 0
    assert "load" not in [thread.name for thread in threading.enumerate()]
