"""Promoting: a configuration answers once its run passed the gate, and goes back in one step."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from contracts.configurations import CHALLENGER, CHAMPION
from contracts.errors import Conflict, InvalidInput, NotFound
from contracts.measuring import SETTINGS, Run
from contracts.nouns import PanelName, ReadMode
from contracts.policy import Change, Policy
from contracts.tuning import Configuration
from deploy.promoting import Championship
from retrieval.promoting import Promote, Promotion, Wanted
from tests.eval.measured import BEGUN, PINS, scores
from tests.retrieval.test_switching import Desk

GOOD = [n % 3 / 2 for n in range(60)]
BAD = [value / 2 for value in GOOD]
STEEP = {"fusion.k": 10}
ME = Change("setup")


class Arena(Desk):
    """A service whose vector panel serves alone, with its championship."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        catalog = self.catalog
        parts = (catalog.configurations, catalog.policies, catalog.generations, self.switch)
        self.championship = Championship(catalog.configurations, catalog.runs, Promote(*parts))
        self.measured = 0

    async def measure(
        self, configuration: Configuration, values: list[float], **pins: object
    ) -> UUID:
        """Have a complete run of a configuration, newer than those before."""
        self.measured += 1
        plan = await self.catalog.policies.plan()
        number = configuration.generation
        generation = await self.catalog.generations.get(number) if number else plan.generation
        pinned = replace(
            PINS, mode=configuration.mode, generation=generation,
            configuration={SETTINGS: configuration.settings()}, **pins,  # type: ignore[arg-type]
        )  # fmt: skip
        begun = BEGUN + timedelta(hours=self.measured)
        run = Run(UUID(int=self.measured), pinned, len(values), begun)
        await self.catalog.runs.begin(run)
        await self.catalog.runs.keep(run.id, scores("x", values).results)
        await self.catalog.runs.end(run.id, {}, begun)
        return run.id

    async def serving(self) -> Configuration:
        return (await self.championship.standings()).serving

    async def promote(self, version: str = CHALLENGER, **how: object) -> Promotion:
        return await self.championship.promote(
            Wanted(version, "me", apply=True, **how)  # type: ignore[arg-type]
        )

    async def refused(self, version: str = CHALLENGER, **how: object) -> str:  # type: ignore[override]
        """Promote what is refused; nothing must have changed."""
        before = await self.catalog.policies.plan(), await self.catalog.policies.audit()
        with pytest.raises(Conflict) as caught:
            await self.promote(version, **how)
        assert (await self.catalog.policies.plan(), await self.catalog.policies.audit()) == before
        return caught.value.message


@pytest.fixture
async def arena(tmp_path: Path) -> Arena:
    """Arena with a challenger (number 1) that differs from what answers in ``fusion.k``."""
    arena = Arena(tmp_path)
    await arena.catalog.generations.ensure("hash", 384, "paragraphs")
    await arena.catalog.policies.set(None, Policy(ReadMode.VECTOR), ME)
    await arena.championship.add(STEEP, None, "steeper", "me")
    await arena.championship.challenge("1", "me")
    return arena


async def test_a_run_that_is_not_worse_lets_its_configuration_answer(arena: Arena) -> None:
    before = await arena.serving()
    await arena.measure(before, GOOD)
    await arena.measure(before.changed(STEEP), GOOD)
    said = await arena.championship.promote(Wanted(CHALLENGER, "me"))
    assert [one.sentence for one in said.changes] == ["fusion.k: 60 → 10"]
    assert (said.reasons, said.done) == ((), False)
    assert await arena.serving() == before
    done = await arena.promote()
    assert done.done
    plan = await arena.catalog.policies.plan()
    assert (plan.tuning.fusion.k, plan.configuration) == (10, 1)
    assert plan.default == Policy(ReadMode.VECTOR)
    newest = (await arena.championship.history())[0]
    assert (newest.subject, newest.actor, newest.forced) == (CHAMPION, "me", False)


async def test_one_step_back_and_forth(arena: Arena) -> None:
    with pytest.raises(Conflict):
        await arena.championship.back("me")
    before = await arena.serving()
    await arena.promote(force=True)
    await arena.championship.back("me")
    assert await arena.serving() == before
    await arena.championship.back("me")
    assert (await arena.serving()).tuning.fusion.k == 10


