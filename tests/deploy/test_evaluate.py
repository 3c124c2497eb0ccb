"""The commands of measuring, as far as they need no service."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from contracts.errors import InvalidInput
from deploy import measuring
from deploy.cli import app
from eval.comparing import Measured
from eval.importing import load_suite
from eval.recording import record
from tests.eval.measured import scores

NO_SERVICE = {"DIPTYCH_POSTGRES_URL": "postgresql://127.0.0.1:1/none"}
VALUES = [n % 3 / 2 for n in range(90)]
CHAMPION = scores("champion", VALUES)
WORSE = scores("worse", [value / 2 for value in VALUES])


def diptych(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env=NO_SERVICE)


def kept(folder: Path, one: Measured) -> Path:
    path = folder / f"{one.label}.json"
    record(one, path)
    return path


def test_the_gate_needs_no_service_and_tells_by_its_exit_code(tmp_path: Path) -> None:
    champion, worse = kept(tmp_path, CHAMPION), kept(tmp_path, WORSE)
    passed = diptych("eval", "gate", "--baseline", champion, "--candidate", champion)
    assert (passed.exit_code, "passed" in passed.stdout) == (0, True)
    blocked = diptych("eval", "gate", "--baseline", champion, "--candidate", worse, "--json")
    assert blocked.exit_code == 3
    told = json.loads(blocked.stdout)
    assert told["passed"] is False
    assert "ndcg@10 fell from" in told["gate"]["blocks"][0]


def test_other_documents_ask_for_another_baseline(tmp_path: Path) -> None:
    pins = replace(CHAMPION.run.pins, corpus_fingerprint="other")
    grown = replace(CHAMPION, label="grown", run=replace(CHAMPION.run, pins=pins))
    files = kept(tmp_path, CHAMPION), kept(tmp_path, grown)
    blocked = diptych("eval", "gate", "--baseline", files[0], "--candidate", files[1])
    assert blocked.exit_code == 3
    assert "documents are not those of the baseline" in blocked.stdout


def test_recorded_runs_are_compared_in_words_and_as_json(tmp_path: Path) -> None:
    files = kept(tmp_path, CHAMPION), kept(tmp_path, WORSE)
    told = diptych("compare", *files)
    assert told.exit_code == 0
    # Lines are broken by the width, at spaces and within long paths.
    said = "".join(f"{files[1]} is worse than {files[0]}".split())
    assert said in "".join(told.stdout.split())
    found = json.loads(diptych("compare", *files, "--json").stdout)
    assert [one["label"] for one in found["runs"]] == [str(file) for file in files]
    assert found["runs"][0]["metrics"]["ndcg@10"] == pytest.approx(0.5)
    (pair,) = found["comparisons"]
    assert pair["lines"][0]["verdict"] == "worse"
    assert pair["changed_count"] == 60


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["compare"], "of runs or of a suite's panels"),
        (["compare", "a", "--suite", "b"], "of runs or of a suite's panels"),
        (["compare", "--suite", "b", "--panels", "vector,tree"], "does not name panels"),
        (["compare", "--suite", "no/where"], "is no suite"),
        (["eval", "run", "kept@0"], "is no suite"),
        (["eval", "run", "kept", "--distractors", "."], "what its workspace holds"),
        (["suites", "import", "nowhere.csv"], "cannot be read"),
        (["suites", "confirm", str(UUID(int=1)), "--quote", "x"], "Words alone are no label"),
        (["compare", "nowhere.json", "b"], "nowhere.json does not exist"),
        (["eval", "run", "nowhere.jsonl"], "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_starts(words: list[str], said: str) -> None:
    failed = diptych(*words).exception
    assert isinstance(failed, InvalidInput)
    assert said in str(failed)


def test_a_suites_documents_get_a_workspace_of_their_own(tmp_path: Path) -> None:
    def suite(name: str, text: str) -> str:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "corpus.jsonl").write_text(json.dumps({"_id": "d", "text": text}), "utf-8")
        (folder / "queries.jsonl").write_text('{"_id": "q", "text": "?"}', "utf-8")
        (folder / "qrels.tsv").write_text("q\td\t1\n", "utf-8")
        return measuring.workspace_of(load_suite(folder))

    name = suite("Été 2026_fr", "Un")
    assert name.startswith("eval-t--2026-fr-")
    assert name == suite("Été 2026_fr", "Un")
    assert name != suite("Été 2026_fr", "Deux")
    assert len(suite("x" * 99, "Un")) <= 63
