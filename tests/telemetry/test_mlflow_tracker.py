"""Runs and configurations in MLflow: on a file as it is used, and on servers that fail."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.configurations import CHALLENGER, CHAMPION
from contracts.errors import SetupFailed, Unavailable
from deploy.mirrors import MLFLOW_ENVIRONMENT
from tests.telemetry.langfuse_standin import Answer, Langfuse, langfuse
from tests.telemetry.tracker_contract import TrackerContract, finished, version

os.environ.update({**MLFLOW_ENVIRONMENT, "MLFLOW_HTTP_REQUEST_TIMEOUT": "1"})
# Importing it reads the environment, and warns of what others import.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
mlflow = pytest.importorskip("mlflow")
from telemetry.mlflow_tracker import MlflowTracker  # noqa: E402 - after its environment


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mlflow")


@pytest.fixture(scope="module")
def tracker(home: Path) -> MlflowTracker:
    return MlflowTracker(f"sqlite:///{home / 'mlflow.db'}", home)


@pytest.fixture
def server() -> Iterator[Langfuse]:
    """Some HTTP server: what it answers is no MLflow's."""
    with langfuse() as found:
        yield found


class TestMlflowTracker(TrackerContract):
    """On a file."""


def test_a_run_is_there_with_its_pins_means_times_and_files(
    tracker: MlflowTracker, home: Path
) -> None:
    one = finished()
    tracker.record(one)
    client = mlflow.MlflowClient(f"sqlite:///{home / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("piaf ssssssss")
    (shown,) = client.search_runs([experiment.experiment_id], f"tags.`diptych.run` = '{one.id}'")
    assert shown.info.status == "FINISHED"
    assert shown.info.end_time - shown.info.start_time == 9000
    assert shown.data.params["mode"] == "vector"
    assert shown.data.params["generation.model"] == "e5"
    assert shown.data.params["corpus_fingerprint"] == "c" * 64
    assert shown.data.metrics["ndcg_at_10"] == pytest.approx(0.375)
    assert shown.data.metrics["ms.p50"] == pytest.approx(10.0)
    files = {file.path for file in client.list_artifacts(shown.info.run_id)}
    assert files == {"report.html", "results.jsonl"}
    assert not [path for path in home.rglob("*") if path.suffix in {".pkl", ".pickle"}]


def test_a_run_that_was_shown_halfway_is_completed(tracker: MlflowTracker, home: Path) -> None:
    one = finished()
    client = mlflow.MlflowClient(f"sqlite:///{home / 'mlflow.db'}")
    tracker.record(finished())
    experiment = client.get_experiment_by_name(one.suite).experiment_id
    half = client.create_run(experiment, tags={"diptych.run": str(one.id)})
    client.log_param(half.info.run_id, "mode", "vector")
    assert tracker.record(one)
    shown = client.search_runs([experiment], f"tags.`diptych.run` = '{one.id}'")
    assert [run.info.run_id for run in shown] == [half.info.run_id]
    assert shown[0].data.metrics["ndcg_at_10"] == pytest.approx(0.375)


def test_an_alias_names_the_settings_of_a_configuration(tracker: MlflowTracker, home: Path) -> None:
    tracker.point(CHAMPION, version(3))
    tracker.point(CHALLENGER, version(4))
    tracker.point(CHAMPION, version(4))
    client = mlflow.MlflowClient(f"sqlite:///{home / 'mlflow.db'}")
    found = client.get_model_version_by_alias("diptych", "champion")
    assert found.tags["diptych.configuration"] == "4"
    assert found.tags["fusion.k"] == "14"
    mine = [one.tags["diptych.configuration"] for one in client.search_model_versions()]
    assert len(mine) == len(set(mine))


@pytest.mark.parametrize(
    ("instead", "error"),
    [
        (Answer(500), Unavailable),
        (Answer(429), Unavailable),
        (Answer(200, b"<html>Welcome</html>", "text/html"), Unavailable),
        (Answer(403, b'{"error_code": "PERMISSION_DENIED", "message": "no"}'), SetupFailed),
    ],
    ids=["broken", "busy", "other", "refusing"],
)
def test_a_server_that_fails_is_an_error_of_ours(
    server: Langfuse, instead: Answer, error: type[Exception]
) -> None:
    server.instead = instead
    with pytest.raises(error):
        MlflowTracker(server.url).record(finished())


def test_a_mute_server_costs_seconds_not_minutes(server: Langfuse) -> None:
    server.mute = threading.Event()
    began = time.monotonic()
    with pytest.raises(Unavailable):
        MlflowTracker(server.url).record(finished())
    assert time.monotonic() - began < 60  # its own defaults would wait for 16 minutes
