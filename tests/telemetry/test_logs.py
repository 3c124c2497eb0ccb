"""What is logged of an unexpected error: where it happened, not what was in hand."""

import subprocess
import sys

import pytest

FAILING = """
import sys
import structlog
from telemetry.logs import configure

def handle(password):
    raise RuntimeError("unexpected")

configure(sys.argv[1])
try:
    handle("hun" + "ter2")
except RuntimeError:
    structlog.get_logger("api").exception("request_failed")
"""


@pytest.mark.parametrize("style", ["text", "json"])
def test_an_unexpected_error_is_logged_with_its_place_and_no_values(style: str) -> None:
    command = [sys.executable, "-c", FAILING, style]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ours
    for said in ("request_failed", "RuntimeError: unexpected", "in handle"):
        assert said in done.stderr
    assert "hunter2" not in done.stderr
