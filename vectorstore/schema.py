"""Brings the schema ``panel`` up to date by alembic, and records each generation."""

import asyncio
from pathlib import Path
from threading import Timer

import psycopg

from contracts.errors import SetupFailed, SpaceMismatch
from contracts.nouns import Generation
from vectorstore import indexes
from vectorstore.connections import READ_SECONDS, bounded, hang_up
from vectorstore.failures import translated
from vectorstore.migrations import HEAD

OLDEST_SERVER = 18_00_00
"""PostgreSQL 18 brings crc32 and case mapping that is the same on every system."""

_LOCK_CLASS = 1146113102
_MIGRATE = 1
_LOCK = "SELECT pg_advisory_lock(%s, %s)"
_MIGRATE_TIMEOUT = "SET statement_timeout = '30min'"
_HAS_TABLE = "SELECT to_regclass('panel.alembic_version') IS NOT NULL"
_REVISION = "SELECT version_num FROM panel.alembic_version"
_SCHEMA = "CREATE SCHEMA IF NOT EXISTS panel"
_ADD_GENERATION = """
INSERT INTO panel.generation (number, model, dimension, chunker) VALUES (%s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_GENERATION = "SELECT number, model, dimension, chunker FROM panel.generation WHERE number = %s"


async def migrate(url: str, generation: Generation) -> None:
    """Create or migrate the schema and the generation's indexes; no news costs one connection.

    Raises PanelUnavailable; SetupFailed when the schema is newer than the program, the server
    older than 18, or a right is lacking; SpaceMismatch as contracts.panels says.
    """
    with translated():
        await asyncio.to_thread(_prepare, bounded(url), generation)


def _prepare(conninfo: str, generation: Generation) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        # Looking is quick, so a server that does not answer is given up; building may take long.
        deadline = Timer(READ_SECONDS, hang_up, (connection,))
        deadline.daemon = True
        deadline.start()
        try:
            _check_server(connection)
            news = _revision(connection) != HEAD or bool(indexes.missing(connection, generation))
        finally:
            deadline.cancel()
        if news:
            connection.execute(_MIGRATE_TIMEOUT)
            connection.execute(_LOCK, (_LOCK_CLASS, _MIGRATE))
            _upgrade(connection)
        _prepare_generation(connection, generation)


def _check_server(connection: psycopg.Connection) -> None:
    info = connection.info
    if info.server_version < OLDEST_SERVER:
        raise SetupFailed(
            f"PostgreSQL {info.server_version // 10_000} is too old for the relational panel.",
            "Use PostgreSQL 18 or later with the extension pgvector 0.8 or later.",
        )
    if (encoding := info.parameter_status("server_encoding")) != "UTF8":
        raise SetupFailed(
            f"The database '{info.dbname}' has the encoding {encoding}, not UTF8.",
            "Create a database with ENCODING 'UTF8' and point the URL at it.",
        )


def _revision(connection: psycopg.Connection) -> str | None:
    """Give the schema's revision; None when it is not there yet."""
    there = connection.execute(_HAS_TABLE).fetchone()
    row = connection.execute(_REVISION).fetchone() if there and there[0] else None
    return str(row[0]) if row else None


def _upgrade(connection: psycopg.Connection) -> None:
    """Run alembic on this connection."""
    # Imported here: half a second that a start without news does not pay.
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - see above
    from sqlalchemy import create_engine  # noqa: PLC0415 - see above
    from sqlalchemy.pool import StaticPool  # noqa: PLC0415 - see above

    revision = _revision(connection)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise SetupFailed(
            f"The relational panel's schema is at {revision}, this program knows {HEAD}.",
            "Start the newer version of Diptych, or restore a backup made with this one.",
        )
    if revision == HEAD:
        return
    connection.execute(_SCHEMA)
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool
    )
    connection.autocommit = False
    with engine.begin() as session:
        config.attributes["connection"] = session
        command.upgrade(config, "head")
    connection.autocommit = True


def _prepare_generation(connection: psycopg.Connection, wanted: Generation) -> None:
    values = (wanted.number, wanted.model, wanted.dimension, wanted.chunker)
    connection.execute(_ADD_GENERATION, values)
    row = connection.execute(_GENERATION, (wanted.number,)).fetchone()
    if row is None or Generation(*row) != wanted:
        raise SpaceMismatch(
            f"Generation {wanted.number} of the relational panel belongs to another model,"
            f" dimension or chunker than {wanted.model}, {wanted.dimension}, {wanted.chunker}.",
            "Configure the model that the panel was filled with, or begin a new generation.",
        )
    indexes.build(connection, wanted)
