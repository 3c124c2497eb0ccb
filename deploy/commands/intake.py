"""``diptych intake``: folders, mailboxes and buckets that documents come from by themselves."""

from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.intake import Place, PlaceRecord, Report, Wish
from contracts.nouns import DEFAULT_WORKSPACE
from deploy.commands.console import (
    DONE,
    FAILED,
    JsonOption,
    WorkspaceOption,
    emit,
    err,
    out,
    run,
)
from deploy.intake import declared, seconds
from deploy.settings import load
from deploy.wiring import open_diptych

intake = typer.Typer(help="Places that documents come from by themselves.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="Name of the place, as listed.")]


@intake.command("add")
def add_place(
    kind: Annotated[str, typer.Argument(help="folder, mailbox or bucket.")],
    address: Annotated[
        str, typer.Argument(help="A path, imaps://user@host/INBOX, or s3://bucket/prefix.")
    ],
    *,
    name: Annotated[str | None, typer.Option(help="Its name; none: made of the address.")] = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    every: Annotated[str, typer.Option(help="Time between looks: 60s, 5m, 2h.")] = "60s",
    mirror: Annotated[bool, typer.Option(help="Delete documents whose item is gone.")] = False,
    settle: Annotated[
        str | None, typer.Option(help="Folder: how long a file is unchanged.")
    ] = None,
    move_to: Annotated[Path | None, typer.Option(help="Folder: move accepted files there.")] = None,
    mark_seen: Annotated[bool, typer.Option(help="Mailbox: mark accepted messages.")] = False,
    plain: Annotated[bool, typer.Option(help="Mailbox: imap:// without encryption.")] = False,
    ca: Annotated[Path | None, typer.Option(help="File of certificates to trust.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="Bucket: server that is not AWS.")] = None,
    region: Annotated[str | None, typer.Option(help="Bucket: its region.")] = None,
    anonymous: Annotated[bool, typer.Option(help="Bucket: send no keys.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Add a place, after looking whether it can be opened; secrets come from the environment."""
    given: dict[str, Any] = {
        "settle_s": None if settle is None else seconds(settle),
        "move_to": None if move_to is None else str(move_to),
        "mark_seen": mark_seen or None,
        "plain": plain or None,
        "ca": None if ca is None else str(ca),
        "endpoint": endpoint,
        "region": region,
        "anonymous": anonymous or None,
    }
    options = {option: value for option, value in given.items() if value is not None}
    settings = load()
    wish = Wish(kind, address, name, workspace, seconds(every), mirror, options)
    place = declared(wish, settings.home)

    async def main() -> bool:
        async with open_diptych(settings) as diptych:
            return await diptych.intake.add(place)

    is_new = run(main())
    if as_json:
        emit({"place": place, "added": is_new})
    else:
        state = "is looked at while the service runs" if is_new else "was there already"
        out.print(f"{place.name} {state}: {place.address}", highlight=False, markup=False)


@intake.command("list")
def list_places(as_json: JsonOption = False) -> None:
    """List places and how the last look at each ended."""

    async def main() -> list[PlaceRecord]:
        async with open_diptych(load()) as diptych:
            return await diptych.intake.places.all()

    records = run(main())
    if not (records or as_json):
        out.print("There are no places yet: diptych intake add.", highlight=False)
    for record in records:
        if as_json:
            emit(record)
        else:
            out.print(_line(record), highlight=False, markup=False)


@intake.command("remove")
def remove_place(name: NameArgument) -> None:
    """Look at a place no more; its documents stay, and nothing in it changes."""

    async def main() -> None:
        async with open_diptych(load()) as diptych:
            await diptych.intake.places.remove(name)

    run(main())


@intake.command("look")
def look_at(
    name: NameArgument,
    again: Annotated[bool, typer.Option(help="Try what was refused once more.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at a place once, now; what is accepted is read as soon as a worker runs."""

    async def main() -> tuple[Place, Report]:
        async with open_diptych(load()) as diptych:
            place = (await diptych.intake.places.get(name)).place
            return place, await diptych.intake.gather(place, again=again)

    place, report = run(main())
    if as_json:
        emit(report)
    else:
        out.print(f"{place.name}: {_counts(report)}", highlight=False, markup=False)
        for one in report.failures:
            err.print(f"{one.source}: {one.reason}", highlight=False, markup=False)
    raise typer.Exit(FAILED if report.failed else DONE)


def _line(record: PlaceRecord) -> str:
    place, report = record.place, record.report
    head = f"{place.name}  {place.kind}  {place.address}  -> {place.workspace}"
    if report is None:
        return f"{head}  not looked at yet"
    looked = record.looked.strftime("%Y-%m-%d %H:%M:%S") if record.looked else ""
    trouble = f"  {report.error}" if report.error else ""
    return f"{head}  {looked}: {_counts(report)}{trouble}"


def _counts(report: Report) -> str:
    counts = {
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "not whole yet": report.waiting,
        "failed": report.failed,
    }
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "nothing"
