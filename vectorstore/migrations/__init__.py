"""Steps that bring the panel's schema up to date; alembic runs them, the SQL is ours."""

HEAD = "0004"
"""The revision that this program needs; compared first, so that a start without news is fast."""
