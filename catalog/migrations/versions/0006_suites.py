"""Suites kept here, their labels, and candidates for them."""

from importlib import resources

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0006_suites.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
