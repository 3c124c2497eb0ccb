"""``diptych compare``: runs, or panels on a suite, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from contracts.errors import InvalidInput
from contracts.measuring import Run
from contracts.nouns import ReadMode
from contracts.tuning import MODES
from deploy.commands.console import JsonOption, QuietOption, emit, out, progress, run
from deploy.commands.measure import (
    AnswersOption,
    DistractorsOption,
    MetricOption,
    SetOption,
    Wish,
    WorkspaceOption,
    measure_suite,
    wanted,
)
from deploy.commands.report import named, write_report
from deploy.curating import load_suite_from, source_of, suite_file
from deploy.settings import load
from deploy.wiring import open_diptych
from eval.comparing import PRIMARY, Measured, Pairing, compare
from eval.summing import sum_up

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Summary:
    """A run's figures: means of the metrics over the questions that they concern."""

    label: str
    run: Run
    metrics: Mapping[str, float]
    took_ms: Mapping[str, Mapping[str, float]]
    failed: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Runs side by side, and every pair of them."""

    runs: tuple[Summary, ...]
    comparisons: tuple[Pairing, ...] = field(default=())


def compare_runs(
    runs: Annotated[list[str] | None, typer.Argument(help="Runs by name, id or file.")] = None,
    suite: Annotated[Path | None, typer.Option(help="Measure this suite now instead.")] = None,
    panels: Annotated[str, typer.Option(help="Panels to measure.")] = ",".join(MODES),
    *,
    settings: SetOption = None,
    workspace: WorkspaceOption = None,
    answers: AnswersOption = False,
    distractors: DistractorsOption = None,
    metric: MetricOption = PRIMARY,
    html: Annotated[Path | None, typer.Option(help="Write a report into this file too.")] = None,
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
    read = suite_file(suite, distractors or ()) if suite else None

    async def main(suite: Path) -> list[Measured]:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                configurations = await wanted(diptych, settings or (), modes, None)
                loaded = await load_suite_from(diptych.suites, suite, read)
                source = source_of(suite, loaded)
                wish = Wish(configurations, workspace, answers, source=source)
                return await measure_suite(diptych, loaded, wish, bar)

    found = run(main(suite)) if suite else named(runs or ())
    pairs = compare(found, metric)
    show_runs(Compared(tuple(map(summary, found)), tuple(pairs)), as_json=as_json)
    if html:
        write_report(found, metric, html)


def _modes(panels: str) -> tuple[ReadMode, ...]:
    """Read a list of panels. Raises InvalidInput."""
    names = [name.strip() for name in panels.split(",") if name.strip()]
    unknown = [name for name in names if name not in MODES]
    if unknown or not names:
        raise InvalidInput(
            f"'{panels[:40]}' does not name panels.", f"Choose from {','.join(MODES)}."
        )
    return tuple(dict.fromkeys(map(ReadMode, names)))


def summary(one: Measured) -> Summary:
    """Sum up a run."""
    summed = sum_up(one.results)
    means = {mean.metric: mean.value for mean in summed.means}
    return Summary(one.label, one.run, means, summed.took_ms, summed.failed)


def show_runs(found: Compared, *, as_json: bool) -> None:
    """Print runs side by side, and their comparisons."""
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
