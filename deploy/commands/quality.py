"""``diptych quality``: how well documents could be read, which stand out, and what is expected."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from contracts.nouns import DEFAULT_WORKSPACE
from contracts.quality import (
    Assessed,
    Expectations,
    QualityDay,
    QualityState,
    QualitySummary,
    QualityTotal,
)
from deploy.commands.console import (
    JsonOption,
    QuietOption,
    WorkspaceOption,
    emit,
    out,
    progress,
    run,
)
from deploy.commands.switch import actor
from deploy.settings import load
from deploy.wiring import open_diptych

quality = typer.Typer(help="How well documents could be read, and which stand out.")
STATES = tuple(QualityState)
COLOURS = {QualityState.GOOD: "green", QualityState.DOUBTFUL: "yellow", QualityState.BAD: "red"}
Everywhere = Annotated[str | None, typer.Option("--workspace", "-w", help="Left out: all of them.")]


@dataclass(frozen=True, slots=True)
class Found:
    """What ``diptych quality`` prints: sums, and the documents that were asked for."""

    summary: QualitySummary
    documents: tuple[Assessed, ...]


@quality.callback(invoke_without_command=True)
def report(
    context: typer.Context,
    workspace: Everywhere = None,
    state: Annotated[QualityState | None, typer.Option(help="List documents of a state.")] = None,
    outliers: Annotated[
        bool, typer.Option("--outliers", help="List only what is unusual among its like.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Documents to list.")] = 20,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days of the trend.")] = 14,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Sum up documents by state and type, per day, and list the worst with the reasons."""
    if context.invoked_subcommand:
        return

    async def main() -> Found:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                known = diptych.quality.assessments
                since = datetime.now(UTC).date() - timedelta(days=days - 1)
                summary = await known.summary(workspace, since)
                page = await known.find(workspace, limit=limit, state=state, outliers=outliers)
                return Found(summary, tuple(one for one in page.items if state or _is_odd(one)))

    found = run(main())
    if as_json:
        emit(found)
    elif not found.summary.totals:
        out.print("No document was assessed yet: `diptych quality measure` does it.")
    else:
        show(found)


def _is_odd(one: Assessed) -> bool:
    return one.assessment.state is not QualityState.GOOD


def show(found: Found) -> None:
    """Print for people."""
    out.print(_totals(found.summary.totals))
    if found.summary.days:
        out.print(_days(found.summary.days))
    for one in found.documents:
        judged = one.assessment
        colour = COLOURS[judged.state]
        name = escape(one.source)
        out.print(f"[{colour}]{judged.state}[/{colour}] {name} ({judged.ref.document})")
        for reason in judged.reasons:
            z = "" if reason.z is None else f" (z {reason.z:+.1f})"
            out.print(f"    {reason.code}: {reason.sentence}{z}", highlight=False, markup=False)


def _totals(totals: Sequence[QualityTotal]) -> Table:
    table = Table("media type", *STATES, box=None)
    for media_type in dict.fromkeys(one.media_type for one in totals):
        counts = {one.state: one.documents for one in totals if one.media_type == media_type}
        table.add_row(media_type, *(str(counts.get(state, 0)) for state in STATES))
    return table


def _days(days: Sequence[QualityDay]) -> Table:
    table = Table("day", *STATES, box=None)
    for day in dict.fromkeys(one.day for one in days):
        counts = {one.state: one.documents for one in days if one.day == day}
        table.add_row(day.isoformat(), *(str(counts.get(state, 0)) for state in STATES))
    return table


@quality.command("expect")
def expect(
    languages: Annotated[
        str | None, typer.Option(help="Such as fr,en; '' expects none in particular.")
    ] = None,
    min_characters_per_page: Annotated[float | None, typer.Option(help="At least.")] = None,
    max_unknown_words: Annotated[float | None, typer.Option(help="Share, 0 to 1.")] = None,
    min_ocr_confidence: Annotated[float | None, typer.Option(help="Share, 0 to 1.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Begin with no expectation.")] = False,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Say what a workspace expects of its documents; without an option, show it.

    What is left out stays as it is. All its documents are judged again, by their stored figures.
    """
    given: dict[str, object] = {
        "min_characters_per_page": min_characters_per_page,
        "max_unknown_words": max_unknown_words,
        "min_ocr_confidence": min_ocr_confidence,
    }
    if languages is not None:
        given["languages"] = tuple(one.strip() for one in languages.split(",") if one.strip())
    changes = {name: value for name, value in given.items() if value is not None}

    async def main() -> tuple[Expectations, int]:
        async with open_diptych(load()) as diptych:
            standards = await diptych.quality.assessments.standards([workspace])
            before = standards.expectations.get(workspace, Expectations())
            after = replace(Expectations() if reset else before, **changes)  # type: ignore[arg-type]  # each of its own type
            if not changes and not reset:
                return before, 0
            return after, await diptych.quality.renewal.expect(workspace, after, actor())

    expectations, changed = run(main())
    if as_json:
        emit({"workspace": workspace, "expectations": expectations, "changed": changed})
        return
    out.print(f"{workspace} expects {told(expectations)}.", highlight=False, markup=False)
    if changed:
        out.print(f"{changed} documents are judged otherwise now.", highlight=False)


def told(expectations: Expectations) -> str:
    """Write expectations as one sentence's end."""
    parts = [
        *(["languages " + ", ".join(expectations.languages)] if expectations.languages else []),
        *(
            f"{name.replace('_', ' ')} {value:g}"
            for name in ("min_characters_per_page", "max_unknown_words", "min_ocr_confidence")
            if (value := getattr(expectations, name)) is not None
        ),
    ]
    return "; ".join(parts) or "nothing in particular"


@quality.command("measure")
def measure(
    workspace: Everywhere = None, as_json: JsonOption = False, quiet: QuietOption = False
) -> None:
    """Measure what was read before quality was, or by older rules, and judge everything again.

    Stopped, the same command goes on where it was.
    """

    async def main() -> int:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                return await diptych.quality.renewal.measure(
                    workspace, lambda done: bar("Measuring", done, done)
                )

    done = run(main())
    if as_json:
        emit({"measured": done})
    else:
        out.print(f"{done} versions were measured.", highlight=False)
