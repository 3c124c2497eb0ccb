"""Generations side by side, mentions, and indexes that a bulk load can do without."""

from importlib import resources
from typing import cast

import psycopg
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Move what is there; everything that was live stays live."""
    folder = resources.files("vectorstore") / "migrations" / "versions"
    # The driver's own connection: to SQLAlchemy a percent sign is a parameter.
    driver = cast("psycopg.Connection", op.get_bind().connection.driver_connection)
    driver.execute((folder / "0002_generations.sql").read_bytes())
