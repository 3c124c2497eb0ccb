import csv
import json
from pathlib import Path

import pytest

from contracts.errors import InvalidInput
from contracts.measuring import Kind, Label
from eval.importing import load_suite
from eval.ragas_testset import SOMEWHERE

ONE = {
    "user_input": "Quel préavis, et pourquoi ?",
    "reference_contexts": ["Le préavis est de trois mois."],
    "reference": "Trois mois",
    "synthesizer_name": "single_hop_specific_query_synthesizer",
}
TWO = {
    "user_input": "Qui paie ?",
    "reference_contexts": ["<1-hop>\n\nLe bailleur, dit-il.", "<2-hop>\n\nAda est le bailleur."],
    "reference": "Ada",
    "synthesizer_name": "multi_hop_specific_query_synthesizer",
}


def lines(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def table(tmp_path: Path, *rows: dict[str, object]) -> Path:
    """As ragas' own to_csv writes it: lists as Python does."""
    path = tmp_path / "set.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("write", [lines, table])
def test_a_testset_is_known_by_its_columns(tmp_path: Path, write: object) -> None:
    assert callable(write)
    first, second = load_suite(write(tmp_path, ONE, TWO)).suite.questions
    assert (first.text, first.kind, first.answers) == (
        ONE["user_input"],
        Kind.ANSWERABLE,
        ("Trois mois",),
    )
    assert first.labels == (Label(SOMEWHERE, "Le préavis est de trois mois."),)
    assert second.kind is Kind.MULTI_HOP
    assert [one.quote for one in second.labels] == ["Le bailleur, dit-il.", "Ada est le bailleur."]


def test_the_same_question_keeps_its_id(tmp_path: Path) -> None:
    ids = [one.id for one in load_suite(lines(tmp_path, ONE, TWO)).suite.questions]
    again = [one.id for one in load_suite(lines(tmp_path, TWO, ONE)).suite.questions]
    assert ids == again[::-1]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**ONE, "reference_contexts": []}, "has no label"),
        ({**ONE, "reference_contexts": None}, "has no label"),
        ({**ONE, "reference_contexts": "word"}, "'reference_contexts' is not a list"),
        ({**ONE, "user_input": ["turn", "turn"]}, "line 1: 'user_input'"),
    ],
)
def test_what_cannot_be_used_says_where(tmp_path: Path, row: object, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        load_suite(lines(tmp_path, row))


@pytest.mark.parametrize("value", ["[", "word", "__import__('os')", "1 + 1"])
def test_a_list_that_is_none_is_refused_and_never_run(tmp_path: Path, value: str) -> None:
    with pytest.raises(InvalidInput, match="row 1: 'reference_contexts' is not a list"):
        load_suite(table(tmp_path, {**ONE, "reference_contexts": value}))


def test_a_question_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="comes twice"):
        load_suite(lines(tmp_path, ONE, ONE))
