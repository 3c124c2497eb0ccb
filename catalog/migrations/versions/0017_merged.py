"""What a document held before another one was merged into it."""

from importlib import resources

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0017_merged.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
