import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from operator import methodcaller

import pytest

from inference.priority_workers import PriorityWorkers

URGENT, PATIENT = 0, 1


class Bench:
    """One worker that is busy until ``free`` is set, and what it has done since."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.done: list[str] = []
        self.workers = PriorityWorkers([self.done], "test")
        begun = threading.Event()

        def hold(_: list[str]) -> None:
            begun.set()
            self.free.wait(timeout=30)

        self.held = self.workers.submit(PATIENT, hold)
        assert begun.wait(timeout=30)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.free.set()
    bench.workers.stop()


def test_urgent_calls_go_first_and_others_in_order(bench: Bench) -> None:
    futures = [
        bench.workers.submit(urgency, methodcaller("append", name))
        for urgency, name in ((PATIENT, "first"), (PATIENT, "second"), (URGENT, "query"))
    ]
    bench.free.set()
    for future in futures:
        future.result(timeout=30)
    assert bench.done == ["query", "first", "second"]


def test_a_cancelled_call_is_skipped(bench: Bench) -> None:
    dropped = bench.workers.submit(PATIENT, lambda done: done.append("dropped"))
    kept = bench.workers.submit(PATIENT, lambda done: done.append("kept"))
    assert dropped.cancel()
    bench.free.set()
    kept.result(timeout=30)
    assert bench.done == ["kept"]


def test_an_error_belongs_to_its_caller_alone(bench: Bench) -> None:
    broken = bench.workers.submit(PATIENT, lambda _: 1 // 0)
    sound = bench.workers.submit(PATIENT, lambda _: "still working")
    bench.free.set()
    with pytest.raises(ZeroDivisionError):
        broken.result(timeout=30)
    assert sound.result(timeout=30) == "still working"


def test_stopping_finishes_the_call_in_hand_and_cancels_the_rest(bench: Bench) -> None:
    waiting = bench.workers.submit(PATIENT, lambda done: done.append("never"))
    stopping = threading.Thread(target=bench.workers.stop)
    stopping.start()
    deadline = time.monotonic() + 30
    while bench.workers._jobs.qsize() < 2 and time.monotonic() < deadline:
        time.sleep(0.001)  # until the stop is queued too
    bench.free.set()
    stopping.join(timeout=30)
    assert bench.held.done()
    with pytest.raises(CancelledError):
        waiting.result(timeout=30)
    assert bench.done == []
