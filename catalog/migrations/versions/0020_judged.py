"""Norms that are not judged by to the end, expectations that go with their workspace."""

from importlib import resources

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0020_judged.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
