"""Championship: configurations over the wired service, each promotion with its gate."""

from collections.abc import Mapping

from contracts.configurations import CHAMPION, Configurations, Version
from contracts.measuring import Run, Runs
from contracts.policy import AuditRow
from contracts.tuning import PANEL, Configuration
from deploy.wiring import Diptych
from eval.comparing import PRIMARY, Measured
from eval.gating import judge
from retrieval.promoting import Promote, Promotion, Standings, Verdict, Wanted

LOOKED_THROUGH = 500
"""Latest runs among which those of a configuration are looked for."""


class Championship:
    """Adds, gates and promotes configurations. Verbs raise CatalogUnavailable."""

    def __init__(self, configurations: Configurations, runs: Runs, promote: Promote) -> None:
        self._configurations = configurations
        self._runs = runs
        self._promote = promote

    async def standings(self) -> Standings:
        """Tell what answers now."""
        aliases = await self._configurations.aliases()
        alias = aliases.get(CHAMPION)
        champion = await self._configurations.get(alias.number) if alias else None
        return Standings(await self._promote.serving(), aliases, champion)

    async def versions(self, limit: int = 100) -> list[Version]:
        """Give the latest versions, newest first."""
        return await self._configurations.latest(limit)

    async def find(self, name: str) -> Version:
        """Give the version of that number or alias. Raises NotFound."""
        return await self._configurations.find(name)

    async def history(self, limit: int = 100) -> list[AuditRow]:
        """Give the latest changes of configurations and names, newest first."""
        return await self._configurations.history(limit)

    async def add(
        self, settings: Mapping[str, object], run: str | None, note: str, actor: str
    ) -> Version:
        """Keep what settings make of a run's configuration, or of what answers now.

        Raises InvalidInput, NotFound.
        """
        measured = await self._runs.find(run) if run else None
        if measured:
            base = measured.pins.configured
        else:
            serving = await self._promote.serving()
            base = Configuration(serving.mode, serving.tuning)
        wanted = base.changed(settings)
        kept = measured.id if measured and wanted == base else None
        return await self._promote.add(wanted, note, actor, kept)

    async def challenge(self, name: str, actor: str) -> Version:
        """Make a version the challenger. Raises NotFound."""
        return await self._promote.challenge(name, actor)

    async def promote(self, wanted: Wanted) -> Promotion:
        """Gate a version's run against one of what answers now; apply it where that is wanted.

        Raises NotFound, and Conflict with all reasons when it is to be applied and refused.
        """
        version = await self._configurations.find(wanted.version)
        verdict = await self._verdict(version.configuration, wanted)
        if not wanted.apply:
            return await self._promote.look(version, verdict)
        return await self._promote(version, verdict, wanted.actor, force=wanted.force)

    async def back(self, actor: str) -> Version:
        """Make the former champion the champion again. Raises Conflict."""
        return await self._promote.back(actor)

    async def _verdict(self, follower: Configuration, wanted: Wanted) -> Verdict:
        """Gate the latest fitting runs, or those named."""
        serving = await self._promote.serving()
        live = int(serving.generation or 0)
        latest = await self._runs.latest(LOOKED_THROUGH)
        mine = await self._named(wanted.run, latest, follower, live)
        if not isinstance(mine, Run):
            return Verdict((mine,))
        alike = [one for one in latest if _same_questions(one, mine)]
        base = await self._named(wanted.baseline, alike, serving, live)
        if not isinstance(base, Run):
            return Verdict((base,), mine.id)
        gate = judge(await self._results(base), await self._results(mine), wanted.metric or PRIMARY)
        return Verdict(gate.blocks, mine.id, base.id)

    async def _named(
        self, name: str | None, latest: list[Run], configuration: Configuration, live: int
    ) -> Run | str:
        """Give the run named, or the latest of a configuration; a sentence where there is none."""
        found = [await self._runs.find(name)] if name else latest
        for one in found:
            if one.complete and _of(one, configuration, live):
                return one
        what = f"{PANEL} {configuration.mode}"
        if name:
            return f"The run {name} is not a complete one of this configuration ({what})."
        return (
            f"There is no complete run of the configuration to compare ({what}): measure it with "
            "diptych eval run SUITE --configuration."
        )

    async def _results(self, run: Run) -> Measured:
        return Measured(str(run.id), run, tuple(await self._runs.results(run.id)))


def championship(diptych: Diptych) -> Championship:
    """Give the championship of the wired service."""
    configurations = diptych.configurations
    parts = (configurations, diptych.policies, diptych.generations, diptych.switch)
    return Championship(configurations, diptych.runs, Promote(*parts))


def _of(run: Run, configuration: Configuration, live: int) -> bool:
    """Tell whether a run measured a configuration."""
    pins = run.pins
    number = live if configuration.generation is None else configuration.generation
    same = (pins.mode, pins.configured.tuning) == (configuration.mode, configuration.tuning)
    return same and pins.generation.number == number


def _same_questions(one: Run, other: Run) -> bool:
    """Tell whether two runs asked the same, of the same documents, in the same way."""
    return all(
        getattr(one.pins, name) == getattr(other.pins, name)
        for name in ("suite_fingerprint", "corpus_fingerprint", "workspace")
    ) and one.pins.configuration.get("answers") == other.pins.configuration.get("answers")
