"""The ``diptych`` command."""

import sys
from collections.abc import Callable

import typer

from contracts.errors import DiptychError, InvalidInput
from deploy.commands.ask import ask, search
from deploy.commands.champion import champion
from deploy.commands.compare import compare_runs
from deploy.commands.console import FAILED, WRONG_USE, err
from deploy.commands.demo import demo
from deploy.commands.doctor import doctor
from deploy.commands.duplicates import duplicates
from deploy.commands.evaluate import evaluate
from deploy.commands.generations import generations
from deploy.commands.ingest import ingest
from deploy.commands.intake import intake
from deploy.commands.lab import lab
from deploy.commands.mirror import mirror_runs
from deploy.commands.order import cancel, retry
from deploy.commands.people import keys, workspaces
from deploy.commands.personal import personal
from deploy.commands.quality import quality
from deploy.commands.rebuild import export, rebuild
from deploy.commands.report import report_runs
from deploy.commands.reproduce import reproduce_run
from deploy.commands.review import review
from deploy.commands.serve import serve, stop, worker
from deploy.commands.suites import suites
from deploy.commands.switch import audit, switch
from deploy.commands.trash import delete, restore
from deploy.commands.usage import usage
from deploy.commands.watch import parity, status

app = typer.Typer(
    help="One document, two panels: complete in PostgreSQL and in Neo4j at once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
COMMANDS: tuple[Callable[..., None], ...] = (
    *(demo, serve, worker, stop, ingest, retry, cancel, delete, restore, ask, search, status),
    *(parity, switch, rebuild, export, audit, usage, doctor),
)
for command in COMMANDS:
    app.command()(command)
app.command("compare")(compare_runs)
evaluate.command("mirror")(mirror_runs)
evaluate.command("report")(report_runs)
evaluate.command("reproduce")(reproduce_run)
app.add_typer(champion, name="champion")
app.add_typer(duplicates, name="duplicates")
app.add_typer(evaluate, name="eval")
app.add_typer(generations, name="generations")
app.add_typer(intake, name="intake")
app.add_typer(keys, name="keys")
app.add_typer(lab, name="lab")
app.add_typer(personal, name="personal")
app.add_typer(quality, name="quality")
app.add_typer(review, name="review")
app.add_typer(suites, name="suites")
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
