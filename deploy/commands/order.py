"""``diptych retry`` and ``diptych cancel``: orders about documents on their way."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

import typer

from contracts.errors import InvalidInput
from contracts.handling import RETRIABLE, UNDER_WAY
from contracts.nouns import DEFAULT_WORKSPACE
from contracts.record import VersionState
from deploy.commands.console import DONE, FAILED, JsonOption, WorkspaceOption, emit, err, out, run
from deploy.settings import load
from deploy.wiring import open_diptych


def retry(
    documents: Annotated[
        list[UUID] | None, typer.Argument(help="Which documents; none: all of the workspace.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Only those quarantined for this: encrypted, crashed ...")
    ] = None,
    state: Annotated[
        VersionState | None, typer.Option(help="Only quarantined, or only cancelled ones.")
    ] = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Read quarantined and cancelled documents again: after an upgrade, with more memory ..."""
    if state not in {None, *RETRIABLE}:
        raise InvalidInput(
            f"What is {state} is not read again.", "Use --state quarantined or --state cancelled."
        )
    states = RETRIABLE if state is None else {state}

    async def main() -> list[UUID]:
        async with open_diptych(load()) as diptych:
            if documents and len(documents) == 1 and state is None and reason is None:
                return [(await diptych.order.retry(workspace, documents[0])).id]
            named = documents or None
            return await diptych.order.retry_all(workspace, named, states=states, reason=reason)

    again = run(main())
    ignored = len(set(documents or again)) - len(again)
    if as_json:
        emit({"retried": again, "ignored": ignored})
        return
    left = f" {ignored:,} are left as they are." if ignored else ""
    out.print(f"{len(again):,} documents are read again.{left}", highlight=False)


def cancel(
    documents: Annotated[list[UUID] | None, typer.Argument(help="Which documents.")] = None,
    all_of_them: Annotated[
        bool, typer.Option("--all", help="All of the workspace that wait or are in work.")
    ] = False,
    state: Annotated[
        VersionState | None, typer.Option(help="All that wait (accepted), or are in work.")
    ] = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Stop documents that are waiting or in work; earlier live versions stay live."""
    if bool(documents) == (all_of_them or state is not None):
        raise InvalidInput("Nothing or too much is named.", "Give ids, or --all, or --state.")
    if documents:
        raise typer.Exit(run(_cancel(documents, workspace, as_json=as_json)))
    if state not in {None, *UNDER_WAY}:
        raise InvalidInput(
            f"What is {state} cannot be stopped.", "Use --state accepted or --state processing."
        )
    stopped = run(_cancel_all(workspace, UNDER_WAY if state is None else {state}))
    if as_json:
        emit({"cancelled": stopped})
    else:
        out.print(f"{len(stopped):,} documents are stopped.", highlight=False)


async def _cancel_all(workspace: str, states: Collection[VersionState]) -> list[UUID]:
    async with open_diptych(load()) as diptych:
        return await diptych.order.cancel_all(workspace, states=states)


async def _cancel(documents: list[UUID], workspace: str, *, as_json: bool) -> int:
    """Cancel each; one that is refused does not keep the others."""
    async with open_diptych(load()) as diptych:
        outcomes = await diptych.order.cancel_each(workspace, documents)
    for outcome in outcomes:
        document, refused = outcome.document, outcome.refused
        state = outcome.record.state if outcome.record else None
        if as_json:
            emit({"document": document, "state": state, "refused": refused and str(refused)})
        elif refused:
            err.print(f"{document}: {refused}", highlight=False, markup=False)
        else:
            out.print(f"{document}: {state}", highlight=False)
    return FAILED if any(outcome.refused for outcome in outcomes) else DONE
