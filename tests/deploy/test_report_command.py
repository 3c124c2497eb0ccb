"""Reports from the command line, as far as they need no service."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from contracts.errors import InvalidInput
from deploy.cli import app
from eval.recording import record
from tests.eval.measured import scores

NO_SERVICE = {"DIPTYCH_POSTGRES_URL": "postgresql://127.0.0.1:1/none"}


def diptych(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env=NO_SERVICE)


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    """Two recorded runs."""
    files = [tmp_path / "old.json", tmp_path / "new.json"]
    for file, share in zip(files, (2, 4), strict=True):
        record(scores(file.stem, [n % 3 / share for n in range(90)]), file)
    return files


def test_recorded_runs_become_a_report_without_a_service(runs: list[Path], tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert diptych("eval", "report", *runs, file).exit_code == 0
    assert "new.json is worse than" in file.read_text("utf-8")
    assert diptych("eval", "report", runs[0], file).exit_code == 0
    assert "worse" not in file.read_text("utf-8").partition("<body>")[2]


def test_a_comparison_writes_its_report_too(runs: list[Path], tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    told = diptych("compare", *runs, "--html", file)
    assert told.exit_code == 0
    assert "is worse than" in " ".join(told.stdout.split())
    assert "new.json is worse than" in file.read_text("utf-8")


def test_a_file_that_cannot_be_written_is_said(runs: list[Path], tmp_path: Path) -> None:
    failed = diptych("eval", "report", *runs, tmp_path / "nowhere" / "report.html").exception
    assert isinstance(failed, InvalidInput)
    assert "cannot be written" in str(failed)
