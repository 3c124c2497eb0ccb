"""Pages whose text was recognised in pictures."""

from importlib import resources

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0014_recognised.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
