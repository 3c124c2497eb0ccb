"""``diptych eval reproduce``: a run asked again, and what is not the same."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from contracts.errors import InvalidInput
from contracts.measuring import Pins
from contracts.tuning import Configuration
from deploy import measuring
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
from deploy.commands.measure import Wish, measure_suite
from deploy.curating import load_suite_from
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych
from eval.comparing import Measured
from eval.reproducing import Reproduction, reproduced
from eval.suites import Loaded


def reproduce_run(
    which: Annotated[str, typer.Argument(help="Run by name, id or file.")],
    suite: Annotated[Path | None, typer.Option(help="Its suite, where it moved.")] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Ask a run's questions again as they were asked; exit code 3 when something differs.

    Names what is not the same: program, packages, documents, models, settings; then each metric.
    """

    async def main() -> tuple[Measured, Reproduction]:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                first = await measuring.find(diptych, which)
                loaded = await suite_of(diptych, first.run.pins, suite)
                wish = again(diptych, first.run.pins)
                (second,) = await measure_suite(diptych, loaded, wish, bar)
                return second, reproduced(first, second)

    second, found = run(main())
    if as_json:
        emit({"equal": found.equal, "run": second.run.id, "reproduction": found})
    else:
        _show(second, found)
    raise typer.Exit(DONE if found.equal else NOT_CLEAN)


async def suite_of(diptych: Diptych, pins: Pins, suite: Path | None) -> Loaded:
    """Read the questions of a run again. Raises InvalidInput, NotFound."""
    path = suite or Path(str(pins.configuration.get("source") or ""))
    if not path.name:
        raise InvalidInput(
            f"The run does not say where its suite '{pins.suite[:60]}' is.",
            "Say where it is: --suite.",
        )
    loaded = await load_suite_from(diptych.suites, path)
    return replace(loaded, distractors=str(pins.configuration.get("distractors", "")))


def again(diptych: Diptych, pins: Pins) -> Wish:
    """Give the wish that a run's pins tell; its generation by name where another is live now."""
    how: Configuration = pins.configured
    if how.generation is None and diptych.generation.number != pins.generation.number:
        how = replace(how, generation=pins.generation.number)
    return Wish(
        (how,),
        pins.workspace,
        bool(pins.configuration.get("answers")),
        pins.seed,
        str(pins.configuration.get("source", "")),
    )


def _show(second: Measured, found: Reproduction) -> None:
    out.print(f"Asked again as run {second.run.id}.", highlight=False)
    for pin in found.pins:
        out.print(f"  not the same: {pin.sentence}", highlight=False, markup=False)
    for one in found.deviations:
        told = f"{one.metric}: {one.before:.6f} → {one.after:.6f}, {one.questions} questions"
        out.print(f"  {told}", highlight=False, markup=False)
    if found.changed_count:
        named = ", ".join(found.changed)
        out.print(f"  {found.changed_count} questions came out otherwise: {named}", markup=False)
    if found.missing:
        out.print(f"  asked in one of the two alone: {', '.join(found.missing)}", markup=False)
    out.print("[green]the same[/green]" if found.equal else "[red]not the same[/red]")
