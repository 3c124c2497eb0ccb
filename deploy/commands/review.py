"""``diptych review``: everything that waits for a person, and what is well enough as it is."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated
from uuid import UUID

import typer

from contracts.nouns import DEFAULT_WORKSPACE
from contracts.paging import pages
from contracts.policy import Change
from contracts.review import Review, ReviewEntry, ReviewSource
from deploy.commands.console import JsonOption, WorkspaceOption, emit, out, run
from deploy.commands.switch import actor
from deploy.settings import load
from deploy.wiring import open_diptych

PAGE = 200

review = typer.Typer(help="Everything that waits for a person: list it, settle it.")


@review.callback(invoke_without_command=True)
def waiting(
    context: typer.Context,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    source: Annotated[ReviewSource | None, typer.Option(help="Only what this found.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many documents.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """List documents about which anything waits, the newest first: why, and what to do next."""
    if context.invoked_subcommand:
        return

    async def main() -> None:
        async with open_diptych(load()) as diptych:
            found = False
            async for entry in entries(diptych.review, workspace, source, limit):
                found = True
                tell(entry, as_json=as_json)
            if not found and not as_json:
                out.print("Nothing waits for a decision.")

    run(main())


async def entries(
    review: Review, workspace: str, source: ReviewSource | None, limit: int
) -> AsyncIterator[ReviewEntry]:
    """Give the first entries, a page at a time."""
    size = min(PAGE, limit)
    async for page in pages(partial(review.find, workspace, limit=size, source=source)):
        for entry in page.entries[:limit]:
            yield entry
        limit -= size
        if limit <= 0:
            return


def tell(entry: ReviewEntry, *, as_json: bool) -> None:
    """Tell a document with all that waits about it."""
    side = entry.document
    matters = [
        {
            "source": one.source,
            "code": one.code,
            "sentence": one.sentence,
            "advice": one.advice,
            "reasons": one.reasons,
            "other": one.other.id if one.other else None,
        }
        for one in entry.matters
    ]
    if as_json:
        known = {"document": side.id, "version": entry.version, "source": side.source}
        emit({**known, "title": side.title, "matters": matters})
        return
    out.print(f"{side.id}  {side.title}  ({side.source})", highlight=False, markup=False)
    for one in entry.matters:
        told = f"  {one.source} {one.code}: {one.sentence}"
        out.print(told, highlight=False, markup=False)
        out.print(f"    {one.advice}", highlight=False, markup=False)
        if one.other:
            pair = f"    diptych duplicates decide {one.other.id} {side.id}"
            out.print(pair, highlight=False, markup=False)


@review.command("settle")
def settle(
    document: Annotated[UUID, typer.Argument(help="Which document.")],
    source: Annotated[ReviewSource, typer.Argument(help="What found it: reading or quality.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Take a matter off the list: the document's newest version is well enough as it is."""

    async def main() -> None:
        async with open_diptych(load()) as diptych:
            await diptych.review.settle(workspace, document, source, Change(actor()))

    run(main())
    if as_json:
        emit({"document": document, "source": source, "settled": True})
    else:
        out.print("It waits no longer; its next version may.", highlight=False)
