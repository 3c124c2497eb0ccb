"""Runs: asks every question of a suite in one or several ways and keeps what came of each."""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import PurePath
from typing import Protocol
from uuid import UUID, uuid4

from contracts.errors import Conflict, DiptychError, InvalidInput, Unavailable
from contracts.measuring import LoadMeter, Pins, Question, Result, Run, Runs, Suite
from contracts.tuning import Configuration
from eval.answers import Place
from eval.checking import FoundAnswer, FoundPassage
from eval.corpus import Anchored, Listing, Readings, anchor, look
from eval.scoring import Answered, Observed, failed, score, slices

KEEP_AT_ONCE = 25
"""Results written at a time: what is asked again after a crash."""
SHOWN = 10


class FoundSearch(Protocol):
    """A search's result, as retrieval gives it."""

    @property
    def found(self) -> Sequence[FoundPassage]:
        """The passages, best first."""
        ...

    @property
    def degraded(self) -> str | None:
        """Why it is not what was asked for."""
        ...

    @property
    def took_ms(self) -> Mapping[str, float]:
        """Milliseconds by stage, ``total`` among them."""
        ...


class TimedAnswer(FoundAnswer, Protocol):
    """An answer with its times and its search."""

    @property
    def search(self) -> FoundSearch:
        """The search that it rests on."""
        ...

    @property
    def took_ms(self) -> Mapping[str, float]:
        """Milliseconds by stage."""
        ...


Searching = Callable[[Pins, str], Awaitable[FoundSearch]]
"""Searches for a text as a run's pins say, ``eval.scoring.DEPTH`` passages deep."""
Asking = Callable[[Pins, str], Awaitable[TimedAnswer]]
Pinning = Callable[[Configuration, str], Pins]
"""Gives the pins of a run of a configuration, over a corpus of this fingerprint."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What a run needs beside the service: the clock, the load, the language of a question."""

    now: Callable[[], datetime]
    meter: LoadMeter
    detect: Callable[[str], str]


