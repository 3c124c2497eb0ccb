"""The other programs that are measured against live in an environment of their own (5 GB)."""

import os
from pathlib import Path

from benchmarks.report import Missing


def peer() -> str:
    """Give the Python that has the peers installed. Raises Missing with how to get it."""
    python = Path(os.environ.get("DIPTYCH_PEERS", ".venv-peers")) / "bin" / "python"
    if not python.exists():
        raise Missing("Run `make peers` (5 GB), or set DIPTYCH_PEERS to an environment with them.")
    return str(python)
