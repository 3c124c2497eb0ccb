"""Looks at everything that the service stands on and says, piece by piece, what mends it."""

import asyncio
import shutil
import sys
import urllib.request
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

import neo4j
import psycopg

from contracts.errors import DiptychError
from contracts.handling import Queue
from contracts.nouns import PanelName
from contracts.panels import Panel
from contracts.record import Ledger
from deploy.embedded.jars import JarCache
from deploy.embedded.neo4j import Neo4jAddress
from deploy.embedded.process import port_is_free
from eval.tracking import Opener, beside
from readers.engines import Engine

PYTHON = "3.11"
POSTGRES = "16"
PGVECTOR = "0.8"
NEO4J = "2026.04"
ROOM = 2 * 1024**3
"""Bytes that must be free: both servers' logs of changes alone may take over one gigabyte."""
PATIENCE = 20.0
"""Seconds that one check may take."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; ``remedy`` says what to do when it is not ``ok``."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What to look at; None or empty leaves a piece out.

    ``jars`` is for an embedded Neo4j. ``model`` gives the folder of the embedding model, or
    raises SetupFailed. ``engine`` looks for what recognises text in pictures. ``mirrors`` are
    trackers by name, empty where none is configured.
    """

    home: Path
    host: str
    port: int
    jars: JarCache | None = None
    model: Callable[[], Awaitable[Path]] | None = None
    engine: Callable[[], Engine | None] | None = None
    postgres_url: str | None = None
    neo4j: Neo4jAddress | None = None
    panels: Sequence[Panel] = ()
    queue: Queue | None = None
    ledger: Ledger | None = None
    mirrors: Mapping[str, Opener] | None = None


async def checks(patient: Patient) -> list[Check]:
    """Look at everything at once; never raises. The order is that of dependence."""
    looks: list[tuple[str, Awaitable[Check]]] = [
        ("python", _python()),
        ("disk", _disk(patient.home)),
        ("address", asyncio.to_thread(_address, patient.host, patient.port)),
    ]
    if patient.jars:
        looks.append(("neo4j files", asyncio.to_thread(_jars, patient.jars)))
    if patient.model:
        looks.append(("embedding model", _model(patient.model)))
    if patient.engine:
        looks.append(("pictures", asyncio.to_thread(_pictures, patient.engine)))
    if patient.postgres_url:
        looks.append(("postgresql", _postgres(patient.postgres_url)))
    if patient.neo4j:
        looks.append(("neo4j", _neo4j(patient.neo4j)))
    looks += [(f"{panel.name} panel", _panel(panel)) for panel in patient.panels]
    if patient.queue:
        looks.append(("workers", _workers(patient.queue)))
    if patient.ledger:
        looks.append(("backlog", _backlog(patient.ledger, patient.queue)))
    if patient.mirrors is not None:
        looks += [(name, _mirror(name, opener)) for name, opener in patient.mirrors.items()]
        looks += [] if patient.mirrors else [("mirrors", _no_mirror())]
    return list(await asyncio.gather(*(_within_reason(name, look) for name, look in looks)))


async def _within_reason(name: str, look: Awaitable[Check]) -> Check:
    try:
        async with asyncio.timeout(PATIENCE):
            found = await look
            return replace(found, remedy="") if found.ok else found
    except TimeoutError:
        return Check(name, False, f"no answer in {PATIENCE:.0f} s", "See that server's log.")
    except DiptychError as error:
        return Check(name, False, error.message, error.remedy)
    except (OSError, psycopg.Error, neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError) as e:
        return Check(name, False, str(e).strip(), "Start it, or mend its address in the settings.")


def _version(text: str) -> tuple[int, ...]:
    """Read the leading numbers of a version: ``18.4 (Debian)`` is (18, 4)."""
    numbers = []
    for part in (text.split() or [""])[0].split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)


async def _python() -> Check:
    return Check(
        "python",
        sys.version_info >= _version(PYTHON),
        sys.version.split(maxsplit=1)[0],
        f"Install Python {PYTHON} or later.",
    )


async def _disk(home: Path) -> Check:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    return Check(
        "disk",
        free >= ROOM,
        f"{free / 1024**3:.1f} GB free for {home}",
        "Make room, or point DIPTYCH_HOME at a larger disk.",
    )