class Measure:
    """Measures a suite. Without ``ask`` only searches are measured.

    Several configurations are asked question by question in turn, so that whatever the machine does
    meanwhile strikes all of them alike. Questions come in an order that the seed decides.
    """

    def __init__(
        self,
        runs: Runs,
        documents: Listing,
        ledger: Readings,
        machine: Machine,
        search: Searching,
        ask: Asking | None = None,
    ) -> None:
        self._runs = runs
        self._documents = documents
        self._ledger = ledger
        self._machine = machine
        self._search = search
        self._ask = ask

    async def begin(
        self,
        suite: Suite,
        configurations: Sequence[Configuration],
        pinning: Pinning,
        workspace: str,
    ) -> list[Run]:
        """Record a run for each configuration, over the documents as they are now.

        Raises Conflict while documents are on their way, InvalidInput for labels that do not
        match them.
        """
        corpus = await look(self._documents, workspace)
        anchored = await anchor(suite.questions, corpus, self._ledger)
        if anchored.broken:
            one = anchored.broken[0]
            raise InvalidInput(
                f"{len(anchored.broken)} labels do not match the documents; question "
                f"'{one.question}', '{one.label.document}': {one.fault}.",
                "List them with diptych eval audit, then mend the suite or ingest what is missing.",
            )
        now, total = self._machine.now(), len(suite.questions)
        runs = [
            Run(uuid4(), pinning(one, corpus.fingerprint), total, now) for one in configurations
        ]
        for run in runs:
            await self._runs.begin(run)
        return runs

    async def finish(
        self,
        suite: Suite,
        runs: Sequence[Run],
        pinning: Pinning,
        progress: Callable[[int, int], None],
    ) -> list[Run]:
        """Ask what was not asked yet, and give the runs as they ended.

        Raises Conflict when anything is no longer as it was pinned, before or after. Raises
        Unavailable when the service cannot answer as asked: what was asked is kept, and the
        same call goes on from there.
        """
        workspace = runs[0].pins.workspace
        corpus = await look(self._documents, workspace)
        for run in runs:
            _check(run, pinning(run.pins.configured, corpus.fingerprint))
        anchored = await anchor(suite.questions, corpus, self._ledger)
        with self._machine.meter.watching() as load:
            await self._ask_all(suite, runs, anchored, progress)
        after = (await look(self._documents, workspace)).fingerprint
        for run in runs:
            _check(run, pinning(run.pins.configured, after))
            await self._runs.end(run.id, load, self._machine.now())
        return [await self._runs.get(run.id) for run in runs]

    async def _ask_all(
        self,
        suite: Suite,
        runs: Sequence[Run],
        anchored: Anchored,
        progress: Callable[[int, int], None],
    ) -> None:
        """Ask each question that a run lacks; what was asked is kept, however it ends."""
        asked = {run.id: {one.question for one in await self._runs.results(run.id)} for run in runs}
        fresh: dict[UUID, list[Result]] = {run.id: [] for run in runs}
        questions = sorted(suite.questions, key=lambda one: one.id)
        random.Random(runs[0].pins.seed).shuffle(questions)  # noqa: S311 - an order, no secret
        try:
            for number, question in enumerate(questions):
                turn = number % len(runs)
                for run in (*runs[turn:], *runs[:turn]):
                    if question.id not in asked[run.id]:
                        fresh[run.id].append(await self._result(question, run, anchored))
                if any(len(results) >= KEEP_AT_ONCE for results in fresh.values()):
                    await self._keep(fresh)
                progress(number + 1, len(questions))
        finally:
            await self._keep(fresh)

    async def _keep(self, fresh: dict[UUID, list[Result]]) -> None:
        for run, results in fresh.items():
            if results:
                await self._runs.keep(run, results)
                results.clear()

    async def _result(self, question: Question, run: Run, anchored: Anchored) -> Result:
        """Ask one question. Raises Unavailable where asking it later may do better."""
        labels = anchored.places[question.id]
        blank = Result(
            question=question.id,
            text=question.text,
            group=question.group,
            slices=slices(question, self._machine.detect),
            metrics={},
            took_ms={},
        )
        try:
            names, observed = await self._observe(question.asked, run.pins)
        except Unavailable:
            raise
        except DiptychError as error:
            zeros = failed(question, labels, answers=self._ask is not None)
            return replace(blank, metrics=zeros, error=str(error))
        answer = observed.answer
        return replace(
            blank,
            metrics=score(question, labels, observed),
            took_ms=observed.took_ms,
            found=names,
            answer=answer.text if answer else None,
            refused=answer.refused if answer else None,
        )

    async def _observe(self, text: str, pins: Pins) -> tuple[tuple[str, ...], Observed]:
        """Put a text to the service, and give the names of what was found with the places."""
        result = await self._search(pins, text)
        _whole(result)
        took = dict(result.took_ms)
        answered = None
        if self._ask:
            answer = await self._ask(pins, text)
            _whole(answer.search)
            took |= {f"ask_{stage}": ms for stage, ms in answer.took_ms.items()}
            cited = (Place(str(c.chunk.document), c.part, c.span) for c in answer.citations)
            answered = Answered(answer.text, answer.refused, tuple(cited))
        chunks = [one.read for one in result.found]
        places = tuple(Place(str(one.id.document), one.part, one.span) for one in chunks)
        names = dict.fromkeys(one.external_id or PurePath(one.source).name for one in result.found)
        return tuple(names)[:SHOWN], Observed(places, answered, took)


def _whole(result: FoundSearch) -> None:
    """Refuse to measure one panel for another. Raises Unavailable."""
    if result.degraded:
        raise Unavailable(
            f"The service is degraded, so nothing is measured: {result.degraded}",
            "Mend it (diptych doctor), then go on with diptych eval run SUITE --resume RUN.",
        )


def _check(run: Run, now: Pins) -> None:
    """Raise Conflict when a run would not measure what it says."""
    names = (one.name for one in fields(Pins))
    other = [name for name in names if getattr(now, name) != getattr(run.pins, name)]
    if other:
        raise Conflict(
            f"The run {run.id} began with another {' and '.join(other)}.".replace("_", " "),
            "Begin a new run.",
        )
