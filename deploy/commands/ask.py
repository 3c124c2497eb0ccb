"""``diptych search`` and ``diptych ask``: questions from the terminal."""

from typing import Annotated

import typer
from rich.markup import escape

from contracts.nouns import DEFAULT_WORKSPACE, ReadMode
from deploy.commands.console import (
    DONE,
    JsonOption,
    QuietOption,
    WorkspaceOption,
    emit,
    err,
    out,
    progress,
    run,
)
from deploy.settings import load
from deploy.wiring import open_diptych
from retrieval.asking import Answer, AskRequest, SearchRequest, SearchResult

PanelOption = Annotated[
    ReadMode | None, typer.Option("--panel", "-p", help="Panel that answers; none: the default.")
]
SHOWN = 300


def search(
    query: str,
    panel: PanelOption = None,
    limit: Annotated[int, typer.Option(help="Passages to show.")] = 10,
    parents: Annotated[
        bool, typer.Option("--parents", help="Show the longer passages they were cut from.")
    ] = False,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Find passages."""
    asked = SearchRequest(workspace, query, panel, limit, parents=parents)

    async def main() -> SearchResult:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                return await diptych.traced.search(asked)

    result = run(main())
    if as_json:
        emit(result)
    else:
        show_result(result)
    raise typer.Exit(DONE)


def ask(
    question: str,
    panel: PanelOption = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Answer a question from the documents, each claim with its source."""

    async def main() -> Answer:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                return await diptych.traced.ask(AskRequest(workspace, question, panel))

    answer = run(main())
    if as_json:
        emit(answer)
    else:
        show_answer(answer)
    raise typer.Exit(DONE)


def show_result(result: SearchResult) -> None:
    """Print passages for a person."""
    _note(result)
    for rank, found in enumerate(result.found, 1):
        page = f", page {found.chunk.page}" if found.chunk.page else ""
        out.print(f"[bold]{rank}. {escape(found.title)}[/bold]{page}  [dim]{found.chunk.id}[/dim]")
        out.print(f"   {escape(' '.join(found.read.text.split())[:SHOWN])}")
    if not result.found:
        out.print("Nothing found.")


def show_answer(answer: Answer) -> None:
    """Print an answer with its sources for a person."""
    _note(answer.search)
    out.print(escape(answer.text), style="yellow" if answer.refused else None)
    for citation in answer.citations:
        page = f", page {citation.page}" if citation.page else ""
        quote = " ".join(citation.quote.split())[:SHOWN]
        out.print(
            f"  [cyan]\\[{citation.number}][/cyan] {escape(citation.title)}{page}: "
            f"[italic]“{escape(quote)}”[/italic]"
        )


def _note(result: SearchResult) -> None:
    err.print(f"[dim]served by {', '.join(result.served_by)}[/dim]")
    if result.degraded:
        err.print(f"[yellow]{escape(result.degraded)}[/yellow]")
