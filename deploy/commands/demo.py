"""``diptych demo``: from nothing to a cited answer from each panel, then a running service."""

import asyncio
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from contracts.errors import SetupFailed
from contracts.nouns import DEFAULT_WORKSPACE, ReadMode
from contracts.people import Role
from contracts.record import VersionState
from deploy import samples
from deploy.commands.ask import show_answer
from deploy.commands.console import (
    DONE,
    FAILED,
    Bar,
    JsonOption,
    QuietOption,
    emit,
    err,
    out,
    progress,
    run,
)
from deploy.commands.ingest import Outcome, pour
from deploy.commands.serve import Running
from deploy.settings import Settings, load
from deploy.wiring import Diptych, open_diptych
from retrieval.asking import Answer, AskRequest

QUESTION = "Combien reste-t-il à payer sur la facture FA-2026-0417 ?"
MODES = (ReadMode.VECTOR, ReadMode.GRAPH)
READY_WITHIN = 60.0
DEMO_KEY = "demo"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a demonstration came to."""

    documents: int
    quarantined: int
    answers: dict[str, Answer]
    resolved: dict[str, bool]
    seconds: float


def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the answers.")] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Provision, ingest the samples, ask one question of each panel, and keep serving."""
    raise typer.Exit(run(_demo(once=once, as_json=as_json, quiet=quiet)))


async def _demo(*, once: bool, as_json: bool, quiet: bool) -> int:
    settings = load()
    began = time.perf_counter()
    with progress(quiet=quiet) as bar:
        async with open_diptych(settings, bar) as diptych:
            outcomes = await _fill(diptych, bar)
            answers = {mode: await _ask(diptych, mode) for mode in MODES}
            resolved = {m: await resolves(diptych, a) for m, a in answers.items()}
            first = await diptych.people.first_key("first admin")
            key = None if once else first or await _demo_key(diptych)
            if key:
                # While this process still holds the databases: they are not started twice.
                await asyncio.to_thread(ensure_serving, settings)
    shown = Shown(
        documents=len(outcomes),
        quarantined=sum(o.state == VersionState.QUARANTINED for o in outcomes),
        answers={str(m): a for m, a in answers.items()},
        resolved={str(m): r for m, r in resolved.items()},
        seconds=round(time.perf_counter() - began, 1),
    )
    if as_json:
        emit(shown)
    else:
        _print(shown)
    if first:
        err.print(f"Admin key, shown only now: [bold]{first}[/bold]", highlight=False)
    if key:
        _invite(settings, key)
    return DONE if all(resolved.values()) else FAILED


async def _fill(diptych: Diptych, bar: Bar) -> list[Outcome]:
    """Ingest the samples; on a later start nothing is ingested twice."""
    files = list(samples.files())
    return [o async for o in pour(diptych, files, DEFAULT_WORKSPACE, {}, bar, wait=True)]


async def _ask(diptych: Diptych, mode: ReadMode) -> Answer:
    return await diptych.ask(AskRequest(DEFAULT_WORKSPACE, QUESTION, mode))


async def resolves(diptych: Diptych, answer: Answer) -> bool:
    """Tell whether there are citations and each quote stands at its place in its document."""
    for citation in answer.citations:
        parts = await diptych.documents.parts(DEFAULT_WORKSPACE, citation.chunk.ref)
        text = next((p.text for p in parts if p.ordinal == citation.part), "")
        if text[citation.span.start : citation.span.end] != citation.quote:
            return False
    return bool(answer.citations)


async def _demo_key(diptych: Diptych) -> str:
    """Give a fresh reader's key in place of the last demonstration's."""
    for key in await diptych.people.keys():
        if key.name == DEMO_KEY and not key.revoked:
            await diptych.people.revoke(key.id)
    return (await diptych.people.add_key(DEMO_KEY, Role.EDITOR, DEFAULT_WORKSPACE))[1]


def ensure_serving(settings: Settings) -> None:
    """Start the service in the background unless it runs; wait until it answers.

    Raises SetupFailed with the end of its log when it does not come up.
    """
    log = settings.home / "logs" / "serve.log"
    process = None
    if not Running.find(settings.home):
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "deploy.cli", "serve", "--quiet"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
    deadline = time.monotonic() + READY_WITHIN
    while not _answers(settings):
        if (process and process.poll() is not None) or time.monotonic() > deadline:
            raise SetupFailed(f"The service did not come up: {_tail(log)}", f"See {log}.")
        time.sleep(0.2)


def _answers(settings: Settings) -> bool:
    try:
        with urllib.request.urlopen(f"{settings.address}/health/live", timeout=2) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)  # noqa: PLR2004 - HTTP OK
    except (urllib.error.URLError, OSError):
        return False


def _tail(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return "it wrote no log."
    return lines[-1] if lines else "it wrote no log."


def _print(shown: Shown) -> None:
    out.print(f"\n{shown.documents} documents, complete in both panels ({shown.seconds} s).\n")
    out.print(f"[bold]{escape(QUESTION)}[/bold]")
    for mode, answer in shown.answers.items():
        out.print(f"\n[bold cyan]{mode} panel[/bold cyan]")
        show_answer(answer)
        if not shown.resolved[mode]:
            err.print("[red]No citation of this answer resolves.[/red]")


def _invite(settings: Settings, key: str) -> None:
    out.print(f"\nPage:  {settings.address}   (sign in with the key)", highlight=False)
    out.print(f"Key:   {key}", highlight=False)
    out.print("Try:   ", end="", highlight=False)
    sys.stdout.write(
        f"curl -s {settings.address}/v1/ask -H 'Authorization: Bearer {key}' "
        "-H 'Content-Type: application/json' "
        '-d \'{"question": "Who will repair the roof of the packing hall?", "panel": "graph"}\'\n'
    )
    out.print("Stop:  .venv/bin/diptych stop", highlight=False)
