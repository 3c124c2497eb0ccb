"""Trying variants over the wired service: on suites, in sweeps, and on what was really asked."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from contracts.errors import Conflict, DiptychError
from contracts.measuring import Run, Suite
from contracts.nouns import DEFAULT_WORKSPACE, Generation
from contracts.paging import pages
from contracts.tracing import Trace, TraceFilter, TraceKind
from contracts.tuning import Configuration
from contracts.variants import Variant, VariantRun
from deploy import measuring
from deploy.commands.measure import Wish, filled, measure_suite
from deploy.lab import base_of, built, estimate, known, space_of
from deploy.stores import Bar
from deploy.wiring import Diptych
from eval.comparing import PRIMARY
from eval.lab import Round, halve
from eval.leaderboard import Row, ranked, row
from eval.replaying import Replay, Reply, summed
from eval.suites import Loaded
from retrieval.asking import AskRequest

PAGE = 200
NEAR = 1000
"""Passages of two chunkers are alike when they begin in the same thousand characters of a part."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found: the combination that led, and what it is worth on all questions."""

    best: Mapping[str, str]
    tried: int
    rounds: tuple[Round, ...]
    row: Row


class Trying:
    """One variant against its base. Nothing is built before all of it was checked.

    ``tell`` hears in sentences what is about to be done.
    """

    def __init__(
        self,
        diptych: Diptych,
        variant: Variant,
        actor: str,
        bar: Bar,
        tell: Callable[[str], None],
    ) -> None:
        self._diptych = diptych
        self._variant = variant
        self._actor = actor
        self._bar = bar
        self._tell = tell

    async def on(self, loaded: Loaded, source: str, seed: int) -> Row:
        """Measure the variant and its base in turns, and give the leaderboard's row."""
        base, varied = await self._ready(loaded)
        return await self._measured(loaded, base, varied, source, seed)

    async def sweep(
        self, candidates: Sequence[Mapping[str, str]], loaded: Loaded, source: str, seed: int
    ) -> Swept:
        """Find the combination that leads, then measure it and the base on all questions."""
        base, varied = await self._ready(loaded)
        workspace = await filled(self._diptych, loaded, self._bar)
        options = [varied.changed(one) for one in candidates]

        async def scores(asked: Suite, left: Sequence[int]) -> list[float]:
            tried = tuple(options[place] for place in left)
            how = (self._variant.answers, seed, source)
            plan = measuring.Plan(asked, tried, workspace, *how)
            return await self._scores(plan)

        best, rounds = await halve(range(len(options)), loaded.suite, scores, seed)
        found = await self._measured(loaded, base, options[best], source, seed, len(options))
        return Swept(candidates[best], len(options), tuple(rounds), found)

    async def replay(self, last: int, workspace: str | None) -> Replay:
        """Answer the latest real questions both ways; each question once."""
        base, space = await self._checked(
            Loaded(Suite("", ()), workspace=workspace or DEFAULT_WORKSPACE)
        )
        varied = await self._configured(base, space)
        asked = await _asked(self._diptych, last, workspace)
        replies: tuple[list[Reply], list[Reply]] = ([], [])
        for number, one in enumerate(asked):
            turn = number % 2
            for side in (turn, 1 - turn):
                replies[side].append(await self._reply(one, (base, varied)[side]))
            self._bar("Asking", number + 1, len(asked))
        return summed([one.text for one in asked], *replies)

    async def _ready(self, loaded: Loaded) -> tuple[Configuration, Configuration]:
        """Check the variant, say what it costs, and have the documents and the generation."""
        diptych = self._diptych
        base, space = await self._checked(loaded)
        if loaded.documents:
            own = measuring.workspace_of(loaded)
            ours = {name for one in await diptych.variants.all() for name in one.workspaces}
            if own in ours or own not in await diptych.people.workspaces():
                await diptych.variants.filled(self._variant.name, own)
        await filled(diptych, loaded, self._bar)
        return base, await self._configured(base, space)

    async def _checked(self, loaded: Loaded) -> tuple[Configuration, Generation | None]:
        """Give the base and the space to build, if any; say what building costs."""
        diptych, variant = self._diptych, self._variant
        base = await base_of(diptych, variant)
        space = await space_of(diptych, variant, base)
        if space and await known(diptych, space) is None:
            self._tell((await estimate(diptych, loaded, space)).sentence)
        await diptych.variants.keep(variant, self._actor)
        return base, space

    async def _configured(self, base: Configuration, space: Generation | None) -> Configuration:
        """Give the variant's configuration, its generation built."""
        varied = base.changed(self._variant.settings)
        if space is None:
            return varied
        name = self._variant.name
        number = await built(self._diptych, name, space, self._actor, self._bar)
        return replace(varied, generation=number)

    async def _measured(
        self,
        loaded: Loaded,
        base: Configuration,
        varied: Configuration,
        source: str,
        seed: int,
        tried: int = 1,
    ) -> Row:
        how = (None, self._variant.answers, seed, source)
        wish = Wish((base, varied), *how)
        first, second = await measure_suite(self._diptych, loaded, wish, self._bar)
        pair = VariantRun(second.run.id, first.run.id)
        await self._diptych.variants.ran(self._variant.name, pair)
        return row(first, replace(second, label=self._variant.name), tried=tried)

    async def _scores(self, plan: measuring.Plan) -> list[float]:
        """Measure configurations, and leave no run of them."""
        diptych = self._diptych
        use_case = measuring.measure(diptych, answers=plan.answers)
        pins = await measuring.pinning(diptych, plan)
        runs: list[Run] = await use_case.begin(
            plan.suite, plan.configurations, pins, plan.workspace
        )
        total = len(plan.suite.questions)
        try:
            label = f"Asking {len(runs)} times {total}"
            await use_case.finish(plan.suite, runs, pins, lambda n, of: self._bar(label, n, of))
            means = await diptych.runs.means([one.id for one in runs], PRIMARY)
        finally:
            for one in runs:
                await diptych.runs.forget(one.id)
        return [means.get(one.id, 0.0) for one in runs]

    async def _reply(self, asked: Trace, how: Configuration) -> Reply:
        number = how.generation
        generation = await self._diptych.generations.get(number) if number is not None else None
        request = AskRequest(
            asked.workspace, asked.text, how.mode, tuning=how.tuning, generation=generation
        )
        begun = time.perf_counter()
        try:
            answer = await self._diptych.ask(request)
        except DiptychError:
            return Reply(None)
        took = 1000 * (time.perf_counter() - begun)
        chunks = (one.chunk for one in answer.search.found)
        places = ((one.id.document, one.part, one.span.start // NEAR) for one in chunks)
        return Reply(tuple(places), answer.refused, took)


async def _asked(diptych: Diptych, last: int, workspace: str | None) -> list[Trace]:
    """Give the latest questions, each once."""
    found: dict[tuple[str, str], Trace] = {}
    wanted = TraceFilter(workspace=workspace, kind=TraceKind.ASK)
    async for page in pages(partial(diptych.traced.traces.find, wanted, limit=PAGE)):
        for one in page.items:
            found.setdefault((one.workspace, one.text), one)
        if len(found) >= last:
            break
    return list(found.values())[:last]


async def latest(diptych: Diptych, name: str) -> VariantRun:
    """Give a variant's latest run. Raises NotFound, Conflict for one that was never tried."""
    kept = await diptych.variants.get(name)
    if not kept.runs:
        raise Conflict(f"The variant '{name}' was not measured.", "Try it: diptych lab try FILE.")
    return kept.runs[-1]


async def board(diptych: Diptych, suites: Collection[str] = ()) -> list[Row]:
    """Give each variant's latest run of each suite (of these, where any is named), best first."""
    rows: list[Row] = []
    for kept in await diptych.variants.all():
        newest: dict[str, tuple[Run, VariantRun]] = {}
        for pair in kept.runs:
            run = await diptych.runs.get(pair.run)
            if run.complete and (not suites or run.pins.suite in suites):
                newest[run.pins.suite] = (run, pair)
        for run, pair in newest.values():
            base = await diptych.runs.get(pair.baseline)
            first = await measuring.measured(diptych, base, "base")
            rows.append(row(first, await measuring.measured(diptych, run, kept.variant.name)))
    return ranked(rows)
