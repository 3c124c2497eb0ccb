"""``diptych eval``: how good the service is, run by run."""

from pathlib import Path
from typing import Annotated

import typer

from contracts.errors import InvalidInput
from contracts.measuring import Run
from contracts.nouns import ReadMode
from contracts.policy import Change
from contracts.tuning import Configuration, parse_settings
from deploy import measuring
from deploy.commands.compare import Compared, show_runs, summary
from deploy.commands.console import (
    DONE,
    NOT_CLEAN,
    JsonOption,
    QuietOption,
    emit,
    out,
    progress,
    run,
)
from deploy.commands.gate import gate_run
from deploy.commands.judge import calibrate_judge, judge_run
from deploy.commands.measure import (
    CHAMPION,
    AnswersOption,
    DistractorsOption,
    SeedOption,
    SetOption,
    SuiteArgument,
    Wish,
    WorkspaceOption,
    measure_suite,
    wanted,
)
from deploy.commands.switch import actor
from deploy.curating import load_suite_from, source_of, suite_file
from deploy.settings import load
from deploy.wiring import open_diptych
from eval.comparing import Measured
from eval.corpus import Doubt, anchor, look
from eval.recording import record

evaluate = typer.Typer(help="Measure the service with suites of questions.", no_args_is_help=True)
evaluate.command("gate")(gate_run)
evaluate.command("judge")(judge_run)
evaluate.command("calibrate")(calibrate_judge)


@evaluate.command("run")
def run_suite(
    suite: SuiteArgument,
    panel: Annotated[list[ReadMode] | None, typer.Option("--panel", "-p")] = None,
    *,
    settings: SetOption = None,
    version: Annotated[
        str | None, typer.Option("--configuration", help="A kept one: number, champion, ...")
    ] = None,
    workspace: WorkspaceOption = None,
    answers: AnswersOption = False,
    seed: SeedOption = 0,
    distractors: DistractorsOption = None,
    resume: Annotated[list[str] | None, typer.Option(help="Go on with these runs.")] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Ask every question of a suite and keep what came of each.

    Several panels are asked in turns. Settings change what serves now, for this run alone.
    Stopped, it goes on with --resume where it was and as it was.
    """
    Configuration(ReadMode.FUSED).changed(parse_settings(settings or ()))
    read = suite_file(suite, distractors or ())

    async def main() -> list[Measured]:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                loaded = await load_suite_from(diptych.suites, suite, read)
                wish = Wish(
                    await wanted(diptych, settings or (), panel or (), version),
                    workspace,
                    answers,
                    seed,
                    source_of(suite, loaded),
                    tuple([await diptych.runs.find(name) for name in resume or ()]),
                )
                return await measure_suite(diptych, loaded, wish, bar)

    show_runs(Compared(tuple(map(summary, run(main())))), as_json=as_json)


@evaluate.command("audit")
def audit_suite(
    suite: SuiteArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """List the labels that do not match the documents, or not for certain."""
    read = suite_file(suite)

    async def main() -> tuple[Doubt, ...]:
        async with open_diptych(load()) as diptych:
            loaded = await load_suite_from(diptych.suites, suite, read)
            own = measuring.workspace_of(loaded) if loaded.documents else loaded.workspace
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
                raise InvalidInput(
                    f"The run {found.id} is not finished.", f"Finish it: {found.go_on}"
                )
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
