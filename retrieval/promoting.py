"""The use case of promoting: a kept configuration answers from now on, or the former one again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from contracts.configurations import CHALLENGER, CHAMPION, Alias, Configurations, Version
from contracts.errors import Conflict
from contracts.policy import Change, Generations, Policies, Policy, ReadPlan
from contracts.tuning import GENERATION, Configuration, Difference, differences
from retrieval.prompting import rules
from retrieval.switching import Step, Switch

AS_IT_WAS = "What answered before."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate decided of a configuration's run against one of what answers now.

    ``reasons`` speak against it; it passed when there is none.
    """

    reasons: tuple[str, ...]
    run: UUID | None = None
    baseline: UUID | None = None


@dataclass(frozen=True, slots=True)
class Promotion:
    """What a promotion changes, what speaks against it, and whether it was done.

    ``before`` is what answers until then, whatever the champion was promoted as.
    """

    version: Version
    before: Configuration
    changes: tuple[Difference, ...]
    reasons: tuple[str, ...]
    done: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who promotes what: a version by number or alias, and the runs that shall decide.

    Without names the latest fitting runs decide, by the usual metric. Without ``apply`` nothing
    changes.
    """

    version: str
    actor: str
    run: str | None = None
    baseline: str | None = None
    metric: str = ""
    force: bool = False
    apply: bool = False


@dataclass(frozen=True, slots=True)
class Standings:
    """What answers now, and what the names mean."""

    serving: Configuration
    aliases: Mapping[str, Alias]
    champion: Version | None


class Promote:
    """Makes versions champion or challenger. Every verb raises CatalogUnavailable."""

    def __init__(
        self,
        configurations: Configurations,
        policies: Policies,
        generations: Generations,
        switch: Switch,
    ) -> None:
        self._configurations = configurations
        self._policies = policies
        self._generations = generations
        self._switch = switch

    async def add(
        self, configuration: Configuration, note: str, actor: str, run: UUID | None = None
    ) -> Version:
        """Keep a configuration that could answer.

        Raises InvalidInput for its prompt, NotFound for its generation or the run.
        """
        rules(configuration.tuning.answer.prompt)
        if configuration.generation is not None:
            await self._generations.get(configuration.generation)
        return await self._configurations.add(configuration, note, Change(actor), run)

    async def challenge(self, name: str, actor: str) -> Version:
        """Make a version the challenger. Raises NotFound."""
        version = await self._configurations.find(name)
        await self._configurations.point(CHALLENGER, version.number, Change(actor))
        return version

    async def serving(self) -> Configuration:
        """Give what answers now, the live generation named."""
        return _serving(await self._policies.plan())

    async def look(self, version: Version, verdict: Verdict) -> Promotion:
        """Tell what promoting a version would change and what speaks against it."""
        plan = await self._policies.plan()
        before, after = _serving(plan), _named(version.configuration, plan)
        reasons = [*verdict.reasons, *await self._against(before, after)]
        return Promotion(version, before, differences(before, after), tuple(reasons))

    async def __call__(
        self, version: Version, verdict: Verdict, actor: str, *, force: bool = False
    ) -> Promotion:
        """Make a version the champion: every process answers by it within a second.

        Raises Conflict with all reasons when something speaks against it, and changes nothing;
        ``force`` goes ahead and keeps the reasons in the audit. Another panel serves, and another
        generation is live, from then on too, as with a switch and an activation. Raises Conflict
        for a panel that is off and a generation that is not complete.
        """
        found = await self.look(version, verdict)
        if found.reasons and not force:
            raise Conflict(
                f"The promotion is refused: {' '.join(found.reasons)}",
                "Mend that first, or use --force, which is kept in the audit.",
            )
        await self._note_serving(found, actor)
        await self._point(version, Change(actor, force, found.reasons))
        return replace(found, done=True)

    async def back(self, actor: str) -> Version:
        """Make the former champion the champion again; twice comes back. Raises Conflict."""
        champion = (await self._configurations.aliases()).get(CHAMPION)
        if champion is None or champion.previous is None:
            raise Conflict("There is no former champion.", "Promote a configuration first.")
        version = await self._configurations.get(champion.previous)
        await self._point(version, Change(actor))
        return version

    async def _note_serving(self, found: Promotion, actor: str) -> None:
        """Have the champion mean what answers now, so that one can go back to it.

        It names its generation only where the promotion leaves it: else it follows the live one.
        """
        before = found.before
        moves = any(one.key == GENERATION for one in found.changes)
        exact = before if moves else replace(before, generation=None)
        champion = (await self._configurations.aliases()).get(CHAMPION)
        if champion:
            known = await self._configurations.get(champion.number)
            if known.configuration in {before, exact}:
                return
        version = await self._configurations.add(exact, AS_IT_WAS, Change(actor))
        await self._configurations.point(CHAMPION, version.number, Change(actor))

    async def _point(self, version: Version, change: Change) -> None:
        """Let a version answer: the generation first, which is the longer way."""
        plan, wanted = await self._policies.plan(), version.configuration
        if wanted.generation not in {None, plan.generation.number}:
            await self._generations.activate(int(wanted.generation or 0), change)
        switched = Policy(wanted.mode) if wanted.mode is not plan.default.primary else None
        await self._configurations.point(CHAMPION, version.number, change, switched)

    async def _against(self, before: Configuration, after: Configuration) -> list[str]:
        """Give what production showed against another panel."""
        if before.mode is after.mode:
            return []
        return await self._switch.against(Step(after.mode))


def _serving(plan: ReadPlan) -> Configuration:
    return Configuration(plan.default.primary, plan.tuning, plan.generation.number)


def _named(configuration: Configuration, plan: ReadPlan) -> Configuration:
    """Give a configuration with the generation that it would read by name."""
    number = configuration.generation
    return replace(configuration, generation=plan.generation.number if number is None else number)
