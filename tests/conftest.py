"""Fixtures shared by all tests: the real servers, each test's own database and workspace."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql


@dataclass(frozen=True)
class Neo4jServer:
    """Where the test run's Neo4j listens."""

    url: str
    user: str
    password: str


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """URL of a PostgreSQL with pgvector, as a superuser, database ``postgres``."""
    return os.environ["DIPTYCH_TEST_POSTGRES_URL"]


@pytest.fixture(scope="session")
def neo4j_server() -> Neo4jServer:
    """A running Neo4j; its one database is shared by all tests, apart by workspace."""
    url, user, password = os.environ["DIPTYCH_TEST_NEO4J"].split()
    return Neo4jServer(url, user, password)


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
