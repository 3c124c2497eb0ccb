"""Measuring the wired service: what is pinned, suites that bring their documents, compared runs."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path

from contracts.errors import InvalidInput
from contracts.measuring import SETTINGS, LoadMeter, Pins, Run, Suite
from contracts.tuning import Configuration
from deploy.models import prices
from deploy.version import VERSION
from deploy.wiring import Diptych
from eval.comparing import Measured
from eval.recording import recorded
from eval.running import Machine, Measure, Pinning, Searching
from eval.scoring import DEPTH
from eval.suites import Loaded
from retrieval.asking import Answer, AskRequest, SearchRequest, SearchResult
from telemetry.load import MachineLoad
from telemetry.spending import SpendingLoad

ROOMS = ("contracts", "eval", "inference", "ingestion", "readers", "retrieval")
"""What decides a measurement, with the panels' rooms."""
PANEL_ROOMS = ("graphstore", "vectorstore")
EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured: a suite in a workspace, with or without answers.

    ``source`` is where the suite was read from, so that it can be asked again; ``distractors``
    names documents that were put beside its own.
    """

    suite: Suite
    configurations: tuple[Configuration, ...]
    workspace: str
    answers: bool = False
    seed: int = 0
    source: str = ""
    distractors: str = ""


def _meter(diptych: Diptych) -> LoadMeter:
    """Give what watches the machine, and the chat model's tokens where there is one."""
    settings = diptych.settings
    machine = MachineLoad(watts=settings.processor_watts)
    chat = diptych.models.chat
    if chat is None:
        return machine
    return SpendingLoad(machine, chat.used, prices(settings))


def as_pinned(suite: Suite, runs: Sequence[Run]) -> Plan:
    """Give the plan that runs were begun by. Raises InvalidInput for runs of several plans."""
    pins = runs[0].pins
    if any(one.pins.workspace != pins.workspace or one.pins.seed != pins.seed for one in runs):
        raise InvalidInput("These runs were not begun together.", "Resume one at a time.")
    return Plan(
        suite,
        tuple(one.pins.configured for one in runs),
        pins.workspace,
        bool(pins.configuration.get("answers")),
        pins.seed,
        str(pins.configuration.get("source", "")),
        str(pins.configuration.get("distractors", "")),
    )


def searching(diptych: Diptych) -> Searching:
    """Give the search that asks as a run's pins say."""

    async def search(pins: Pins, text: str) -> SearchResult:
        tuning = pins.configured.tuning
        request = SearchRequest(
            pins.workspace, text, pins.mode, DEPTH,
            tuning=tuning, generation=pins.generation, parents=bool(tuning.answer.parents),
        )  # fmt: skip
        return await diptych.search(request)

    return search


def measure(diptych: Diptych, *, answers: bool) -> Measure:
    """Give the use case over the wired service."""

    async def ask(pins: Pins, text: str) -> Answer:
        request = AskRequest(
            pins.workspace, text, pins.mode,
            tuning=pins.configured.tuning, generation=pins.generation,
        )  # fmt: skip
        return await diptych.ask(request)

    machine = Machine(lambda: datetime.now(UTC), _meter(diptych), diptych.models.detector.detect)
    documents, ledger = diptych.documents, diptych.ledger
    search = searching(diptych)
    return Measure(diptych.runs, documents, ledger, machine, search, ask if answers else None)


async def pinning(diptych: Diptych, plan: Plan) -> Pinning:
    """Give what pins the plan's runs to everything that decides them. Raises NotFound."""
    settings, fingerprint = diptych.settings, plan.suite.fingerprint
    numbers = {one.generation for one in plan.configurations if one.generation is not None}
    named = {number: await diptych.generations.get(number) for number in numbers}

    def pins(how: Configuration, corpus: str) -> Pins:
        generation = diptych.generation if how.generation is None else named[how.generation]
        return Pins(
            suite=plan.suite.name,
            suite_fingerprint=fingerprint,
            corpus_fingerprint=corpus,
            workspace=plan.workspace,
            mode=how.mode,
            generation=generation,
            models={
                "embedder": generation.model,
                "chat": settings.llm_model if settings.llm_url else EXTRACTIVE,
            },
            code=code(),
            packages=packages(),
            configuration={
                "answers": plan.answers,
                "depth": DEPTH,
                "source": plan.source,
                SETTINGS: how.settings(),
                **({"distractors": plan.distractors} if plan.distractors else {}),
            },
            seed=plan.seed,
        )

    return pins


@cache
def code() -> str:
    """Name the program by its version and its source: a changed line is another program."""
    root = Path(__file__).parent.parent
    state = hashlib.sha256()
    for room in (*ROOMS, *PANEL_ROOMS):
        for path in sorted((root / room).rglob("*.*")):
            if path.suffix in {".py", ".sql", ".cypher", ".toml"}:
                state.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return f"{VERSION}+{state.hexdigest()[:12]}"


@cache
def packages() -> str:
    """Name what is installed by one digest."""
    found = sorted({f"{one.name}=={one.version}" for one in metadata.distributions()})
    return hashlib.sha256("\n".join(found).encode()).hexdigest()[:12]


def workspace_of(loaded: Loaded) -> str:
    """Name the workspace of a suite's own documents: other documents, another workspace."""
    letters = (c if c.isascii() and c.isalnum() else "-" for c in loaded.suite.name.lower())
    digest = hashlib.sha256(_lines(loaded).encode()).hexdigest()[:8]
    return f"eval-{''.join(letters)[:40].strip('-')}-{digest}"


@contextmanager
def corpus_file(loaded: Loaded) -> Iterator[Path]:
    """Lend a suite's documents as a corpus file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.jsonl"
        path.write_text(_lines(loaded), encoding="utf-8")
        yield path


def _lines(loaded: Loaded) -> str:
    records = ({"_id": x.id, "title": x.title, "text": x.text} for x in loaded.documents)
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


async def carry_out(
    diptych: Diptych, plan: Plan, progress: Callable[[int, int], None], resumed: Sequence[Run] = ()
) -> list[Run]:
    """Begin the plan's runs, or go on with those given, and ask every question."""
    await diptych.warm()  # else the first question would wait 2 s for the model
    use_case, pins = measure(diptych, answers=plan.answers), await pinning(diptych, plan)
    runs = resumed or await use_case.begin(plan.suite, plan.configurations, pins, plan.workspace)
    return await use_case.finish(plan.suite, runs, pins, progress)


async def measured(diptych: Diptych, run: Run, label: str) -> Measured:
    """Give a run with its results."""
    return Measured(label, run, tuple(await diptych.runs.results(run.id)))


def from_file(name: str) -> Measured | None:
    """Give the recorded run of that path, or None when it is no path. Raises InvalidInput."""
    path = Path(name)
    if path.is_file():
        return replace(recorded(path), label=name)
    if path.suffix == ".json":
        raise InvalidInput(f"{path} does not exist.", "Record a run: diptych eval record.")
    return None


async def find(diptych: Diptych, name: str) -> Measured:
    """Give the run of that name, id or path. Raises NotFound, InvalidInput."""
    return from_file(name) or await measured(diptych, await diptych.runs.find(name), name)
