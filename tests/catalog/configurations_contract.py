"""Contract of Configurations: versions, names, and the plan that every process follows."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from contracts.configurations import CHALLENGER, CHAMPION, Alias
from contracts.errors import Conflict, NotFound
from contracts.measuring import Pins, Run
from contracts.nouns import Generation, PanelName, ReadMode
from contracts.policy import Change, Policy
from contracts.tuning import Configuration, Tuning
from tests.catalog.desk import CHANGE, Desk

PLAIN = Configuration(ReadMode.FUSED)
STEEP = PLAIN.changed({"fusion.k": 10, "answer.prompt": "é {fence}", "generation": 2})
GRAPH = PLAIN.changed({"panel": "graph"})
RUN = UUID("aaaaaaaa-0000-4000-8000-000000000009")


class ConfigurationsContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_versions_are_numbered_and_come_back_as_they_were(self, desk: Desk) -> None:
        configurations = desk.catalog.configurations
        first = await configurations.add(PLAIN, "as it is\0", CHANGE)
        second = await configurations.add(STEEP, "steeper", Change("bob"))
        assert (first.number, first.configuration, first.by) == (1, PLAIN, CHANGE.actor)
        assert first.note.startswith("as it is")
        assert (second.number, second.note, second.by, second.run) == (2, "steeper", "bob", None)
        assert await configurations.get(2) == second
        assert await configurations.find("2") == second
        assert await configurations.latest() == [second, first]
        assert await configurations.latest(1) == [second]
        assert (await configurations.get(2)).configuration == STEEP

    async def test_the_same_settings_have_one_number(self, desk: Desk) -> None:
        configurations = desk.catalog.configurations
        first = await configurations.add(PLAIN, "first", CHANGE)
        again = await configurations.add(Configuration(ReadMode.FUSED, Tuning()), "again", CHANGE)
        assert again == first
        assert (await configurations.add(STEEP, "", CHANGE)).number == 2
        assert [one.subject for one in await configurations.history()] == ["2", "1"]

    async def test_a_version_keeps_the_run_that_it_was_taken_from(self, desk: Desk) -> None:
        runs, configurations = desk.catalog.runs, desk.catalog.configurations
        with pytest.raises(NotFound):
            await configurations.add(PLAIN, "", CHANGE, RUN)
        generation = Generation(1, "e5", 384, "sentences")
        pins = Pins("s", "s", "c", "default", ReadMode.FUSED, generation, {}, "1", "p")
        await runs.begin(Run(RUN, pins, 1, datetime.now(UTC)))
        version = await configurations.add(PLAIN, "", CHANGE, RUN)
        assert version.run == RUN
        await runs.forget(RUN)
        assert (await configurations.get(version.number)).configuration == PLAIN

    async def test_names_mean_versions_and_know_what_they_meant(self, desk: Desk) -> None:
        configurations = desk.catalog.configurations
        await configurations.add(PLAIN, "", CHANGE)
        await configurations.add(STEEP, "", CHANGE)
        assert await configurations.aliases() == {}
        await configurations.point(CHAMPION, 1, CHANGE)
        await configurations.point(CHALLENGER, 2, CHANGE)
        await configurations.point(CHAMPION, 2, Change("bob", forced=True, reasons=("Why not?",)))
        await configurations.point(CHAMPION, 2, CHANGE)
        assert await configurations.aliases() == {
            CHAMPION: Alias(CHAMPION, 2, 1),
            CHALLENGER: Alias(CHALLENGER, 2, None),
        }
        assert (await configurations.find(CHAMPION)).configuration == STEEP
        _, forced, challenged, first, *_ = await configurations.history()
        assert (first.subject, first.before, first.after) == (CHAMPION, {}, {"configuration": 1})
        assert challenged.subject == CHALLENGER
        assert (forced.actor, forced.forced, forced.reasons) == ("bob", True, ("Why not?",))
        assert (forced.before, forced.after) == ({"configuration": 1}, {"configuration": 2})
        assert await configurations.history(1) == (await desk.catalog.policies.audit(1))

    async def test_the_plan_carries_the_champions_tuning(self, desk: Desk) -> None:
        configurations, policies = desk.catalog.configurations, desk.catalog.policies
        plan = await policies.plan()
        assert (plan.tuning, plan.configuration) == (Tuning(), None)
        await configurations.add(STEEP, "", CHANGE)
        await configurations.point(CHALLENGER, 1, CHANGE)
        assert (await policies.plan()).configuration is None
        await configurations.point(CHAMPION, 1, CHANGE)
        plan = await policies.plan()
        assert (plan.tuning, plan.configuration) == (STEEP.tuning, 1)
        assert plan.generation.number == 1

    async def test_the_policy_changes_with_the_name_or_neither_does(self, desk: Desk) -> None:
        configurations, policies = desk.catalog.configurations, desk.catalog.policies
        await configurations.add(GRAPH, "", CHANGE)
        await policies.set(None, Policy(ReadMode.VECTOR), CHANGE)
        await configurations.point(CHAMPION, 1, CHANGE, Policy(ReadMode.GRAPH))
        assert (await policies.plan()).default == Policy(ReadMode.GRAPH)
        named, switched = sorted((await policies.audit(2)), key=lambda one: one.action)
        assert (named.action, switched.action) == ("configuration.name", "policy.set")
        await policies.set(None, Policy(ReadMode.VECTOR), CHANGE)
        await desk.catalog.register.disable(PanelName.GRAPH, CHANGE)
        await configurations.add(STEEP, "", CHANGE)
        with pytest.raises(Conflict):
            await configurations.point(CHAMPION, 2, CHANGE, Policy(ReadMode.GRAPH))
        assert (await configurations.aliases())[CHAMPION].number == 1

    async def test_what_is_not_there_has_no_name(self, desk: Desk) -> None:
        configurations = desk.catalog.configurations
        for name in ("1", "0", "99999999999999999999", "champion", "", "%", "x\0", "١"):
            with pytest.raises(NotFound):
                await configurations.find(name)
        with pytest.raises(NotFound):
            await configurations.point(CHAMPION, 1, CHANGE)
        assert await desk.catalog.policies.audit() == []
