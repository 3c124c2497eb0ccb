"""``diptych champion``: configurations in versions, and which one answers."""

from typing import Annotated

import typer

from contracts.configurations import Version
from contracts.policy import AuditRow
from contracts.tuning import parse_settings
from deploy.commands.console import DONE, NOT_CLEAN, JsonOption, emit, out, run
from deploy.commands.measure import MetricOption, SetOption
from deploy.commands.mirror import show_aliases
from deploy.commands.switch import actor
from deploy.promoting import championship
from deploy.settings import load
from deploy.wiring import open_diptych
from eval.comparing import PRIMARY
from retrieval.promoting import Promotion, Standings, Wanted

champion = typer.Typer(
    help="Configurations: what answers, what may follow it.", no_args_is_help=True
)
VersionArgument = Annotated[str, typer.Argument(help="Number, champion or challenger.")]


@champion.command("show")
def show(as_json: JsonOption = False) -> None:
    """Show what answers now, setting by setting."""

    async def main() -> Standings:
        async with open_diptych(load()) as diptych:
            return await championship(diptych).standings()

    found = run(main())
    if as_json:
        emit({"settings": found.serving.settings(), "aliases": found.aliases})
        return
    for alias in found.aliases.values():
        before = f", before it {alias.previous}" if alias.previous else ""
        out.print(f"{alias.name}: configuration {alias.number}{before}", highlight=False)
    for key, value in found.serving.settings().items():
        out.print(f"  {key}={value}", highlight=False, markup=False)


@champion.command("list")
def list_versions(
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 20, as_json: JsonOption = False
) -> None:
    """List the latest configurations."""

    async def main() -> list[Version]:
        async with open_diptych(load()) as diptych:
            return await championship(diptych).versions(limit)

    for one in run(main()):
        _show_version(one, as_json=as_json)


@champion.command("add")
def add(
    settings: SetOption = None,
    of: Annotated[str | None, typer.Option("--run", help="As this run was answered.")] = None,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Keep a configuration: of a run, or of what answers now, with the settings changed."""
    changes = parse_settings(settings or ())

    async def main() -> Version:
        async with open_diptych(load()) as diptych:
            return await championship(diptych).add(changes, of, note, actor())

    _show_version(run(main()), as_json=as_json)


@champion.command("challenge")
def challenge(version: VersionArgument, as_json: JsonOption = False) -> None:
    """Name the configuration that may follow the champion."""

    async def main() -> Version:
        async with open_diptych(load()) as diptych:
            challenger = await championship(diptych).challenge(version, actor())
            await show_aliases(diptych)
            return challenger

    _show_version(run(main()), as_json=as_json)


@champion.command("promote")
def promote(
    version: VersionArgument = "challenger",
    of: Annotated[str | None, typer.Option("--run", help="Its run; none: the latest.")] = None,
    baseline: Annotated[str | None, typer.Option(help="The champion's; none: the latest.")] = None,
    metric: MetricOption = PRIMARY,
    *,
    force: Annotated[bool, typer.Option("--force", help="Against the reasons; audited.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Do it, not only say it.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Let a configuration answer; exit code 3 when something speaks against it.

    It must not be worse than what answers now, on the same questions and documents; another
    panel must also have passed its shadow reads. Without --apply, nothing changes.
    """

    async def main() -> Promotion:
        async with open_diptych(load()) as diptych:
            wanted = Wanted(version, actor(), of, baseline, metric, force, apply)
            promotion = await championship(diptych).promote(wanted)
            if promotion.done:
                await show_aliases(diptych)
            return promotion

    found = run(main())
    if as_json:
        emit(found)
    else:
        _show_promotion(found)
    raise typer.Exit(NOT_CLEAN if found.reasons and not found.done else DONE)


@champion.command("rollback")
def rollback(as_json: JsonOption = False) -> None:
    """Let the former champion answer again; twice comes back."""

    async def main() -> Version:
        async with open_diptych(load()) as diptych:
            former = await championship(diptych).back(actor())
            await show_aliases(diptych)
            return former

    _show_version(run(main()), as_json=as_json)


@champion.command("history")
def history(
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50, as_json: JsonOption = False
) -> None:
    """Show who added, named and promoted what, newest first."""

    async def main() -> list[AuditRow]:
        async with open_diptych(load()) as diptych:
            return await championship(diptych).history(limit)

    for row in run(main()):
        if as_json:
            emit(row)
            continue
        forced = " [red]forced[/red]" if row.forced else ""
        named = f" {row.subject} → {row.after['configuration']}" if row.before else ""
        told = named or f" {row.subject}"
        out.print(f"{row.at:%Y-%m-%d %H:%M:%S} {row.action}{told}{forced} by {row.actor}")
        for reason in row.reasons:
            out.print(f"    against it: {reason}", highlight=False)


def _show_version(one: Version, *, as_json: bool) -> None:
    if as_json:
        emit({"version": one, "digest": one.configuration.digest})
        return
    panel = one.configuration.mode
    out.print(
        f"{one.number} {one.at:%Y-%m-%d %H:%M} {panel} {one.note} ({one.by})",
        highlight=False,
        markup=False,
    )


def _show_promotion(found: Promotion) -> None:
    out.print(f"Configuration {found.version.number} would change:" if not found.done else "Done:")
    for change in found.changes:
        out.print(f"  {change.sentence}", highlight=False, markup=False)
    for reason in found.reasons:
        out.print(f"  [red]against it[/red] {reason}", highlight=False)
    if not found.done:
        out.print("Nothing was changed: --apply does it.")
