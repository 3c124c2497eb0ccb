"""Where documents come from by themselves: folders, mailboxes, buckets."""

from importlib import resources

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0015_intake.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
