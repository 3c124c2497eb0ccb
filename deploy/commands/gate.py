"""``diptych eval gate``: whether a run may follow the baseline."""

from typing import Annotated

import typer

from contracts.errors import SetupFailed
from deploy import measuring
from deploy.commands.console import DONE, NOT_CLEAN, JsonOption, emit, out, run
from deploy.commands.measure import CHAMPION, MetricOption
from deploy.judges import trusted
from deploy.settings import load
from deploy.wiring import open_diptych
from eval.comparing import PRIMARY, Measured
from eval.gating import Gate, judge


def gate_run(
    baseline: Annotated[str, typer.Option(help="Run by name, id or file.")] = CHAMPION,
    candidate: Annotated[str | None, typer.Option(help="Likewise; none: the latest.")] = None,
    metric: MetricOption = PRIMARY,
    as_json: JsonOption = False,
) -> None:
    """Compare a run with the baseline; exit code 3 when it must not follow it.

    Between two files nothing is started and nothing asked: for a build server.
    """

    async def main() -> tuple[Measured, Measured, frozenset[str]]:
        async with open_diptych(load()) as diptych:
            newest = await diptych.runs.latest(1)
            if candidate is None and not newest:
                raise SetupFailed("There is no run yet.", "Measure: diptych eval run SUITE.")
            name = candidate or str(newest[0].id)
            first = await measuring.find(diptych, baseline)
            second = await measuring.find(diptych, name)
            known = await trusted(diptych, [first.run.id, second.run.id])
            return first, second, known

    old = measuring.from_file(baseline)
    new = measuring.from_file(candidate) if candidate else None
    first, second, known = (old, new, frozenset[str]()) if old and new else run(main())
    found = judge(first, second, metric, known)
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
