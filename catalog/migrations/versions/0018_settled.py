"""What a person looked at and left as it is."""

from importlib import resources

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0018_settled.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
