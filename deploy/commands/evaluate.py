"""``diptych eval`` and ``diptych compare``: how good the service is, and what is better."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from contracts.errors import InvalidInput, SetupFailed
from contracts.measuring import Run
from contracts.nouns import DEFAULT_WORKSPACE, ReadMode
from contracts.policy import Change
from contracts.record import VersionState
from deploy import measuring
from deploy.commands.console import (
    DONE,
    NOT_CLEAN,
    Bar,
    JsonOption,
    QuietOption,
    emit,
    err,
    out,
    progress,
    run,
)
from deploy.commands.ingest import pour
from deploy.commands.switch import actor
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych
from eval.comparing import PRIMARY, Measured, Pairing, compare
from eval.corpus import Doubt, anchor, look
from eval.gating import Gate, judge
from eval.importing import load_suite
from eval.recording import record
from eval.statistics import percentiles
from eval.suites import Loaded

MODES = (ReadMode.VECTOR, ReadMode.GRAPH, ReadMode.FUSED)
CHAMPION = "champion"
SHOWN = 10

SuiteArgument = Annotated[
    Path, typer.Argument(help="BEIR folder, SQuAD .json, .csv or questions .jsonl.")
]
WorkspaceOption = Annotated[
    str | None,
    typer.Option("--workspace", "-w", help="Where the documents are; none: the suite's own."),
]
AnswersOption = Annotated[bool, typer.Option("--answers", help="Ask as well, not only search.")]
SeedOption = Annotated[int, typer.Option(help="Decides the order of the questions.")]
MetricOption = Annotated[str, typer.Option("--metric", help="The metric that decides.")]

evaluate = typer.Typer(help="Measure the service with suites of questions.", no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class Summary:
    """A run's figures: means of the metrics over the questions that they concern."""

    label: str
    run: Run
    metrics: dict[str, float]
    took_ms: dict[str, dict[str, float]]
    failed: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Runs side by side, and every pair of them."""

    runs: tuple[Summary, ...]
    comparisons: tuple[Pairing, ...] = field(default=())


@evaluate.command("run")
def run_suite(
    suite: SuiteArgument,
    panel: Annotated[list[ReadMode] | None, typer.Option("--panel", "-p")] = None,
    workspace: WorkspaceOption = None,
    answers: AnswersOption = False,
    seed: SeedOption = 0,
    resume: Annotated[list[str] | None, typer.Option(help="Go on with these runs.")] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Ask every question of a suite and keep what came of each.

    Several panels are asked in turns. Stopped, it goes on with --resume where it was.
    """
    loaded = load_suite(suite)

    async def main() -> list[Measured]:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                runs = [await diptych.runs.find(name) for name in resume or ()]
                modes = tuple(panel or MODES)
                return await measure_suite(
                    diptych, loaded, workspace, modes, answers, seed, runs, bar
                )

    _show_runs(Compared(tuple(map(summary, run(main())))), as_json=as_json)


