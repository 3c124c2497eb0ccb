"""``diptych personal``: what documents tell of people, in numbers, and where that is masked."""

from collections.abc import Collection, Iterator
from functools import partial
from typing import Annotated
from uuid import UUID

import typer

from contracts.errors import InvalidInput
from contracts.nouns import DEFAULT_WORKSPACE, Json
from contracts.paging import pages
from contracts.personal import (
    MaskScope,
    PersonalDocument,
    PersonalLevel,
    PersonalTotals,
)
from contracts.policy import Change
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

personal = typer.Typer(help="Personal data: what was found, and where it is masked.")
PAGE = 200
OFF = "off"
_PAGES = 8
"""Page numbers that a line shows; programs get all."""


@personal.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    level: Annotated[PersonalLevel | None, typer.Option(help="Documents of this level.")] = None,
    document: Annotated[UUID | None, typer.Option(help="One document only.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Sum up what documents tell of people, and list those that do; never what was found."""
    if context.invoked_subcommand:
        return

    async def main() -> None:
        async with open_diptych(load()) as diptych:
            if document:
                tell([await diptych.personal.counts.get(workspace, document)], as_json=as_json)
                return
            totals = await diptych.personal.counts.totals(workspace)
            scopes = (await diptych.plans.look()).masks(workspace)
            if as_json:
                emit(totals_as_json(workspace, totals, scopes))
            else:
                out.print("\n".join(sentences(totals, scopes)), highlight=False)
            find = partial(diptych.personal.counts.find, workspace, limit=PAGE, level=level)
            async for page in pages(find):
                tell(page.items, as_json=as_json)

    run(main())


@personal.command("mask")
def mask(
    scopes: Annotated[str, typer.Argument(help="off, or any of index,prompts,traces.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Say where a workspace's personal data is masked; it holds for what is done from now on."""
    wanted = scopes_of(scopes)

    async def main() -> None:
        async with open_diptych(load()) as diptych:
            await diptych.policies.mask(workspace, wanted, Change(actor()))

    run(main())
    if as_json:
        emit({"workspace": workspace, "masked": sorted(wanted)})
    else:
        out.print(_masked(wanted), highlight=False)


@personal.command("measure")
def measure(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Count in documents that were there before anything was counted, from their stored text."""

    async def main() -> int:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                return await diptych.personal.measure(
                    workspace, lambda done, total: bar("Measuring", done, total)
                )

    done = run(main())
    if as_json:
        emit({"workspace": workspace, "measured": done})
    else:
        were = "was" if done == 1 else "were"
        out.print(f"{done} {_documents(done)} {were} measured.", highlight=False)


def scopes_of(text: str) -> frozenset[MaskScope]:
    """Read what is to be masked. Raises InvalidInput."""
    names = [name.strip() for name in text.split(",")]
    if names == [OFF]:
        return frozenset()
    try:
        return frozenset(map(MaskScope, names))
    except ValueError as error:
        raise InvalidInput(
            f"'{text[:80]}' does not say what is to be masked.",
            f"Say {OFF}, or any of {','.join(MaskScope)}, with commas between them.",
        ) from error


def sentences(totals: PersonalTotals, scopes: Collection[MaskScope]) -> Iterator[str]:
    """Tell a workspace's totals to people."""
    levels = ", ".join(f"{totals.levels.get(level, 0)} {level}" for level in PersonalLevel)
    yield f"Documents: {levels}."
    if totals.unmeasured:
        yield f"{totals.unmeasured} more were never measured: diptych personal measure"
    for kind, (found, documents) in sorted(totals.kinds.items()):
        yield f"  {kind:<9} {found:>8} in {documents} {_documents(documents)}"
    yield _masked(scopes)


def totals_as_json(workspace: str, totals: PersonalTotals, scopes: Collection[MaskScope]) -> Json:
    """Tell them to programs."""
    return {
        "workspace": workspace,
        "documents": {level: totals.levels.get(level, 0) for level in PersonalLevel},
        "unmeasured": totals.unmeasured,
        "kinds": {
            kind: {"found": found, "documents": documents}
            for kind, (found, documents) in sorted(totals.kinds.items())
        },
        "masked": sorted(scopes),
    }


def tell(documents: Collection[PersonalDocument], *, as_json: bool) -> None:
    """Tell each document with its kinds and their pages."""
    for one in documents:
        ref, level = one.count.ref, one.count.level
        if as_json:
            emit(
                {
                    "document": ref.document,
                    "version": ref.number,
                    "source": one.source,
                    "level": level,
                    "found": one.count.found,
                }
            )
            continue
        kinds = "; ".join(
            f"{kind} {seen.count} ({_places(seen.pages)})" for kind, seen in one.count.found.items()
        )
        out.print(f"{level:<5} {ref.document}  {one.source}", highlight=False, markup=False)
        out.print(f"      {kinds or 'nothing'}", highlight=False, markup=False)


def _documents(count: int) -> str:
    return "document" if count == 1 else "documents"


def _places(pages: tuple[int, ...]) -> str:
    more = " ..." if len(pages) > _PAGES else ""
    return f"p. {', '.join(map(str, pages[:_PAGES]))}{more}"


def _masked(scopes: Collection[MaskScope]) -> str:
    return f"Masked: {', '.join(sorted(scopes))}." if scopes else "Nothing is masked."
