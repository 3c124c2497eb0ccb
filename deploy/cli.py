"""The ``diptych`` command."""

import sys

import typer

from contracts.errors import DiptychError, InvalidInput
from deploy.commands.ask import ask, search
from deploy.commands.console import FAILED, WRONG_USE, err
from deploy.commands.demo import demo
from deploy.commands.doctor import doctor
from deploy.commands.ingest import ingest
from deploy.commands.people import keys, workspaces
from deploy.commands.serve import serve, stop, worker
from deploy.commands.watch import parity, status

app = typer.Typer(
    help="One document, two panels: complete in PostgreSQL and in Neo4j at once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (demo, serve, worker, stop, ingest, ask, search, status, parity, doctor):
    app.command()(command)
app.add_typer(keys, name="keys")
app.add_typer(workspaces, name="workspaces")


def main() -> None:
    """Run the command; an expected failure is two lines and an exit code, never a traceback."""
    try:
        app()
    except DiptychError as error:
        err.print(f"[red]{error.message}[/red]", highlight=False)
        if error.remedy:
            err.print(error.remedy, highlight=False, markup=False)
        sys.exit(WRONG_USE if isinstance(error, InvalidInput) else FAILED)


if __name__ == "__main__":
    main()
