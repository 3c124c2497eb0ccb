"""Generations side by side, the register of panels, the read policy and its evidence, seals."""

from importlib import resources

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0002_panels.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
