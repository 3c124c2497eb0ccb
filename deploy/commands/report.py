"""``diptych eval report``: runs and their comparisons as one HTML file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from contracts.errors import InvalidInput
from deploy import measuring
from deploy.commands.console import run
from deploy.commands.measure import MetricOption
from deploy.settings import load
from deploy.wiring import open_diptych
from eval.comparing import PRIMARY, Measured
from eval.reporting import report


def report_runs(
    runs: Annotated[list[str], typer.Argument(help="Runs by name, id or file.")],
    file: Annotated[Path, typer.Argument(help="The HTML file to write.")],
    metric: MetricOption = PRIMARY,
) -> None:
    """Write one HTML file on a run, or on several and how they compare.

    It needs no service to be read, and none to be made of recorded files.
    """
    write_report(named(runs), metric, file)


def named(names: Sequence[str]) -> list[Measured]:
    """Give runs by name, id or file; for files alone nothing is started."""

    async def main() -> list[Measured]:
        async with open_diptych(load()) as diptych:
            return [await measuring.find(diptych, name) for name in names]

    files = [one for one in map(measuring.from_file, names) if one]
    return files if len(files) == len(names) else run(main())


def write_report(runs: Sequence[Measured], metric: str, file: Path) -> None:
    """Write the report over the file that is there. Raises InvalidInput."""
    html = report(runs, metric)
    try:
        file.write_text(html, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(
            f"{file} cannot be written: {error.strerror}.", "Check the path."
        ) from error
