"""Configurations in versions, with a champion and challengers."""

from importlib import resources

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0005_configurations.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
