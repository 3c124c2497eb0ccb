"""Readings that are to be made again from the originals."""

from importlib import resources

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0016_stale.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
