"""Seals on bags of words."""

from importlib import resources
from typing import cast

import psycopg
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Seal what is there: until now nobody could tell whether a hand was in it."""
    folder = resources.files("vectorstore") / "migrations" / "versions"
    # The driver's own connection: to SQLAlchemy a percent sign is a parameter.
    driver = cast("psycopg.Connection", op.get_bind().connection.driver_connection)
    driver.execute((folder / "0003_seals.sql").read_bytes())