def _address(host: str, port: int) -> Check:
    if port_is_free(port):
        return Check("address", True, f"{host}:{port} is free")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5) as answer:
            ours = answer.status == HTTPStatus.OK
    except OSError:
        ours = False
    return Check(
        "address",
        ours,
        f"{host}:{port} is "
        + ("where the service answers" if ours else "taken by another program"),
        "Set DIPTYCH_PORT to another port.",
    )


def _jars(jars: JarCache) -> Check:
    missing = jars.missing()
    return Check(
        "neo4j files",
        not missing,
        f"{len(missing)} missing or damaged in {jars.folder}" if missing else str(jars.folder),
        "Run `diptych serve` once with access to the internet: it fetches them.",
    )


async def _model(model: Callable[[], Awaitable[Path]]) -> Check:
    return Check("embedding model", True, str(await model()))


def _pictures(find: Callable[[], Engine | None]) -> Check:
    engine = find()
    return Check(
        "pictures",
        engine is not None,
        f"text in them is read by {engine.label}: {', '.join(engine.languages)}"
        if engine
        else "neither Tesseract nor RapidOCR is installed: scans are not read",
        "Install the packages tesseract-ocr, tesseract-ocr-fra and tesseract-ocr-rus.",
    )


async def _postgres(url: str) -> Check:
    async with await psycopg.AsyncConnection.connect(url, connect_timeout=10) as connection:
        cursor = await connection.execute(
            "SELECT current_setting('server_version'), (SELECT coalesce(installed_version, "
            "default_version) FROM pg_available_extensions WHERE name = 'vector')"
        )
        row = await cursor.fetchone()
    server, vector = row or ("0", None)
    enough = _version(server) >= _version(POSTGRES) and _version(vector or "0") >= _version(
        PGVECTOR
    )
    return Check(
        "postgresql",
        enough,
        f"PostgreSQL {server}, pgvector {vector or 'not installed'}",
        f"Use PostgreSQL {POSTGRES} or later with pgvector {PGVECTOR} or later.",
    )


async def _neo4j(address: Neo4jAddress) -> Check:
    auth = (address.user, address.password)
    async with neo4j.AsyncGraphDatabase.driver(
        address.url, auth=auth, connection_timeout=10
    ) as driver:
        info = await driver.get_server_info()
    version = info.agent.partition("/")[2]
    return Check(
        "neo4j",
        _version(version) >= _version(NEO4J),
        f"Neo4j {version}",
        f"Use Neo4j {NEO4J} or later.",
    )


async def _panel(panel: Panel) -> Check:
    health = await panel.health()
    return Check(
        f"{panel.name} panel",
        health.ready,
        f"{health.detail} {health.version}".strip(),
        "The other panel serves meanwhile; its writes follow when this one is back.",
    )


async def _workers(queue: Queue) -> Check:
    workers, waiting = await asyncio.gather(queue.workers(), queue.waiting())
    return Check(
        "workers",
        workers > 0 or not waiting,
        f"{workers} alive, {waiting} jobs waiting",
        "Run `diptych serve` or `diptych worker`.",
    )


async def _backlog(ledger: Ledger, queue: Queue | None) -> Check:
    """Tell how far panels are behind: of documents that a worker is at, nothing is wrong."""
    rows = await ledger.backlog()
    at_work = queue is not None and await queue.workers() > 0
    behind = {str(panel): rows[panel] for panel in PanelName if rows.get(panel)}
    detail = ", ".join(f"{panel}: {rows} behind" for panel, rows in behind.items())
    return Check(
        "backlog",
        at_work or not behind,
        f"{detail}, and a worker is at it"
        if behind and at_work
        else detail or "both panels are true",
        "It drains by itself while a worker runs and the panel is reachable: `diptych status`.",
    )


async def _mirror(name: str, opener: Opener) -> Check:
    def reach() -> str:
        tracker = opener()
        try:
            return tracker.reach()
        finally:
            tracker.close()

    return Check(name, True, await beside(reach, PATIENCE, name))


async def _no_mirror() -> Check:
    return Check("mirrors", True, "none: set DIPTYCH_LANGFUSE_URL or DIPTYCH_MLFLOW_URL")
