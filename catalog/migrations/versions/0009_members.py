"""Documents that came inside others: attachments and members of archives."""

from importlib import resources

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add to the schema ``catalog``."""
    sql = resources.files("catalog") / "migrations" / "versions" / "0009_members.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8"))
