"""Parents of chunks."""

from importlib import resources
from typing import cast

import psycopg
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; what is there has no parents."""
    folder = resources.files("vectorstore") / "migrations" / "versions"
    # The driver's own connection: to SQLAlchemy a percent sign is a parameter.
    driver = cast("psycopg.Connection", op.get_bind().connection.driver_connection)
    driver.execute((folder / "0004_parents.sql").read_bytes())
