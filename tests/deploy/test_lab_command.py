"""The lab's commands refuse what cannot be tried before anything starts."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from contracts.errors import InvalidInput
from deploy.cli import app

NO_SERVICE = {"DIPTYCH_POSTGRES_URL": "postgresql://127.0.0.1:1/none"}


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("chunkr: pages-300", ["try"], "no key 'chunkr'"),
        ("name: plain", ["try"], "names no suite"),
        ("suites: [./not/here]", ["try"], "is no suite"),
        ("name: [", ["replay"], "is not YAML"),
        ("suites: [a, b]", ["sweep", "--grid", "fusion.k=1,2"], "over one suite"),
        ("suites: [a]", ["sweep", "--grid", "fusion.k"], "is no grid"),
        ("suites: [a]", ["sweep", "--grid", "fusion.q=1,2"], "no setting 'fusion.q'"),
    ],
)
def test_what_cannot_be_tried_is_said_before_anything_starts(
    tmp_path: Path, text: str, words: list[str], said: str
) -> None:
    file = tmp_path / "variant.yaml"
    file.write_text(text, encoding="utf-8")
    verb, *options = words
    failed = CliRunner().invoke(app, ["lab", verb, str(file), *options], env=NO_SERVICE).exception
    assert isinstance(failed, InvalidInput)
    assert said in str(failed)
