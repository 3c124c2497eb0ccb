"""Finished runs as experiments in Langfuse, as a server receives them."""

from collections.abc import Iterator

import pytest

from contracts.errors import SetupFailed, Unavailable
from telemetry.langfuse_experiments import LangfuseExperiments
from telemetry.langfuse_server import LangfuseServer
from tests.fakes.trackers import InMemoryTracker
from tests.telemetry.langfuse_standin import PUBLIC, SECRET, Answer, Langfuse, langfuse
from tests.telemetry.tracker_contract import TrackerContract, finished


@pytest.fixture
def server() -> Iterator[Langfuse]:
    with langfuse() as found:
        yield found


@pytest.fixture
def tracker(server: Langfuse) -> Iterator[LangfuseExperiments]:
    found = LangfuseExperiments(LangfuseServer(server.url, PUBLIC, SECRET))
    yield found
    found.close()


class TestLangfuseExperiments(TrackerContract):
    """On the stand-in."""


class TestInMemoryTracker(TrackerContract):
    @pytest.fixture
    def tracker(self) -> InMemoryTracker:
        return InMemoryTracker()


def test_questions_are_items_of_a_dataset_and_answers_items_of_an_experiment(
    server: Langfuse, tracker: LangfuseExperiments
) -> None:
    one = finished()
    tracker.record(one)
    assert set(server.datasets) == {"piaf ssssssss"}
    assert {item["input"] for item in server.items.values()} == {f"{n} ?" for n in range(4)}
    spans = server.named("question")
    assert {span.values["langfuse.experiment.id"] for span in spans} == {one.id.hex}
    assert {span.values["langfuse.experiment.item.id"] for span in spans} == set(server.items)
    assert {span.values["langfuse.experiment.dataset.id"] for span in spans} == {"dataset-0"}
    for span in spans:
        assert span.values["langfuse.experiment.item.root_observation_id"] == span.id
        assert span.values["langfuse.environment"] == "sdk-experiment"
    means = {s["name"]: s["value"] for s in server.scores.values() if "datasetRunId" in s}
    assert means["ndcg@10"] == pytest.approx(0.375)
    each = [s for s in server.scores.values() if s["name"] == "ndcg@10" and "traceId" in s]
    assert sorted(s["value"] for s in each) == [0.0, 0.25, 0.5, 0.75]
    assert {s["observationId"] for s in each} == {span.id for span in spans}


def test_a_second_run_shares_the_questions_and_a_half_sent_one_is_not_doubled(
    server: Langfuse, tracker: LangfuseExperiments
) -> None:
    one = finished()
    tracker.record(one)
    items, spans, scores = dict(server.items), set(server.spans), set(server.scores)
    server.spans.pop(next(iter(spans)))  # as if the last request had not come through
    assert tracker.record(one)
    assert (set(server.spans), set(server.scores)) == (spans, scores)
    posted = server.requests.count("POST /api/public/dataset-items")
    tracker.record(finished())
    assert server.items == items
    assert server.requests.count("POST /api/public/dataset-items") == posted == 4


def test_a_failing_server_and_a_wrong_key_are_errors_of_ours(server: Langfuse) -> None:
    refused = LangfuseExperiments(LangfuseServer(server.url, PUBLIC, "wrong"))
    with pytest.raises(SetupFailed, match="refuses the keys"):
        refused.reach()
    refused.close()
    for instead in (Answer(500), Answer(200, b"[1]"), Answer(200, b"<html>", "text/html")):
        server.instead = instead
        failing = LangfuseExperiments(LangfuseServer(server.url, PUBLIC, SECRET))
        with pytest.raises(Unavailable):
            failing.record(finished())
        failing.close()
