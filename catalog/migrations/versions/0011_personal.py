"""Personal data that was found in documents."""

from importlib import resources

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0011_personal.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
