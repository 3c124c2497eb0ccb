"""Steps that bring the panel's schema up to date; alembic runs them, the SQL is ours."""

from pathlib import Path

HEAD = max(path.name[:4] for path in (Path(__file__).parent / "versions").glob("[0-9]*.py"))
"""The revision that this program needs; compared first, so that a start without news is fast."""
