"""Quality of what was read, document by document."""

from importlib import resources

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0010_quality.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
