"""``diptych eval judge`` and ``calibrate``: what a judge says of a run, and what that is worth."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from contracts.errors import InvalidInput, NotFound
from contracts.judging import BY_MODEL, WITHOUT_MODEL, Calibrated
from deploy.commands.console import (
    DONE,
    NOT_CLEAN,
    JsonOption,
    QuietOption,
    emit,
    out,
    plain,
    progress,
    run,
)
from deploy.judges import judging, suite_of
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych
from eval.calibrating import Calibration, HumanLabel, calibrate, load_labels
from eval.judging import Report, Wish, values_of

EVERY = (*BY_MODEL, *WITHOUT_MODEL)
RunArgument = Annotated[str, typer.Argument(help="Run by name or id.")]


def judge_run(
    which: RunArgument,
    metrics: Annotated[
        str, typer.Option(help="Metrics, with commas between; 'plain' needs no model.")
    ] = ",".join(EVERY),
    suite: Annotated[Path | None, typer.Option(help="Where the run's suite is by now.")] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="So many questions only.")] = None,
    repeats: Annotated[int, typer.Option(min=1, max=20, help="Judge so many times.")] = 3,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Have a language model judge a run's answers; stopped, the same command goes on.

    Exit code 3 when the judge failed at everything it was asked; less is told beside each figure.
    """
    wish = Wish(_metrics(metrics), sample, repeats)

    async def main() -> Report:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych, judging(diptych) as judge:
                found = await diptych.runs.find(which)
                known = await suite_of(diptych, found, suite)
                return await judge(found, known, wish, lambda n, of: bar("Judging", n, of))

    report = run(main())
    if as_json:
        emit(report)
    else:
        _show(report)
    raise typer.Exit(NOT_CLEAN if report.stopped else DONE)


def _metrics(text: str) -> tuple[str, ...]:
    """Read a list of metrics. Raises InvalidInput."""
    if text == "plain":
        return WITHOUT_MODEL
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names or set(names) - set(EVERY):
        raise InvalidInput(
            f"'{text[:60]}' does not name metrics.", f"Choose from {','.join(EVERY)}."
        )
    return names


def _show(report: Report) -> None:
    table = Table("metric", "mean", "if all were judged", "judged", "sd of repeats", box=None)
    for one in report.standings:
        table.add_row(
            one.metric,
            "-" if one.mean is None else f"{one.mean:.4f}",
            f"{one.low:.3f} to {one.high:.3f}" if one.applicable else "-",
            f"{one.judged} of {one.applicable}",
            "-" if one.sd is None else f"{one.sd:.4f}",
        )
    out.print(table)
    for one in report.standings:
        for reason, count in one.reasons:
            out.print(f"  {one.metric}: {count} x {reason}", highlight=False, markup=False)
    if report.stopped:
        out.print(f"[red]Stopped: the judge fails at everything.[/red] {report.stopped}")
    out.print(f"judge {report.judge}, {report.questions} questions", highlight=False)


def calibrate_judge(
    which: RunArgument,
    labels: Annotated[Path, typer.Argument(help="CSV: question,metric,label,person.")],
    judge: Annotated[str | None, typer.Option(help="Which, where several judged.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a judge with people's labels; below kappa 0.6 or 100 labels it is advisory.

    Exit code 3 when it is so by one of the metrics.
    """
    people = load_labels(labels)

    async def main() -> list[Calibration]:
        async with open_diptych(load()) as diptych:
            return await calibrated(diptych, which, people, judge)

    found = run(main())
    for one in found:
        if as_json:
            emit(one)
        else:
            _show_calibration(one)
    raise typer.Exit(DONE if all(one.trusted for one in found) else NOT_CLEAN)


async def calibrated(
    diptych: Diptych, which: str, people: list[HumanLabel], judge: str | None
) -> list[Calibration]:
    """Calibrate the judge of a run, and keep that. Raises NotFound, InvalidInput."""
    found = await diptych.runs.find(which)
    judges = await diptych.judgements.judges(found.id)
    if not judges:
        raise NotFound("Nobody judged this run yet.", f"Do it: diptych eval judge {which}.")
    if (judge is None and len(judges) > 1) or judge not in {None, *judges}:
        raise InvalidInput(
            f"{len(judges)} judges judged this run.", f"Name one by --judge: {', '.join(judges)}."
        )
    name = judge or next(iter(judges))
    groups = {one.question: one.group for one in await diptych.runs.results(found.id)}
    values = values_of(await diptych.judgements.judged(found.id, name))
    calibrations = calibrate(people, values, groups)
    now = datetime.now(UTC)
    await diptych.judgements.calibrate(
        [Calibrated(name, x.metric, x.trusted, now, _report(x)) for x in calibrations]
    )
    return calibrations


def _report(one: Calibration) -> dict[str, object]:
    report = plain(asdict(one))
    return report if isinstance(report, dict) else {}


def _show_calibration(one: Calibration) -> None:
    out.print(f"[bold]{one.metric}[/bold]: {one.verdict}", highlight=False)
    table = Table("split", "labels", "passed", "TPR", "TNR", "kappa", "quadratic", box=None)
    for part in one.splits:
        rates = (part.tpr, part.tnr, part.kappa, part.quadratic)
        figures = ("-" if rate is None else f"{rate:.3f}" for rate in rates)
        table.add_row(part.name, str(part.labels), str(part.passed), *figures)
    out.print(table)
    out.print(f"  passes from {one.threshold:.3f}; the judge passes {one.judge_rate:.3f}")
    for words, rate in (
        ("prediction-powered", one.true_rate),
        ("Rogan and Gladen", one.corrected_rate),
    ):
        if rate:
            within = f"{rate.value:.3f}, 95 % {rate.low:.3f} to {rate.high:.3f}"
            out.print(f"  true pass rate, {words}: {within}", highlight=False)
