"""How sure recognition was of each part."""

from importlib import resources

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0019_confidence.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
