"""Runs are shown beside the way: whatever a tracker does, it costs its time once."""

import math
import threading
from dataclasses import replace
from uuid import UUID

import pytest

from contracts.errors import Conflict, SetupFailed
from contracts.tracking import Tracker
from eval.tracking import Show, tracked
from tests.eval.measured import result, run
from tests.fakes.trackers import InMemoryTracker

RESULTS = [result("1", ndcg_at_10=1.0), result("2", ndcg_at_10=0.5, error="late", ms=30.0)]
RUN = replace(run(questions=2), load={"cpu_percent_mean": 40.0})


def test_a_run_is_told_with_its_pins_means_times_failures_and_load() -> None:
    told = tracked(RUN, RESULTS, {"report.html": "<p>"})
    assert told.parameters["generation.number"] == "1"
    assert told.parameters["models.embedder"] == "e5"
    assert told.metrics["ndcg@10"] == 0.75
    assert told.metrics["failed"] == 1.0
    assert told.metrics["ms.p50"] == pytest.approx(20.0)
    assert told.metrics["load.cpu_percent_mean"] == 40.0
    assert told.artefacts["results.jsonl"].count("\n") == 2
    assert told.artefacts["report.html"] == "<p>"


def test_what_is_no_number_is_not_told() -> None:
    assert "ndcg@10" not in tracked(RUN, [result("1", ndcg_at_10=math.nan)]).metrics


def test_a_run_that_goes_on_is_not_told() -> None:
    with pytest.raises(Conflict, match="not finished"):
        tracked(replace(RUN, ended=None), RESULTS)


async def test_what_is_shown_already_is_said() -> None:
    tracker = InMemoryTracker()
    show = Show({"memory": lambda: tracker})
    told = tracked(RUN, RESULTS)
    states = [one.fresh for one in await show.runs([told, told])]
    assert states == [True, False]
    show.close()
    assert tracker.closed


async def test_a_dead_tracker_is_asked_once_and_the_others_are_shown_everything() -> None:
    dead, alive = InMemoryTracker(away=True), InMemoryTracker()
    show = Show({"dead": lambda: dead, "alive": lambda: alive})
    runs = [replace(tracked(RUN, RESULTS), id=UUID(int=n)) for n in range(3)]
    shown = await show.runs(runs)
    assert dead.calls == 1
    assert len(alive.shown) == 3
    assert {one.fault for one in shown if one.tracker == "dead"} == {
        "The tracker is away. Start it."
    }
    assert not [one.fault for one in shown if one.tracker == "alive" if one.fault]


async def test_a_slow_tracker_is_left_behind() -> None:
    hold = threading.Event()
    slow, quick = InMemoryTracker(hold=hold), InMemoryTracker()
    show = Show({"slow": lambda: slow, "quick": lambda: quick}, within=0.05)
    shown = await show.runs([tracked(RUN, RESULTS)])
    assert {one.tracker: bool(one.fault) for one in shown} == {"slow": True, "quick": False}
    assert "slow took too long." in show.faults["slow"]
    show.close()
    assert not slow.closed  # it is still in use
    hold.set()


async def test_a_tracker_that_cannot_be_opened_is_a_fault_too() -> None:
    def missing() -> Tracker:
        raise SetupFailed("mlflow is not installed.", "Install it.")

    show = Show({"MLflow": missing})
    (shown,) = await show.runs([tracked(RUN, RESULTS)])
    assert shown.fault == "mlflow is not installed. Install it."
