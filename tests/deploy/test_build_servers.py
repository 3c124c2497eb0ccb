"""The examples for build servers: they can be read, and their commands are ones that work."""

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from deploy.cli import app
from eval.comparing import Measured
from eval.recording import record
from tests.eval.measured import scores

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
NO_SERVICE = {"DIPTYCH_POSTGRES_URL": "postgresql://127.0.0.1:1/none"}
CHAMPION = scores("champion", [n % 3 / 2 for n in range(90)])
WORSE = scores("worse", [n % 3 / 4 for n in range(90)])


def github() -> tuple[dict[str, Any], list[str]]:
    job = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text("utf-8"))["jobs"]["gate"]
    return job, [step["run"] for step in job["steps"] if "run" in step]


def gitlab() -> tuple[dict[str, Any], list[str]]:
    job = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text("utf-8"))["evaluation"]
    return job, [*job["script"], *job["after_script"]]


def carried_out(
    command: str, folder: Path, new: Measured, monkeypatch: pytest.MonkeyPatch
) -> Result:
    """Carry a command out where both runs are recorded, and there is no service."""
    (folder / "evaluation").mkdir()
    record(CHAMPION, folder / "evaluation" / "baseline.json")
    record(new, folder / "evaluation" / "new.json")
    monkeypatch.chdir(folder)
    program, *words = shlex.split(command)
    assert program == "diptych"
    return CliRunner().invoke(app, words, env=NO_SERVICE)


@pytest.mark.parametrize(("new", "code"), [(CHAMPION, 0), (WORSE, 3)])
@pytest.mark.parametrize("example", [github, gitlab])
def test_the_gate_fails_the_job_for_a_regression_alone(
    example: Any, new: Measured, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, (gate, _) = example()
    assert carried_out(gate, tmp_path, new, monkeypatch).exit_code == code


def test_no_example_lets_the_job_pass_all_the_same() -> None:
    for job, (gate, _) in (github(), gitlab()):
        assert not {"allow_failure", "continue-on-error"} & set(job)
        assert not any("continue-on-error" in step for step in job.get("steps", ()))
        assert not set(gate) & set("|;&")


@pytest.mark.parametrize("example", [github, gitlab])
def test_the_report_is_written_whatever_the_gate_says(
    example: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, (_, report) = example()
    assert carried_out(report, tmp_path, WORSE, monkeypatch).exit_code == 0
    html = (tmp_path / "report.html").read_text("utf-8")
    assert "evaluation/new.json is worse than evaluation/baseline.json" in html
    assert "always" in str(job)
