"""``diptych eval mirror``: show other programs the runs that they missed."""

from collections.abc import Mapping
from typing import Annotated

import typer

from contracts.measuring import Run
from deploy import mirrors
from deploy.commands.console import JsonOption, emit, err, out, run
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych
from eval.comparing import Measured

LATEST = 1000
"""Runs looked at when none is named."""


def mirror_runs(
    names: Annotated[list[str] | None, typer.Argument(help="Runs; none: the latest.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show MLflow and Langfuse the runs that they do not have, and which configuration answers.

    Own tables are the truth: a mirror that was away or is new is filled from them.
    """

    async def main() -> None:
        async with open_diptych(load()) as diptych:
            wanted = await _wanted(diptych, names or [])
            told = mirrors.catch_up(diptych.settings, diptych.runs, diptych.configurations, wanted)
            async for shown in told:
                if as_json:
                    emit(shown)
                else:
                    state = shown.fault or ("shown" if shown.fresh else "there already")
                    out.print(
                        f"{shown.tracker} {shown.run}: {state}", highlight=False, markup=False
                    )

    run(main())


async def _wanted(diptych: Diptych, names: list[str]) -> list[Run]:
    """Give the runs of those names, or the latest that are finished."""
    if names:
        return [await diptych.runs.find(name) for name in names]
    return [one for one in await diptych.runs.latest(LATEST) if one.complete]


async def show_measured(diptych: Diptych, measured: list[Measured]) -> None:
    """Show runs that just ended; one line where a mirror does not take them."""
    _tell(await mirrors.show(diptych.settings, measured))


async def show_aliases(diptych: Diptych) -> None:
    """Show which configurations are champion and challenger; likewise."""
    _tell(await mirrors.point(diptych.settings, diptych.configurations))


def _tell(faults: Mapping[str, str]) -> None:
    for tracker, fault in faults.items():
        told = f"{tracker} does not show this: {fault} Later: diptych eval mirror."
        err.print(told, highlight=False, markup=False)