async def test_without_a_run_there_is_no_promotion(arena: Arena) -> None:
    assert "no complete run of the configuration" in await arena.refused()
    await arena.measure((await arena.serving()).changed(STEEP), GOOD)
    assert "no complete run of the configuration" in await arena.refused()


async def test_a_worse_run_is_refused_with_figures(arena: Arena) -> None:
    serving = await arena.serving()
    await arena.measure(serving, GOOD)
    await arena.measure(serving.changed(STEEP), BAD)
    assert "ndcg@10 fell from 0.5000 to 0.2500" in await arena.refused()


async def test_runs_on_other_documents_questions_or_settings_do_not_count(arena: Arena) -> None:
    serving = await arena.serving()
    await arena.measure(serving.changed(STEEP), GOOD)
    await arena.measure(serving, GOOD, corpus_fingerprint="other")
    await arena.measure(serving, GOOD, suite_fingerprint="other")
    await arena.measure(serving.changed({"fusion.k": 11}), GOOD)
    await arena.measure(serving.changed({"panel": "graph"}), GOOD)
    assert "no complete run" in await arena.refused()
    await arena.measure(serving, GOOD)
    assert (await arena.promote()).done


async def test_a_named_run_must_be_of_the_configuration(arena: Arena) -> None:
    serving = await arena.serving()
    other = await arena.measure(serving, GOOD)
    assert "is not a complete one" in await arena.refused(run=str(other))
    mine = await arena.measure(serving.changed(STEEP), BAD)
    better = await arena.measure(serving.changed(STEEP), GOOD)
    assert "fell from" in await arena.refused(run=str(mine))
    assert (await arena.promote(run=str(better), baseline=str(other))).done


async def test_force_goes_ahead_and_leaves_the_reasons(arena: Arena) -> None:
    done = await arena.promote(force=True)
    assert done.done
    newest = (await arena.championship.history())[0]
    assert newest.forced
    assert newest.reasons == done.reasons
    assert newest.reasons


async def test_another_panel_needs_its_shadow_reads_as_well(arena: Arena) -> None:
    serving = await arena.serving()
    graph = serving.changed({"panel": "graph"})
    await arena.championship.add({"panel": "graph"}, None, "", "me")
    await arena.measure(serving, GOOD)
    await arena.measure(graph, GOOD)
    assert "asked of it in shadow" in await arena.refused("2")
    await arena.ready()
    assert (await arena.promote("2")).done
    assert await arena.policy() == Policy(ReadMode.GRAPH)
    assert (await arena.serving()).mode is ReadMode.GRAPH
    await arena.championship.back("me")
    assert await arena.policy() == Policy(ReadMode.VECTOR)


async def test_a_panel_that_is_off_never_answers(arena: Arena) -> None:
    await arena.championship.add({"panel": "graph"}, None, "", "me")
    await arena.catalog.register.disable(PanelName.GRAPH, ME)
    with pytest.raises(Conflict):
        await arena.promote("2", force=True)
    assert await arena.policy() == Policy(ReadMode.VECTOR)


async def test_going_back_brings_what_answered_even_after_a_switch(arena: Arena) -> None:
    await arena.promote(force=True)
    await arena.catalog.policies.set(None, Policy(ReadMode.FUSED), ME)
    later = await arena.championship.add({"fusion.k": 99}, None, "", "me")
    await arena.promote(str(later.number), force=True)
    await arena.championship.back("me")
    serving = await arena.serving()
    assert (serving.mode, serving.tuning.fusion.k) == (ReadMode.FUSED, 10)


async def test_a_run_is_kept_as_it_was_answered(arena: Arena) -> None:
    wanted = (await arena.serving()).changed({"fusion.k": 30, "panel": "fused", "generation": ""})
    run = await arena.measure(wanted, GOOD)
    version = await arena.championship.add({}, str(run), "of a run", "me")
    assert (version.configuration, version.run) == (wanted, run)
    changed = await arena.championship.add({"fusion.k": 31}, str(run), "", "me")
    assert (changed.configuration.tuning.fusion.k, changed.run) == (31, None)


@pytest.mark.parametrize(
    ("settings", "error"),
    [({"answer.prompt": "cited-0"}, InvalidInput), ({"fusion.k": 0}, InvalidInput),
     ({"generation": 9}, NotFound)],
)  # fmt: skip
async def test_what_could_never_answer_is_not_kept(
    arena: Arena, settings: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await arena.championship.add(settings, None, "", "me")
    assert len(await arena.championship.versions()) == 1
