"""``diptych lab``: variants that are declared in a file, tried on suites, compared and removed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from contracts.configurations import Version
from contracts.errors import InvalidInput
from contracts.variants import KeptVariant
from deploy import lab as platform
from deploy import trying
from deploy.commands.console import Bar, JsonOption, QuietOption, emit, err, out, progress, run
from deploy.commands.switch import actor
from deploy.curating import load_suite_from, source_of, suite_file
from deploy.promoting import championship
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych
from eval.importing import load_suite
from eval.lab import combinations, read_variant
from eval.leaderboard import Row
from eval.replaying import Replay

T = TypeVar("T")

lab = typer.Typer(help="Try variants: declare, measure, sweep, remove.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(help="The variant's YAML file.")]
NameArgument = Annotated[str, typer.Argument(help="The variant's name.")]
SuiteOption = Annotated[
    list[Path] | None, typer.Option("--suite", help="Instead of the file's suites.")
]
SeedOption = Annotated[int, typer.Option(help="Decides the order of the questions.")]


@lab.command("try")
def try_variant(
    file: FileArgument,
    suite: SuiteOption = None,
    seed: SeedOption = 0,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Build what a variant needs, measure it beside its base, and say whether it is better."""
    variant = read_variant(file)
    paths = _paths(suite, variant.suites)
    read = [(path, suite_file(path)) for path in paths]

    async def main(diptych: Diptych, bar: Bar) -> list[Row]:
        tried = trying.Trying(diptych, variant, actor(), bar, _tell)
        rows = []
        for path, found in read:
            loaded = await load_suite_from(diptych.suites, path, found)
            rows.append(await tried.on(loaded, source_of(path, loaded), seed))
        return rows

    _show_rows(_with(main, quiet=quiet or as_json), as_json=as_json)


@lab.command("sweep")
def sweep(
    file: FileArgument,
    grid: Annotated[list[str], typer.Option("--grid", help="As in fusion.k=10,30,60.")],
    suite: SuiteOption = None,
    seed: SeedOption = 0,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Find the combination that leads, ending early what does not; compare it on all questions."""
    variant, candidates = read_variant(file), combinations(grid)
    (path, *more) = _paths(suite, variant.suites)
    if more:
        raise InvalidInput("A sweep is over one suite.", "Name it with --suite.")
    read = suite_file(path)

    async def main(diptych: Diptych, bar: Bar) -> trying.Swept:
        loaded = await load_suite_from(diptych.suites, path, read)
        tried = trying.Trying(diptych, variant, actor(), bar, _tell)
        return await tried.sweep(candidates, loaded, source_of(path, loaded), seed)

    found = _with(main, quiet=quiet or as_json)
    if as_json:
        emit(found)
        return
    for one in found.rounds:
        out.print(f"{one.questions} questions: {one.kept} of {one.candidates} went on")
    words = ", ".join(f"{key}={value}" for key, value in found.best.items())
    out.print(f"Leading of {found.tried}: {words}", highlight=False, markup=False)
    _show_rows([found.row], as_json=False)
    out.print(f"p is multiplied by {found.tried}: the leader was chosen on these questions.")


@lab.command("leaderboard")
def leaderboard(
    suite: Annotated[list[str] | None, typer.Option("--suite", help="Path or name.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show each variant's latest run of a suite beside its base's, best first."""
    names = {load_suite(Path(one)).suite.name if Path(one).exists() else one for one in suite or ()}

    async def main(diptych: Diptych, _: Bar) -> list[Row]:
        return await trying.board(diptych, names)

    _show_rows(_with(main, quiet=True), as_json=as_json)


@lab.command("replay")
def replay(
    file: FileArgument,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="How many questions.")] = 200,
    workspace: Annotated[str | None, typer.Option("--workspace", "-w")] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Answer recent real questions both ways: how alike, how fast, how often refused."""
    variant = read_variant(file)

    async def main(diptych: Diptych, bar: Bar) -> Replay:
        tried = trying.Trying(diptych, variant, actor(), bar, _tell)
        return await tried.replay(last, workspace)

    found = _with(main, quiet=quiet or as_json)
    if as_json:
        emit(found)
        return
    table = Table("", "base", "variant", box=None)
    for name, pair in (("ms p50", found.p50_ms), ("ms p95", found.p95_ms)):
        table.add_row(name, *(f"{one:.1f}" for one in pair))
    for name, counts in (("refused", found.refused), ("failed", found.failed)):
        table.add_row(name, *map(str, counts))
    out.print(table)
    out.print(f"{found.questions} questions, {100 * found.overlap:.0f} % of the first ten alike.")
    out.print(f"{found.turned} are refused by one of the two only.")
    for one in found.differing:
        out.print(f"  {100 * one.overlap:.0f} % {one.question[:80]}", highlight=False, markup=False)


@lab.command("list")
def list_variants(as_json: JsonOption = False) -> None:
    """List variants with what is there because of them."""

    async def main(diptych: Diptych, _: Bar) -> list[KeptVariant]:
        return await diptych.variants.all()

    for one in _with(main, quiet=True):
        if as_json:
            emit(one)
            continue
        built = f", generation {one.generation}" if one.generation is not None else ""
        spaces = "".join(f", {name}" for name in one.workspaces)
        out.print(f"{one.variant.name}: {len(one.runs)} runs{built}{spaces}", highlight=False)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A variant as a challenger, and the command that promotes it."""

    version: Version
    command: str


