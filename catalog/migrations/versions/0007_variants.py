"""Variants of the test platform."""

from importlib import resources

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0007_variants.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
