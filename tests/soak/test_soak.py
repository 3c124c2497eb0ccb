"""A short soak of the real service: `make soak` runs the same with more points."""

import os
import subprocess
import sys

import pytest

POINTS = int(os.environ.get("POINTS", "50"))
SEED = os.environ.get("SEED", "7")
SECONDS_PER_POINT = 30


@pytest.mark.timeout(120 + SECONDS_PER_POINT * POINTS)
def test_nothing_is_lost_doubled_or_half_seen() -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "tests.soak", "--points", str(POINTS), "--seed", SEED],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    last = done.stdout.splitlines()[-1]
    assert last == f"points={POINTS} lost=0 doubled=0 half_seen=0"
