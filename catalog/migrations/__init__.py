"""Steps that bring a catalog's schema up to date; alembic runs them, the SQL is ours."""

HEAD = "0015"
"""The revision that this program needs; compared first, so that a start without news is fast."""
