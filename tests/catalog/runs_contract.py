"""Contract of Runs: what was measured is kept whole."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.errors import Conflict, InvalidInput, NotFound
from contracts.measuring import Pins, Result, Run
from contracts.nouns import Generation, ReadMode
from contracts.policy import Change
from tests.catalog.desk import CHANGE, Desk

NOW = datetime.now(UTC).replace(microsecond=123_456)
PINS = Pins(
    suite="piaf",
    suite_fingerprint="s",
    corpus_fingerprint="c",
    workspace="default",
    mode=ReadMode.FUSED,
    generation=Generation(1, "e5", 384, "sentences"),
    models={"embedder": "e5", "chat": "none"},
    code="1.0",
    packages="p",
    configuration={"depth": 100, "legs": ["dense", "lexical"], "rerank": None},
    seed=7,
)
ID = UUID("aaaaaaaa-0000-4000-8000-000000000001")
ALIKE = UUID("aaaaaaaa-0000-4000-8000-000000000002")
RUN = Run(ID, PINS, 2, NOW)
FIRST = Result(
    question="a",
    text="Où ?",
    group="bail",
    slices={"language": "fr"},
    metrics={"ndcg@10": 1 / 3, "answered": 1.0},
    took_ms={"total": 12.25},
    found=("bail", "autre"),
    answer="À Lyon.",
    refused=False,
)
SECOND = Result("B", "?", "bail", {}, {"answered": 0.0}, {}, error="too_large")


class RunsContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_a_run_and_its_results_come_back_as_they_were(self, desk: Desk) -> None:
        runs = desk.catalog.runs
        await runs.begin(RUN)
        assert await runs.get(ID) == RUN
        await runs.keep(ID, [FIRST, SECOND])
        assert await runs.results(ID) == [SECOND, FIRST]
        assert await runs.get(ID) == replace(RUN, done=2)
        later = NOW + timedelta(minutes=1)
        await runs.end(ID, {"cpu_percent_mean": 12.5}, later)
        ended = replace(RUN, done=2, ended=later, load={"cpu_percent_mean": 12.5})
        assert await runs.get(ID) == ended
        assert ended.complete
        await runs.begin(RUN)
        assert await runs.get(ID) == ended

    async def test_beginning_and_keeping_again_change_nothing(self, desk: Desk) -> None:
        runs = desk.catalog.runs
        await runs.begin(RUN)
        await runs.keep(ID, [FIRST])
        await runs.begin(RUN)
        better = replace(FIRST, metrics={"ndcg@10": 1.0}, answer=None, refused=None)
        await runs.keep(ID, [better])
        await runs.keep(ID, [])
        assert await runs.results(ID) == [better]
        assert (await runs.get(ID)).done == 1

    async def test_a_run_is_found_by_its_name_or_the_beginning_of_its_id(self, desk: Desk) -> None:
        runs = desk.catalog.runs
        await runs.begin(RUN)
        await runs.begin(replace(RUN, id=ALIKE))
        await runs.name("champion", ID, CHANGE)
        assert (await runs.find("champion")).id == ID
        assert (await runs.find(str(ALIKE))).id == ALIKE
        with pytest.raises(InvalidInput):
            await runs.find("aaaaaaaa")
        await runs.name("aaaaaaaa", ALIKE, CHANGE)
        assert (await runs.find("aaaaaaaa")).id == ALIKE
        for unknown in ("", "b", "champ", "%"):
            with pytest.raises(NotFound):
                await runs.find(unknown)

    async def test_a_name_goes_to_another_run_with_its_audit_row(self, desk: Desk) -> None:
        runs = desk.catalog.runs
        await runs.begin(RUN)
        await runs.begin(replace(RUN, id=ALIKE))
        await runs.name("champion", ID, CHANGE)
        await runs.name("champion", ALIKE, Change("bob", reasons=("It is better.",)))
        assert (await runs.find("champion")).id == ALIKE
        second, first = await desk.catalog.policies.audit()
        assert (first.action, first.subject, first.before) == ("run.name", "champion", {})
        assert (second.actor, second.reasons) == ("bob", ("It is better.",))
        assert (second.before, second.after) == ({"run": str(ID)}, {"run": str(ALIKE)})

    async def test_the_latest_runs_come_first(self, desk: Desk) -> None:
        runs = desk.catalog.runs
        newer = replace(RUN, id=ALIKE, begun=NOW + timedelta(seconds=1))
        await runs.begin(newer)
        await runs.begin(RUN)
        assert await runs.latest() == [newer, RUN]
        assert await runs.latest(1) == [newer]
        assert await runs.latest(1, before=ALIKE) == [RUN]
        assert await runs.latest(before=ID) == []
        assert await runs.latest(before=UUID(int=1)) == []

    async def test_means_are_of_the_questions_that_a_metric_concerns(self, desk: Desk) -> None:
        runs = desk.catalog.runs
        for one in (ID, ALIKE):
            await runs.begin(replace(RUN, id=one))
        await runs.keep(ID, [FIRST, SECOND])
        assert await runs.means([ID, ALIKE], "answered") == {ID: 0.5}
        assert await runs.means([ID], "ndcg@10") == {ID: 1 / 3}
        assert await runs.means([ID], "nothing") == {}
        assert await runs.means([], "answered") == {}

    async def test_results_come_in_pages(self, desk: Desk) -> None:
        runs = desk.catalog.runs
        await runs.begin(RUN)
        await runs.keep(ID, [FIRST, SECOND])
        assert await runs.results(ID, limit=1) == [SECOND]
        assert await runs.results(ID, limit=1, after="B") == [FIRST]
        assert await runs.results(ID, after="a") == []

    async def test_a_forgotten_run_leaves_nothing(self, desk: Desk) -> None:
        runs = desk.catalog.runs
        await runs.begin(RUN)
        await runs.keep(ID, [FIRST])
        await runs.name("champion", ID, CHANGE)
        with pytest.raises(Conflict):
            await runs.forget(ID)
        await runs.begin(replace(RUN, id=ALIKE))
        await runs.name("champion", ALIKE, CHANGE)
        await runs.forget(ID)
        assert await runs.results(ID) == []
        assert [one.id for one in await runs.latest()] == [ALIKE]

    async def test_nothing_can_be_done_to_a_run_that_is_not_there(self, desk: Desk) -> None:
        runs = desk.catalog.runs
        for verb in (
            runs.get(ID),
            runs.keep(ID, [FIRST]),
            runs.end(ID, {}, NOW),
            runs.name("champion", ID, CHANGE),
            runs.forget(ID),
        ):
            with pytest.raises(NotFound):
                await verb
        assert await desk.catalog.policies.audit() == []

    async def test_text_that_no_database_keeps_is_cleaned(self, desk: Desk) -> None:
        runs = desk.catalog.runs
        await runs.begin(RUN)
        await runs.keep(ID, [replace(FIRST, answer="À\0 \ud800Lyon", found=("b\0",))])
        (kept,) = await runs.results(ID)
        assert kept.answer is not None
        assert kept.answer.startswith("À")
        assert kept.answer.endswith("Lyon")
