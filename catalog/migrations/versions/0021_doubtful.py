"""Which words recognition was not sure of."""

from importlib import resources

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0021_doubtful.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
