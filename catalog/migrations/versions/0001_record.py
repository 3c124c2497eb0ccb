"""The record: documents, versions, readings, ledger, generations, people."""

from importlib import resources

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything in the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0001_record.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
