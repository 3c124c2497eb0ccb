import json
from pathlib import Path

import pytest

from contracts.errors import InvalidInput
from contracts.measuring import Kind, Label, Question, Suite
from contracts.nouns import Span
from eval.exporting import write_questions
from eval.suites import load_questions

FULL = Question(
    "a",
    "Quel préavis ?\n",
    "fr",
    Kind.FOLLOW_UP,
    (Label("bail.txt", "trois\nmois", 0, Span(0, 10), 2), Label("autre.txt", grade=0)),
    ("trois mois", "3 mois"),
    ("Qui loue ?",),
)
NONE = Question("b", "Who?", kind=Kind.UNANSWERABLE)


def test_an_exported_suite_reads_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "suite.jsonl"
    suite = Suite("leases@2", (FULL, NONE))
    write_questions(suite, path)
    assert load_questions(path) == suite.questions
    assert Suite("other", load_questions(path)).fingerprint == suite.fingerprint
    assert json.loads(path.read_text("utf-8").splitlines()[1]) == {
        "id": "b", "question": "Who?", "language": "und", "kind": "unanswerable",
    }  # fmt: skip


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_questions(Suite("s", (NONE,)), tmp_path)
