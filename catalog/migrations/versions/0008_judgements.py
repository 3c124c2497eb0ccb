"""Judgements of runs and calibrations of judges."""

from importlib import resources

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0008_judgements.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
