"""``diptych delete`` and ``diptych restore``: documents that go, and come back."""

from functools import partial
from typing import Annotated
from uuid import UUID

import typer

from contracts.errors import InvalidInput, NotFound
from contracts.nouns import DEFAULT_WORKSPACE
from contracts.paging import pages
from contracts.record import Receipt
from contracts.trash import Trashed
from deploy.commands.console import JsonOption, WorkspaceOption, emit, out, run
from deploy.commands.switch import actor
from deploy.settings import load
from deploy.wiring import open_diptych

TOGETHER = 1000
"""Deleted documents looked up together."""


def delete(
    documents: Annotated[list[UUID], typer.Argument(help="Which documents.")],
    forever: Annotated[bool, typer.Option(help="Keep nothing in the trash.")] = False,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Delete documents and what lies in them; for DIPTYCH_TRASH_DAYS they can come back."""

    async def main() -> list[UUID]:
        async with open_diptych(load()) as diptych:
            return await diptych.duplicates.discard(workspace, documents, actor(), forever=forever)

    gone = run(main())
    if not gone:
        raise NotFound("There is no such document.", "Check the id and the workspace.")
    if as_json:
        emit({"deleted": gone})
    else:
        out.print(f"Deleted: {len(gone):,}; both panels follow.", highlight=False)


def restore(
    document: Annotated[UUID | None, typer.Argument(help="Which deleted document.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List what can come back.")] = False,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Bring a deleted document back: its newest version is accepted again, as new work."""
    if listed or document is None:
        if not listed:
            raise InvalidInput("No document is named.", "Give its id, or use --list.")
        _show(run(_trashed(workspace)), as_json=as_json)
        return
    receipt = run(_restore(workspace, document))
    if as_json:
        emit(receipt)
    else:
        out.print(f"It is accepted again as {receipt.ref.document}.", highlight=False)


async def _trashed(workspace: str) -> list[Trashed]:
    async with open_diptych(load()) as diptych:
        find = partial(diptych.duplicates.discard.trashed, workspace, TOGETHER)
        return [one async for page in pages(find) for one in page.items]


async def _restore(workspace: str, document: UUID) -> Receipt:
    async with open_diptych(load()) as diptych:
        return await diptych.duplicates.discard.restore(workspace, document)


def _show(trashed: list[Trashed], *, as_json: bool) -> None:
    if not (trashed or as_json):
        out.print("The trash is empty.", highlight=False)
    for one in trashed:
        if as_json:
            emit(one)
        else:
            by = f"  by {one.by}" if one.by else ""
            into = f"  merged into {one.merged.document}" if one.merged else ""
            line = f"{one.document}  until {one.until:%Y-%m-%d}{by}{into}  {one.title}"
            out.print(line, highlight=False, markup=False)
