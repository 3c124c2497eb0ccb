"""The first command of a newcomer."""

from collections.abc import Iterator
from typing import Any

import pytest

from contracts.nouns import ReadMode
from deploy import samples
from deploy.embedded.servers import EmbeddedServers
from deploy.judging import judge
from deploy.settings import load
from deploy.wiring import open_diptych
from eval.suites import load_questions
from tests.system.conftest import Installation


@pytest.fixture(scope="module")
def shown(installation: Installation) -> Iterator[dict[str, Any]]:
    """What the first start says; then its servers are started again and stay, at 10 s a start."""
    said: dict[str, Any] = installation.json("demo", "--once")
    servers = EmbeddedServers(installation.home, load().cache)
    servers.acquire()
    yield said
    servers.release()


def test_the_demonstration_answers_from_each_panel_with_a_citation_that_resolves(
    installation: Installation, shown: dict[str, Any]
) -> None:
    assert shown["resolved"] == {"vector": True, "graph": True}
    assert shown["documents"] >= 15
    assert shown["quarantined"] == 0
    for answer in shown["answers"].values():
        assert not answer["refused"]
        assert answer["citations"][0]["quote"]
    assert installation.json("parity", "--deep")["clean"]


@pytest.mark.usefixtures("shown")
def test_a_second_start_ingests_nothing_twice(installation: Installation) -> None:
    before = installation.json("status")["documents"]
    again = installation.json("demo", "--once")
    assert again["resolved"] == {"vector": True, "graph": True}
    assert installation.json("status")["documents"] == before


@pytest.mark.usefixtures("shown")
async def test_the_questions_of_the_sample_set_are_answered_from_each_panel(
    installation: Installation,
) -> None:
    settings = load().model_copy(update={"home": installation.home})
    questions = load_questions(samples.QUESTIONS)
    async with open_diptych(settings) as diptych:
        for mode in (ReadMode.VECTOR, ReadMode.GRAPH):
            report = await judge(diptych, questions, mode)
            right = [c for c in report.answerable if c.rank and c.rank <= 3]
            wrong = [c.question.id for c in report.answerable if c not in right]
            assert len(report.answerable) == 20
            assert len(right) >= 18, f"{mode}: {wrong}"
            assert report.resolved, f"{mode}: {[c.unresolved for c in report.checked]}"