def compare_runs(
    runs: Annotated[list[str] | None, typer.Argument(help="Runs by name, id or file.")] = None,
    suite: Annotated[Path | None, typer.Option(help="Measure this suite now instead.")] = None,
    panels: Annotated[str, typer.Option(help="Panels to measure.")] = ",".join(MODES),
    workspace: WorkspaceOption = None,
    answers: AnswersOption = False,
    metric: MetricOption = PRIMARY,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Compare runs, or panels on a suite in one go, question by question.

    A suite's own documents are ingested into a workspace of their own when they are not there.
    """
    if bool(runs) == bool(suite):
        raise InvalidInput(
            "A comparison is of runs or of a suite's panels.", "Name two runs, or --suite FOLDER."
        )
    modes = _modes(panels)
    loaded = load_suite(suite) if suite else None

    async def main() -> list[Measured]:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                if loaded is None:
                    return [await measuring.find(diptych, name) for name in runs or ()]
                return await measure_suite(diptych, loaded, workspace, modes, answers, 0, (), bar)

    recorded = [measuring.from_file(name) for name in runs or ()]
    files = [one for one in recorded if one]
    found = files if runs and len(files) == len(runs) else run(main())
    pairs = compare(found, metric)
    _show_runs(Compared(tuple(map(summary, found)), tuple(pairs)), as_json=as_json)


def _modes(panels: str) -> tuple[ReadMode, ...]:
    """Read a list of panels. Raises InvalidInput."""
    names = [name.strip() for name in panels.split(",") if name.strip()]
    unknown = [name for name in names if name not in MODES]
    if unknown or not names:
        raise InvalidInput(
            f"'{panels[:40]}' does not name panels.", f"Choose from {','.join(MODES)}."
        )
    return tuple(dict.fromkeys(map(ReadMode, names)))


async def measure_suite(
    diptych: Diptych,
    loaded: Loaded,
    workspace: str | None,
    modes: Sequence[ReadMode],
    answers: bool,
    seed: int,
    resumed: Sequence[Run],
    bar: Bar,
) -> list[Measured]:
    """Have the documents, ask the questions, and give the runs by their panels."""
    if resumed:
        pins = resumed[0].pins
        place, seed = pins.workspace, pins.seed
        answers = bool(pins.configuration.get("answers"))
    else:
        place = workspace or await _filled(diptych, loaded, bar)
    plan = measuring.Plan(loaded.suite, tuple(modes), place, answers, seed)
    asked = await measuring.carry_out(
        diptych, plan, lambda done, total: bar("Asking", done, total), resumed
    )
    return [await measuring.measured(diptych, one, str(one.pins.mode)) for one in asked]


async def _filled(diptych: Diptych, loaded: Loaded, bar: Bar) -> str:
    """Have the suite's documents in a workspace of their own; give the workspace."""
    if not loaded.documents:
        return DEFAULT_WORKSPACE
    workspace = measuring.workspace_of(loaded)
    await diptych.people.add_workspace(workspace)
    counts = await diptych.documents.counts(workspace)
    ended = sum(counts.get(state, 0) for state in (VersionState.LIVE, VersionState.QUARANTINED))
    if ended < len(loaded.documents):
        with measuring.corpus_file(loaded) as path:
            files = [(path, "corpus")]
            async for outcome in pour(diptych, files, workspace, {}, bar, wait=True):
                if outcome.reason:
                    err.print(f"{outcome.external_id}: {outcome.reason}", markup=False)
    return workspace


def summary(one: Measured) -> Summary:
    """Sum up a run."""
    columns: dict[str, list[float]] = {}
    times: dict[str, list[float]] = {}
    for result in one.results:
        for name, value in result.metrics.items():
            columns.setdefault(name, []).append(value)
        for stage, ms in result.took_ms.items():
            times.setdefault(stage, []).append(ms)
    return Summary(
        label=one.label,
        run=one.run,
        metrics={name: sum(values) / len(values) for name, values in sorted(columns.items())},
        took_ms={stage: percentiles(values) for stage, values in times.items()},
        failed=sum(result.error is not None for result in one.results),
    )


@evaluate.command("audit")
def audit_suite(
    suite: SuiteArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """List the labels that do not match the documents, or not for certain."""
    loaded = load_suite(suite)

    async def main() -> tuple[Doubt, ...]:
        async with open_diptych(load()) as diptych:
            own = measuring.workspace_of(loaded) if loaded.documents else DEFAULT_WORKSPACE
            corpus = await look(diptych.documents, workspace or own)
            return (await anchor(loaded.suite.questions, corpus, diptych.ledger)).doubts

    doubts = run(main())
    for doubt in doubts:
        if as_json:
            emit(doubt)
        else:
            where = f"{doubt.question}: {doubt.label.document}: {doubt.label.quote[:80]}"
            out.print(f"{where} ({doubt.fault})", highlight=False, markup=False)
    raise typer.Exit(NOT_CLEAN if doubts else DONE)


@evaluate.command("list")
def list_runs(limit: int = 20, as_json: JsonOption = False) -> None:
    """List the latest runs."""

    async def main() -> list[Run]:
        async with open_diptych(load()) as diptych:
            return await diptych.runs.latest(limit)

    for one in run(main()):
        if as_json:
            emit(one)
            continue
        state = "" if one.complete else f", {one.done} of {one.questions}"
        out.print(
            f"{one.id} {one.begun:%Y-%m-%d %H:%M} {one.pins.suite} {one.pins.mode}{state}",
            highlight=False,
        )


@evaluate.command("name")
def name_run(
    which: Annotated[str, typer.Argument(help="Run by name or id.")],
    name: Annotated[str, typer.Option("--as", help="What it is called from now on.")] = CHAMPION,
) -> None:
    """Let a name mean a run: the baseline of the gate is the champion."""

    async def main() -> None:
        async with open_diptych(load()) as diptych:
            found = await diptych.runs.find(which)
            if not found.complete:
                raise InvalidInput(f"The run {found.id} is not finished.", "Finish it: --resume.")
            await diptych.runs.name(name, found.id, Change(actor()))

    run(main())


@evaluate.command("forget")
def forget_run(which: Annotated[str, typer.Argument(help="Run by name or id.")]) -> None:
    """Remove a run with all that came of it; not one that has a name."""

    async def main() -> None:
        async with open_diptych(load()) as diptych:
            await diptych.runs.forget((await diptych.runs.find(which)).id)

    run(main())


@evaluate.command("record")
def record_run(
    which: Annotated[str, typer.Argument(help="Run by name or id.")], file: Path
) -> None:
    """Write a run with its results into a file, for a gate where there is no service."""

    async def main() -> Measured:
        async with open_diptych(load()) as diptych:
            return await measuring.find(diptych, which)

    record(run(main()), file)


@evaluate.command("gate")
def gate_run(
    baseline: Annotated[str, typer.Option(help="Run by name, id or file.")] = CHAMPION,
    candidate: Annotated[str | None, typer.Option(help="Likewise; none: the latest.")] = None,
    metric: MetricOption = PRIMARY,
    as_json: JsonOption = False,
) -> None:
    """Compare a run with the baseline; exit code 3 when it must not follow it.

    Between two files nothing is started and nothing asked: for a build server.
    """

    async def main() -> tuple[Measured, Measured]:
        async with open_diptych(load()) as diptych:
            newest = await diptych.runs.latest(1)
            if candidate is None and not newest:
                raise SetupFailed("There is no run yet.", "Measure: diptych eval run SUITE.")
            name = candidate or str(newest[0].id)
            return await measuring.find(diptych, baseline), await measuring.find(diptych, name)

    old = measuring.from_file(baseline)
    new = measuring.from_file(candidate) if candidate else None
    found = judge(*((old, new) if old and new else run(main())), metric)
    if as_json:
        emit({"passed": found.passed, "gate": found})
    else:
        _show_gate(found)
    raise typer.Exit(DONE if found.passed else NOT_CLEAN)


def _show_gate(found: Gate) -> None:
    for block in found.blocks:
        out.print(f"[red]blocked[/red] {block}", highlight=False)
    for doubt in found.doubts:
        out.print(f"[yellow]not proven[/yellow] {doubt}", highlight=False)
    if found.pairing:
        out.print(found.pairing.sentence, highlight=False, markup=False)
    out.print("[green]passed[/green]" if found.passed else "[red]not passed[/red]")


def _show_runs(found: Compared, *, as_json: bool) -> None:
    if as_json:
        emit(found)
        return
    table = Table("metric", *(one.label for one in found.runs), box=None)
    for name in sorted({name for one in found.runs for name in one.metrics}):
        table.add_row(name, *(f"{one.metrics.get(name, 0):.4f}" for one in found.runs))
    for share in ("p50", "p95"):
        times = (one.took_ms.get("total", {}).get(share, 0) for one in found.runs)
        table.add_row(f"ms {share}", *(f"{ms:.1f}" for ms in times))
    out.print(table)
    for one in found.runs:
        out.print(f"{one.label}: run {one.run.id}", highlight=False)
    for pair in found.comparisons:
        _show_pair(pair)


def _show_pair(pair: Pairing) -> None:
    out.print(f"\n[bold]{pair.sentence}[/bold]".replace(" [", " \\["), highlight=False)
    for line in pair.lines[1:]:
        out.print(
            f"  {line.metric}: {line.effect.mean:+.4f}, p {line.p:.4f}, {line.verdict}",
            highlight=False,
        )
    for one in pair.slices:
        out.print(
            f"  {one.dimension} {one.value}: {one.line.effect.mean:+.4f}, "
            f"{one.line.effect.questions} questions, {one.line.verdict}",
            highlight=False,
        )
    for guard in pair.guards:
        out.print(f"  {guard.sentence}", highlight=False, markup=False)
    for note in pair.notes:
        out.print(f"  [yellow]{note}[/yellow]", highlight=False)
    for changed in pair.changed[:SHOWN]:
        scores = f"{changed.first:.2f} → {changed.second:.2f}"
        out.print(f"  {scores} {changed.text[:80]}", highlight=False, markup=False)
    if pair.changed_count > SHOWN:
        out.print(f"  ... {pair.changed_count} questions changed in all (--json lists more)")
