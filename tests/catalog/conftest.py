"""Catalogs for tests; the contract suites are no test modules: let their assertions explain."""

import uuid
from collections.abc import AsyncIterator

import psycopg
import pytest
from psycopg import sql

from catalog.postgres import PostgresCatalog
from catalog.schema import migrate

CONTRACTS = (
    "blobs",
    "configurations",
    "documents",
    "generations",
    "handling",
    "judgements",
    "ledger",
    "personal",
    "places",
    "likeness",
    "policy",
    "quality",
    "queue",
    "recognised",
    "register",
    "review",
    "runs",
    "services",
    "suites",
    "traces",
    "trash",
    "variants",
)
pytest.register_assert_rewrite(
    "tests.catalog.desk", *(f"tests.catalog.{one}_contract" for one in CONTRACTS)
)

from tests.catalog.desk import Desk  # noqa: E402 - rewritten from here on

_CREATE = sql.SQL(
    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' "
    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
)
_DROP = sql.SQL("DROP DATABASE {} WITH (FORCE)")
_EMPTY = """
SET search_path = queue;
DELETE FROM catalog.document;
DELETE FROM catalog.recognised;
DELETE FROM catalog.trash;
DELETE FROM catalog.merged;
DELETE FROM catalog.generation;
ALTER SEQUENCE catalog.generation_number RESTART;
UPDATE catalog.panel SET standing = 'serving', source = NULL;
DELETE FROM catalog.policy WHERE workspace IS NOT NULL;
UPDATE catalog.policy SET policy = DEFAULT, previous = NULL, changed = false;
DELETE FROM catalog.masking;
DELETE FROM catalog.audit;
DELETE FROM catalog.comparison;
DELETE FROM catalog.configuration_name;
DELETE FROM catalog.configuration;
DELETE FROM catalog.run_name;
DELETE FROM catalog.variant;
DELETE FROM catalog.run;
DELETE FROM catalog.judge;
DELETE FROM catalog.suite;
DELETE FROM catalog.trace;
DELETE FROM catalog.quality_norm;
DELETE FROM catalog.quality_expectation;
DELETE FROM catalog.parity_check;
DELETE FROM catalog.key;
DELETE FROM catalog.place;
DELETE FROM catalog.workspace WHERE name <> 'default';
UPDATE catalog.turn SET workspace = '';
UPDATE catalog.duty SET done = '-infinity';
DELETE FROM queue.procrastinate_jobs;
DELETE FROM queue.procrastinate_workers;
"""


@pytest.fixture(scope="session")
async def shared_catalog_url(postgres_server: str) -> AsyncIterator[str]:
    """A migrated database for all tests: making one for each costs a second, emptying it none."""
    name = f"t_{uuid.uuid4().hex}"
    url = psycopg.conninfo.make_conninfo(postgres_server, dbname=name)
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(_CREATE.format(sql.Identifier(name)))
        await migrate(url)
        yield url
        admin.execute(_DROP.format(sql.Identifier(name)))


@pytest.fixture
def catalog_url(shared_catalog_url: str) -> str:
    """A migrated database in which nothing is recorded."""
    with psycopg.connect(shared_catalog_url) as connection:
        connection.execute(_EMPTY)
    return shared_catalog_url


@pytest.fixture
async def bare_catalog(catalog_url: str) -> AsyncIterator[PostgresCatalog]:
    """An empty catalog that no process has opened for work yet: it has no generation."""
    catalog = PostgresCatalog(catalog_url, pool_size=4)
    await catalog.open()
    yield catalog
    await catalog.close()


@pytest.fixture
async def postgres_catalog(bare_catalog: PostgresCatalog) -> PostgresCatalog:
    await Desk(bare_catalog).opened()
    return bare_catalog
