"""Work that was cancelled, retried or gave up."""

from importlib import resources

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0013_jobs.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
