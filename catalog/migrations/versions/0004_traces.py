"""Traces of questions and documents, and the feedback on answers."""

from importlib import resources

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0004_traces.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
