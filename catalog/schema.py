"""Brings the database's schemas up to date when the service starts.

The schema ``catalog`` by alembic, ``queue`` by procrastinate's own migration files; under an
advisory lock, so that any number of processes may start at once.
"""

import asyncio
from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager, migrations_path

from catalog import locks
from catalog.connections import bounded
from catalog.failures import translated
from catalog.migrations import HEAD
from contracts.errors import SetupFailed

_MIGRATE_TIMEOUT = "SET statement_timeout = '10min'"
_HAS_TABLES = "SELECT to_regclass('catalog.alembic_version') IS NOT NULL"
_STATE = """
SELECT (SELECT version_num FROM catalog.alembic_version),
       (SELECT migration FROM catalog.queue_schema)
"""
_SCHEMAS = "CREATE SCHEMA IF NOT EXISTS catalog; CREATE SCHEMA IF NOT EXISTS queue"
_INDEX_TURNS = """
CREATE INDEX IF NOT EXISTS job_turn
ON queue.procrastinate_jobs (priority, (args ->> 'workspace'), id) WHERE status = 'todo'
"""
"""The queue's own migrations know nothing of workspaces; made once both schemas are there."""
_NAME_WORKSPACE = """
UPDATE queue.procrastinate_jobs SET args = args || '{"workspace": ""}'
WHERE status = 'todo' AND args -> 'workspace' IS NULL
"""
_NOTE_QUEUE = "INSERT INTO catalog.queue_schema (migration) VALUES (%s)"
_MOVE_QUEUE = "UPDATE catalog.queue_schema SET migration = %s"
_LOCK = "SELECT pg_advisory_lock(%s, %s)"


async def migrate(url: str) -> None:
    """Create or migrate both schemas; nothing to do costs one connection.

    Raises CatalogUnavailable, and SetupFailed when the schema is newer than the program or the
    user lacks the right to create it.
    """
    with translated():
        await asyncio.to_thread(_migrate, bounded(url))


def _migrate(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        if _state(connection) == (HEAD, _queue_files()[-1].name):
            return
        connection.execute(_MIGRATE_TIMEOUT)
        connection.execute(_LOCK, (locks.CLASS, locks.MIGRATE))
        with connection.transaction():
            connection.execute(_SCHEMAS)
        revision, _ = _state(connection)
        _upgrade_catalog(connection, revision)
        with connection.transaction():
            _upgrade_queue(connection)
            connection.execute(_INDEX_TURNS)
            connection.execute(_NAME_WORKSPACE)


def _state(connection: psycopg.Connection) -> tuple[str | None, str | None]:
    """Give the revisions of both schemas; None for what is not there yet."""
    row = connection.execute(_HAS_TABLES).fetchone()
    if not row or not row[0]:
        return None, None
    state = connection.execute(_STATE).fetchone()
    return state or (None, None)


def _upgrade_catalog(connection: psycopg.Connection, revision: str | None) -> None:
    """Run alembic on this connection."""
    # Imported here: half a second that a start without news does not pay.
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - see above
    from sqlalchemy import create_engine  # noqa: PLC0415 - see above
    from sqlalchemy.pool import StaticPool  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise _newer(f"the catalog's schema is at {revision}, this program knows {HEAD}")
    if revision == HEAD:
        return
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool
    )
    connection.autocommit = False
    with engine.begin() as session:
        config.attributes["connection"] = session
        command.upgrade(config, "head")
    connection.autocommit = True


def _upgrade_queue(connection: psycopg.Connection) -> None:
    """Create procrastinate's schema, or run those of its migrations that are new."""
    files = _queue_files()
    _, applied = _state(connection)
    if applied is None:
        connection.execute(SchemaManager.get_schema())
        connection.execute(_NOTE_QUEUE, (files[-1].name,))
        return
    if applied > files[-1].name:
        raise _newer(f"the queue's schema is at {applied}, this program knows {files[-1].name}")
    for file in files:
        if file.name > applied:
            # Bytes: the files are procrastinate's own, and not literal to the type checker.
            connection.execute(file.read_bytes())
            connection.execute(_MOVE_QUEUE, (file.name,))


def _queue_files() -> list[Path]:
    return sorted(Path(migrations_path).glob("*.sql"))


def _newer(what: str) -> SetupFailed:
    return SetupFailed(
        f"The database is newer than this program: {what}.",
        "Start the newer version of Diptych, or restore a backup made with this one.",
    )
