"""The embedded Neo4j: its password, a killed server, and the service without it."""

import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import neo4j
import psutil
import psycopg
import pytest

from deploy.embedded.jars import JarCache
from deploy.embedded.lease import ServerLease
from deploy.embedded.neo4j import EmbeddedNeo4j, Neo4jAddress
from deploy.embedded.process import free_port
from deploy.embedded.servers import EmbeddedServers

Lease = ServerLease[Neo4jAddress]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="diptych "))
    yield home / "neo4j"
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def graph(place: Path, jars: JarCache) -> Iterator[Lease]:
    """A share in one server for this module: a start takes seconds."""
    lease = ServerLease(EmbeddedNeo4j(place, jars))
    lease.acquire()
    yield lease
    lease.release()
    assert not lease.running()


def ask(address: Neo4jAddress, query: str) -> list[list[object]]:
    with neo4j.GraphDatabase.driver(address.url, auth=(address.user, address.password)) as driver:
        return [record.values() for record in driver.execute_query(query).records]


def test_it_is_the_release_that_the_panel_needs(graph: Lease) -> None:
    rows = ask(graph.acquire(), "CALL dbms.components() YIELD versions, edition")
    assert rows[0][1] == "community"
    version = rows[0][0]
    assert isinstance(version, list)
    assert tuple(map(int, str(version[0]).split(".")[:2])) >= (2026, 4)


def test_only_the_password_opens_it(graph: Lease, place: Path) -> None:
    address = graph.acquire()
    with pytest.raises(neo4j.exceptions.AuthError):
        ask(Neo4jAddress(address.url, address.user, "neo4j"), "RETURN 1")
    assert "password" not in repr(address)
    for secret in (place, place / "password"):
        assert not stat.S_IMODE(secret.stat().st_mode) & 0o077


def test_second_lease_attaches(graph: Lease, place: Path, jars: JarCache) -> None:
    other = ServerLease(EmbeddedNeo4j(place, jars))
    assert other.acquire() == graph.acquire()
    other.release()
    assert ask(graph.acquire(), "RETURN 1") == [[1]]


def test_killed_server_starts_again_with_what_was_committed(
    graph: Lease, place: Path, jars: JarCache
) -> None:
    ask(graph.acquire(), "CREATE (:Kept {answer: 42})")
    process = EmbeddedNeo4j(place, jars).process.find()
    assert process
    process.kill()
    process.wait(30)
    assert not graph.running()
    assert ask(graph.acquire(), "MATCH (k:Kept) RETURN DISTINCT k.answer") == [[42]]


def test_without_jars_and_network_postgres_still_serves(directory: Path, tmp_path: Path) -> None:
    closed = f"http://127.0.0.1:{free_port()}"
    servers = EmbeddedServers(directory.parent, tmp_path, repository=closed)
    endpoints = servers.acquire()
    assert endpoints.neo4j is None
    assert endpoints.neo4j_failure
    assert closed in endpoints.neo4j_failure.message
    assert "Run the same command again" in endpoints.neo4j_failure.remedy
    assert endpoints.postgres_url
    with psycopg.connect(endpoints.postgres_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert servers.stop() != ()
    servers.release()
    assert not servers.postgres.running()


def test_only_the_server_that_is_needed_is_started(directory: Path, tmp_path: Path) -> None:
    servers = EmbeddedServers(directory.parent, tmp_path)
    endpoints = servers.acquire(neo4j=False)
    assert endpoints.postgres_url
    assert (endpoints.neo4j, endpoints.neo4j_failure) == (None, None)
    servers.release()
    assert not (directory.parent / "neo4j" / "pid").exists()


def test_a_database_that_gave_up_on_a_full_disk_is_restarted(graph: Lease, place: Path) -> None:
    address = graph.acquire()
    ask(address, "CREATE (:Survivor)")
    assert not graph.heal()
    process = psutil.Process(int((place / "pid").read_text().split()[0]))
    process.rlimit(psutil.RLIMIT_FSIZE, (200_000, -1))  # files cannot grow, as on a full disk
    with pytest.raises(neo4j.exceptions.Neo4jError):
        ask(address, "UNWIND range(1, 20000) AS n CREATE (:Full {text: toString(n)})")
    assert graph.heal()
    address = graph.acquire()
    assert ask(address, "MATCH (n:Survivor) RETURN count(n)") == [[1]]
    ask(address, "MATCH (n:Survivor) DELETE n")
