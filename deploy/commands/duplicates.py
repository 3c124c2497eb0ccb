"""``diptych duplicates``: documents that are alike, and what is made of them."""

from functools import partial
from typing import Annotated
from uuid import UUID

import typer

from contracts.likeness import Decision, Likeness, Twins
from contracts.nouns import DEFAULT_WORKSPACE
from contracts.paging import pages
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

PAGE = 200

duplicates = typer.Typer(help="Documents that are alike: list, decide, measure.")


@duplicates.callback(invoke_without_command=True)
def list_duplicates(
    context: typer.Context,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    verdict: Annotated[Likeness | None, typer.Option(help="Only these.")] = None,
    apart: Annotated[bool, typer.Option(help="Those that were put apart.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """List documents that are alike and not decided, the newest first."""
    if context.invoked_subcommand:
        return
    found = run(_list(workspace, verdict, limit, apart=apart))
    if not (found or as_json):
        out.print("There are none.", highlight=False)
    for twins in found:
        if as_json:
            emit(twins)
            continue
        one, two = twins.document, twins.other
        out.print(f"{twins.verdict:<14} {twins.score:>4.0%}", highlight=False)
        for side in (one, two):
            out.print(f"  {side.id}  {side.title}  ({side.source})", highlight=False, markup=False)


async def _list(
    workspace: str, verdict: Likeness | None, limit: int, *, apart: bool
) -> list[Twins]:
    found: list[Twins] = []
    size = min(PAGE, limit)
    async with open_diptych(load()) as diptych:
        find = partial(diptych.duplicates.record.find, verdict=verdict, apart=apart)
        async for page in pages(partial(find, workspace, limit=size)):
            found += page.items
            if len(found) >= limit:
                break
    return found[:limit]


@duplicates.command("decide")
def decide(
    document: Annotated[UUID, typer.Argument(help="The document that stays.")],
    other: Annotated[UUID, typer.Argument(help="The one that is like it.")],
    decision: Annotated[
        Decision,
        typer.Argument(
            help="merge: the other's bytes become its newest version; apart: they are two; "
            "open: undecided again."
        ),
    ],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Make one document of two, or say that they are two."""

    async def main() -> None:
        async with open_diptych(load()) as diptych:
            await diptych.duplicates.decide(workspace, document, other, decision, actor())

    run(main())
    if as_json:
        emit({"document": document, "other": other, "decision": decision})
    elif decision is Decision.MERGE:
        out.print(f"{other} is now the newest version of {document}.", highlight=False)
    elif decision is Decision.APART:
        out.print("They are two documents; the pair is not shown again.", highlight=False)
    else:
        out.print("The pair is shown again.", highlight=False)


@duplicates.command("measure")
def measure(as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Compare documents that were ingested before, in every workspace, from their stored text."""

    async def main() -> int:
        done = 0
        with progress(quiet=quiet) as bar:
            async with open_diptych(load(), bar) as diptych:
                async for count in diptych.duplicates.compare_stored():
                    done += count
                    bar("Comparing", done, done)
        return done

    done = run(main())
    if as_json:
        emit({"compared": done})
    else:
        out.print(f"{done:,} documents were compared.", highlight=False)
