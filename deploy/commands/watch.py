"""``diptych status`` and ``diptych parity``: what is there, and whether it is all equal."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import typer

from contracts.nouns import Generation, PanelHealth, PanelName
from contracts.record import VersionState
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
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych
from ingestion.faults import Difference, ParityReport


@dataclass(frozen=True, slots=True)
class Status:
    """What ``diptych status`` prints."""

    documents: Mapping[VersionState, int]
    backlog: Mapping[PanelName, int]
    panels: tuple[PanelHealth, ...]
    workers: int
    waiting: int
    generation: Generation


async def look(diptych: Diptych) -> Status:
    """Ask every part how it is."""
    healths = await asyncio.gather(*(p.health() for p in diptych.panels.values()))
    return Status(
        documents=await diptych.documents.counts(),
        backlog=await diptych.ledger.backlog(),
        panels=tuple(healths),
        workers=await diptych.queue.workers(),
        waiting=await diptych.queue.waiting(),
        generation=diptych.generation,
    )


def status(as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Show documents, panels, backlog and workers."""

    async def main() -> Status:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                return await look(diptych)

    seen = run(main())
    if as_json:
        emit(seen)
        return
    counts = ", ".join(f"{n} {state}" for state, n in seen.documents.items()) or "none"
    out.print(f"Documents: {counts}")
    for health in seen.panels:
        state = "[green]ready[/green]" if health.ready else f"[red]down[/red] ({health.detail})"
        rows = seen.backlog.get(health.panel, 0)
        out.print(f"Panel {health.panel}: {state}, backlog {rows}  [dim]{health.version}[/dim]")
    out.print(f"Workers: {seen.workers}; jobs waiting or running: {seen.waiting}")
    out.print(f"Generation {seen.generation.number}: {seen.generation.model}")


def parity(
    deep: Annotated[bool, typer.Option("--deep", help="Read every payload again.")] = False,
    document: Annotated[list[UUID] | None, typer.Option(help="Only these documents.")] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what is found, from the sound copy.")
    ] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Prove that both panels hold the same chunks; exit code 3 when they do not.

    --repair mends either panel from the other's sound copy, without embedding again.
    """

    async def main() -> ParityReport:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                check = diptych.repair if repair else diptych.parity
                return await check(document, deep=deep)

    report = run(main())
    if as_json:
        emit(report)
    else:
        chunks = ", ".join(f"{n} {c}" for n, c in report.chunks.items())
        mended = f", {report.repaired} mended" if repair and report.found else ""
        faults = f"{report.found} faults{mended}"
        verdict = "[green]clean[/green]" if report.clean else f"[red]{faults}[/red]"
        verdict += f" after {faults}" if report.clean and report.found else ""
        out.print(f"Parity: {verdict}; {report.versions} versions, chunks: {chunks}")
        if report.pending:
            out.print(f"{report.pending} versions are on their way and were left out.")
        for one in report.differences:
            out.print(f"  {one.panel}: {one.fault} {_place(one)}: {one.detail}", highlight=False)
    raise typer.Exit(DONE if report.clean else NOT_CLEAN)


def _place(one: Difference) -> str:
    """Say where a difference is."""
    if one.ref is None:
        return f"in generation {one.generation}"
    return f"{one.ref.document} version {one.ref.number}"
