"""``diptych usage``: how much is asked, by how many, and what they think of the answers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from contracts.tracing import UsageDay, first_day
from deploy.commands.console import JsonOption, QuietOption, emit, out, progress, run
from deploy.settings import load
from deploy.wiring import open_diptych

COLUMNS = (
    *("day", "panel", "kind", "questions", "askers", "refusals", "errors", "up", "down"),
    *("p50_ms", "p95_ms"),
)


def usage(
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days, today the last.")] = 30,
    workspace: Annotated[
        str | None, typer.Option("--workspace", "-w", help="Left out: all of them.")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Sum up questions, askers, refusals, errors, feedback and times per day and panel."""

    async def main() -> list[UsageDay]:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                since = first_day(days, datetime.now(UTC))
                return await diptych.traced.traces.usage(since, workspace)

    found = run(main())
    if as_json:
        emit({"days": found})
    else:
        out.print(usage_table(found) if found else "Nothing was asked.")


def usage_table(days: Sequence[UsageDay]) -> Table:
    """Lay usage out for people, one row for a day, panel and kind."""
    table = Table(*COLUMNS, box=None, padding=(0, 1, 0, 0), pad_edge=False)  # 80 columns hold it
    for day in days:
        values = (getattr(day, name) for name in COLUMNS)
        table.add_row(*(f"{v:.0f}" if isinstance(v, float) else str(v) for v in values))
    return table
