"""``diptych doctor``: what is wrong on this machine, and the command that mends it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import typer
from rich.markup import escape

from contracts.errors import DiptychError
from deploy.commands.console import DONE, FAILED, JsonOption, emit, out, run
from deploy.doctor import Check, Patient, checks
from deploy.embedded.jars import JarCache
from deploy.embedded.neo4j import Neo4jAddress
from deploy.mirrors import trackers
from deploy.settings import Settings, load
from deploy.wiring import open_diptych
from inference.e5 import ensure_e5
from readers.installed import find_engine


def doctor(as_json: JsonOption = False) -> None:
    """Look at everything the service stands on; exit code 1 when something is wrong."""
    found = run(_examine(load()))
    for check in found:
        if as_json:
            emit(check)
            continue
        mark = "[green]ok  [/green]" if check.ok else "[red]bad [/red]"
        out.print(f"{mark} {check.name:<16} {escape(check.detail)}", highlight=False)
        if check.remedy:
            out.print(f"     → {escape(check.remedy)}", highlight=False)
    raise typer.Exit(DONE if all(c.ok for c in found) else FAILED)


async def _examine(settings: Settings) -> list[Check]:
    """Examine what can be reached; what cannot be opened is a finding of its own."""

    async def model() -> Path:
        return await asyncio.to_thread(ensure_e5, settings.cache / "models")

    password = settings.neo4j_password.get_secret_value()
    given = settings.neo4j_url
    bare = Patient(
        home=settings.home,
        host=settings.host,
        port=settings.port,
        jars=None if given else JarCache(settings.cache / "jars"),
        model=model,
        engine=find_engine,
        postgres_url=settings.postgres_url,
        neo4j=Neo4jAddress(given, settings.neo4j_user, password) if given else None,
        mirrors=trackers(settings),
    )
    try:
        async with open_diptych(settings) as diptych:
            whole = replace(
                bare,
                panels=tuple(diptych.panels.values()),
                queue=diptych.queue,
                ledger=diptych.ledger,
            )
            return await checks(whole)
    except DiptychError as error:
        return [*await checks(bare), Check("service", False, error.message, error.remedy)]
