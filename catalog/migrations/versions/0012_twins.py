"""Documents that are alike: copies, other formats, the same template."""

from importlib import resources

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0012_twins.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
