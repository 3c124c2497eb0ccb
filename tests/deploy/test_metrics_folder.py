"""One folder of metrics for processes of several machines."""

import subprocess
import sys
from pathlib import Path

COUNTING = """
import sys
from pathlib import Path
from deploy.observing import exposition, prometheus

metrics = prometheus(Path(sys.argv[1]), fresh=True)
metrics.chunks_written("vector", 2)
print(exposition()[0].decode())
"""


def counted(folder: Path) -> str:
    """Start a service that counts two chunks; give its metrics page."""
    script = [sys.executable, "-c", COUNTING, str(folder)]
    ended = subprocess.run(  # noqa: S603 - our own interpreter and script
        script, check=True, capture_output=True, text=True
    )
    return ended.stdout


def test_what_another_machine_counts_is_added_and_never_forgotten(tmp_path: Path) -> None:
    line = 'diptych_chunks_written_total{panel="vector"}'
    assert f"{line} 2.0" in counted(tmp_path)
    (own,) = tmp_path.glob("counter_*.db")
    # As another machine's process of the same number would have named it.
    own.rename(
        own.with_name(f"counter_elsewhere.{own.name.rpartition('.')[0].rpartition('.')[2]}.db")
    )
    assert f"{line} 4.0" in counted(tmp_path)
    assert f"{line} 4.0" in counted(tmp_path), "this machine's own, before the start, is forgotten"