@lab.command("promote")
def promote(name: NameArgument, as_json: JsonOption = False) -> None:
    """Keep the variant's latest run as the challenger; diptych champion promotes it."""

    async def main(diptych: Diptych, _: Bar) -> HandedOver:
        latest = await trying.latest(diptych, name)
        championing = championship(diptych)
        version = await championing.add({}, str(latest.run), f"variant {name}", actor())
        await championing.challenge(str(version.number), actor())
        words = f"--run {latest.run} --baseline {latest.baseline} --apply"
        return HandedOver(version, f"diptych champion promote {version.number} {words}")

    found = _with(main, quiet=True)
    if as_json:
        emit(found)
    else:
        out.print(f"Configuration {found.version.number} is the challenger. To let it answer:")
        out.print(found.command, highlight=False, soft_wrap=True)


@lab.command("remove")
def remove(name: NameArgument, quiet: QuietOption = False) -> None:
    """Remove a variant with its runs, its generation and its workspaces."""

    async def main(diptych: Diptych, bar: Bar) -> None:
        await platform.remove(diptych, name, actor(), bar, _tell)

    _with(main, quiet=quiet)


def _with(act: Callable[[Diptych, Bar], Awaitable[T]], *, quiet: bool) -> T:
    """Do something with the open service."""

    async def main() -> T:
        with progress(quiet=quiet) as bar:
            async with open_diptych(load(), bar) as diptych:
                return await act(diptych, bar)

    return run(main())


def _tell(sentence: str) -> None:
    err.print(sentence, highlight=False, markup=False)


def _paths(named: Sequence[Path] | None, declared: Sequence[str]) -> list[Path]:
    """Give the suites to ask. Raises InvalidInput for none."""
    found = list(named or map(Path, declared))
    if not found:
        raise InvalidInput("The variant names no suite.", "Add suites: to it, or use --suite.")
    return found


def _show_rows(rows: Sequence[Row], *, as_json: bool) -> None:
    if as_json:
        for one in rows:
            emit(one)
        return
    if not rows:
        out.print("Nothing was tried.")
        return
    names = ("variant", "suite", rows[0].metric, "base", "95 % interval", "p", "ms (base)", "")
    table = Table(*names, box=None)
    for one in rows:
        table.add_row(
            one.variant,
            one.suite,
            f"{one.value:.4f}",
            f"{one.base:.4f}",
            f"{one.low:+.4f} to {one.high:+.4f}",
            f"{one.p:.4f}",
            f"{one.p50_ms:.0f} ({one.base_p50_ms:.0f})",
            str(one.verdict),
        )
    out.print(table)
