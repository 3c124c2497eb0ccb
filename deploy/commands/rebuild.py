"""``diptych rebuild`` and ``diptych export``: a panel made again, and a file to make it from."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from contracts.nouns import PanelName
from contracts.policy import Change, GenerationState, PanelRecord, PanelStanding
from deploy.commands.console import DONE, FAILED, JsonOption, QuietOption, emit, err, out, progress
from deploy.commands.console import run as run_to_its_end
from deploy.commands.switch import actor
from deploy.settings import load
from deploy.version import VERSION
from deploy.wiring import Diptych, open_diptych
from exports import writing
from exports.layout import Header
from ingestion.copying import FILE
from ingestion.rebuilding import ORIGINALS

LOOK_AGAIN_S = 0.5
"""Between two looks at what somebody else is doing."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What ``diptych rebuild`` prints."""

    panel: PanelName
    source: str
    applied: bool
    record: PanelRecord


def rebuild(
    panel: Annotated[str, typer.Argument(help="vector or graph.")],
    source: Annotated[
        str | None,
        typer.Option("--from", help="vector, graph, originals, or an export file; the other panel"),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; else only say what.")] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Empty a panel and fill it again, while the other one serves.

    Killed or interrupted, it is gone on with by the workers, and by the same command.
    """

    async def main() -> Rebuilt:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                chosen = _source(panel, source)
                name = diptych.rebuild.named(panel)
                record = await diptych.register.record(name)
                if apply:
                    if record.standing is PanelStanding.SERVING:
                        await diptych.rebuild.begin(panel, chosen, Change(actor()))
                    label = f"Filling the {name} panel"
                    record = await finish(diptych, name, lambda *done: bar(label, *done))
                return Rebuilt(name, chosen, applied=apply, record=record)

    done = run_to_its_end(main())
    if as_json:
        emit(done)
    elif not done.applied:
        wanted = done.record.wanted
        out.print(
            f"Would empty the {done.panel} panel ({done.record.standing}) and fill it with "
            f"{wanted} versions from {done.source}. Add --apply to do it.",
            highlight=False,
        )
    else:
        out.print(f"The {done.panel} panel is {done.record.standing}.")
    good = not done.applied or done.record.standing is PanelStanding.SERVING
    raise typer.Exit(DONE if good else FAILED)


def _source(panel: str, source: str | None) -> str:
    """Give the source as the register names it."""
    others = [name.value for name in PanelName if name != panel]
    if source is None:
        return others[0]
    if source in {*PanelName, ORIGINALS}:
        return source
    return f"{FILE}{Path(source).expanduser().resolve()}"


async def finish(
    diptych: Diptych, panel: PanelName, told: Callable[[int, int], None]
) -> PanelRecord:
    """Work until the panel serves, and give its record; workers may do parts of it meanwhile."""
    while True:
        await diptych.rebuild.step()
        if await diptych.drain(panel, told):
            await diptych.rebuild.step()
        record = await diptych.register.record(panel)
        if record.standing is PanelStanding.SERVING:
            return record
        await asyncio.sleep(LOOK_AGAIN_S)


def export(
    file: Annotated[Path, typer.Argument(help="File to write.")],
    panel: Annotated[PanelName, typer.Option(help="Panel to write from.")] = PanelName.VECTOR,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write every live version, whole, in one file: to keep, to carry, to rebuild from."""

    async def main() -> Header:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                kept = [
                    record.generation
                    for record in await diptych.generations.records()
                    if record.state in {GenerationState.LIVE, GenerationState.STANDBY}
                ]
                total = sum((await diptych.documents.counts()).values()) * len(kept)
                header = await writing.write(
                    file,
                    diptych.panels[panel],
                    kept,
                    created_by=f"Diptych {VERSION}",
                    progress=lambda done: bar("Writing documents", done, total),
                )
                bar("Writing documents", header.versions, header.versions)  # not all are live
                return header

    header = run_to_its_end(main())
    if as_json:
        emit({"file": file, "panel": panel, **plain_header(header)})
    elif not quiet:
        held = f"{header.versions} versions, {header.chunks} chunks"
        err.print(f"Wrote {held} to {file}.", highlight=False)


def plain_header(header: Header) -> dict[str, object]:
    """Give what a file holds, for JSON."""
    return {"versions": header.versions, "chunks": header.chunks, "content": header.content}
