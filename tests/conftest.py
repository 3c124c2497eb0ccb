"""Fixtures shared by all tests: the real servers, each test's own database and workspace."""

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from deploy.embedded.jars import JarCache
from deploy.embedded.lease import ServerLease
from deploy.embedded.neo4j import EmbeddedNeo4j
from deploy.embedded.postgres import EmbeddedPostgres

# Here, before any room's tests import them.
for part in (
    "shelf",
    "panel_contract",
    "lifecycle_contract",
    "generation_contract",
    "repair_contract",
    "awkward_contract",
    "emptying_contract",
    "search_contract",
    "lexical_contract",
):
    pytest.register_assert_rewrite(f"tests.panels.{part}")

# How long an example takes depends on who else has the processor.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# A Neo4j that lives for minutes never earns back what Java's second compiler costs: without it
# three times as many tests end in the same processor time. Every server of a test inherits this.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")

USE_CASES = ("eval", "ingestion", "retrieval")
FIRST = ("soak/test_soak.py", "system/")
"""What takes minutes is begun first, so that at the end no worker waits for another one's file."""
SERVERS = {"postgres_server", "neo4j_server"}
FETCH = (
    "import sys; from pathlib import Path; from deploy.embedded.jars import JarCache; "
    "JarCache(Path(sys.argv[1])).ensure()"
)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let no test reach past this machine (read by pytest-socket, hence first)."""
    config.option.allow_hosts = "127.0.0.1,::1,localhost"
    config.option.allow_unix_socket = True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let no test of a use case open any socket, unless it asks for a real server; order files."""
    root = Path(__file__).parent

    def turn(item: pytest.Item) -> int:
        name = item.path.relative_to(root).as_posix()
        return next((n for n, start in enumerate(FIRST) if name.startswith(start)), len(FIRST))

    items.sort(key=turn)
    for item in items:
        room = item.path.relative_to(root).parts[0]
        fixtures = set(getattr(item, "fixturenames", ()))
        if room in USE_CASES and not SERVERS & fixtures:
            item.add_marker(pytest.mark.disable_socket)


@dataclass(frozen=True)
class Neo4jServer:
    """Where the test run's Neo4j listens."""

    url: str
    user: str
    password: str


@pytest.fixture(scope="session")
def server_home() -> Iterator[Path]:
    """Home of the servers that this test run starts; short and gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="diptych-"))
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def jars() -> JarCache:
    """Neo4j's jars in the user's cache, fetched by another process: this one has no network."""
    folder = Path(os.environ.get("DIPTYCH_CACHE", "~/.cache/diptych")).expanduser() / "jars"
    cache = JarCache(folder)
    if cache.missing():
        fetch = [sys.executable, "-c", FETCH, str(folder)]
        subprocess.run(fetch, check=True)  # noqa: S603 - this interpreter
    return cache


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a PostgreSQL with pgvector, as a superuser, database ``postgres``."""
    if url := os.environ.get("DIPTYCH_TEST_POSTGRES_URL"):
        yield url
        return
    lease = ServerLease(EmbeddedPostgres(request.getfixturevalue("server_home") / "postgres"))
    url = psycopg.conninfo.make_conninfo(lease.acquire(), dbname="postgres")
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET fsync = off")  # no test outlives a power cut
        admin.execute("SELECT pg_reload_conf()")
    yield url
    lease.release()


@pytest.fixture(scope="session")
def neo4j_server(request: pytest.FixtureRequest) -> Iterator[Neo4jServer]:
    """A running Neo4j; its one database is shared by a process's tests, apart by workspace.

    One that the environment names is for a run in one process: some tests empty it.
    """
    if given := os.environ.get("DIPTYCH_TEST_NEO4J"):
        yield Neo4jServer(*given.split())
        return
    home, jars = (request.getfixturevalue(name) for name in ("server_home", "jars"))
    lease = ServerLease(EmbeddedNeo4j(home / "neo4j", jars))
    address = lease.acquire()
    yield Neo4jServer(address.url, address.user, address.password)
    lease.release()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A new, empty database for one test, dropped afterwards."""
    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(
            sql.SQL(
                "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' "
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
            ).format(sql.Identifier(name))
        )
        yield psycopg.conninfo.make_conninfo(postgres_server, dbname=name)
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
