"""Runs of suites and what came of each question, names of runs."""

from importlib import resources

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0003_runs.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
