"""The panel: versions and their chunks, bags of words, and the functions that search them."""

from importlib import resources
from typing import cast

import psycopg
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything in the schema ``panel``."""
    folder = resources.files("vectorstore") / "migrations" / "versions"
    # The driver's own connection: to SQLAlchemy a percent sign is a parameter.
    driver = cast("psycopg.Connection", op.get_bind().connection.driver_connection)
    for name in ("0001_tables.sql", "0001_words.sql", "0001_search.sql"):
        driver.execute((folder / name).read_bytes())
