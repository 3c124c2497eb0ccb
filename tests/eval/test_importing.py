import json
from pathlib import Path

import pytest

from contracts.errors import InvalidInput
from contracts.measuring import Kind, Label
from contracts.nouns import Span
from eval.importing import load_csv, load_squad, load_suite

CONTEXT = "Le préavis est de trois mois."
ANSWER = {"text": "trois mois", "answer_start": 18}
ASKED = {"id": "a", "question": "Quel préavis ?", "answers": [ANSWER]}


def squad(tmp_path: Path, *asked: object) -> Path:
    paragraphs = [{"context": "Un.", "qas": []}, {"context": CONTEXT, "qas": asked}]
    path = tmp_path / "set.json"
    path.write_text(json.dumps({"data": [{"title": "Bail", "paragraphs": paragraphs}]}), "utf-8")
    return path


def test_squad_gives_documents_and_quotes_in_them(tmp_path: Path) -> None:
    nearly = {"text": "mois", "answer_start": 24}
    impossible = {"id": "b", "question": "Qui ?", "answers": [], "is_impossible": True}
    asked = {**ASKED, "answers": [ANSWER, ANSWER, nearly]}
    loaded = load_squad(squad(tmp_path, asked, impossible))
    assert [(one.id, one.text) for one in loaded.documents] == [
        ("Bail/0", "Un."),
        ("Bail/1", CONTEXT),
    ]
    first, second = loaded.suite.questions
    assert first.labels == (Label("Bail/1", "trois mois", 0, Span(18, 28)),)
    assert first.answers == ("trois mois", "mois")
    assert CONTEXT[18:28] == first.labels[0].quote
    assert (second.kind, second.labels) == (Kind.UNANSWERABLE, ())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({**ASKED, "answers": []}, "'a' has no label"),
        ({**ASKED, "answers": [{"text": "x"}]}, "'Bail', paragraph 1.*'answer_start'"),
        ({**ASKED, "answers": None}, "'answers' is not a list"),
        ({"id": "a", "answers": []}, "'question'"),
    ],
)
def test_a_squad_file_that_cannot_be_used_says_where(
    tmp_path: Path, asked: object, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        load_squad(squad(tmp_path, asked))


HEADING = "id,question,document,quote,answer,language,kind,part,start,end\n"


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "set.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    return path


def test_a_table_gives_questions_and_rows_of_one_id_are_its_labels(tmp_path: Path) -> None:
    rows = (
        '1,"Qui, et quand ?",a.pdf,"Ada, en 1843",Ada|Ada Lovelace,fr,list,0,4,16\r\n'
        '1,"Qui, et quand ?",b.pdf,,,,,,,\r\n'
        "2,Pourquoi ?,,,,fr,unanswerable,,,\r\n"
    )
    first, second = load_csv(table(tmp_path, HEADING.replace("\n", "\r\n") + rows))
    assert first.labels == (Label("a.pdf", "Ada, en 1843", 0, Span(4, 16)), Label("b.pdf"))
    assert (first.answers, first.kind) == (("Ada", "Ada Lovelace"), Kind.LIST)
    assert (second.kind, second.labels) == (Kind.UNANSWERABLE, ())


def test_a_table_needs_only_questions_and_documents(tmp_path: Path) -> None:
    (found,) = load_csv(table(tmp_path, "question,document\nQui ?,a.pdf\n"))
    assert (found.id, found.labels, found.kind) == ("1", (Label("a.pdf"),), Kind.ANSWERABLE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no question"),
        ("question,document\n", "no question"),
        ("question\nQui ?\n", "row 1: 'document'"),
        ("question,document\nQui ?,a.pdf,more\n", "row 1 has not as many fields"),
        ("question,document\nQui ?\n", "row 1 has not as many fields"),
        ("id,question,document\n1,Qui ?,a\n1,Quoi ?,a\n", "row 2: the id '1' has another"),
        ("question,document,start\nQui ?,a,4\n", "row 1.*no span"),
        ("question,document,kind\nQui ?,a,hard\n", "row 1: 'hard' is no kind"),
        ('question,document\n"Qui ?,a\n', "is not CSV"),
    ],
)
def test_a_table_that_cannot_be_used_says_where(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        load_csv(table(tmp_path, text))


def test_the_form_is_told_by_the_name(tmp_path: Path) -> None:
    assert load_suite(squad(tmp_path, ASKED)).suite.name == "set"
    assert load_suite(table(tmp_path, "question,document\nQui ?,a\n")).documents == ()
    with pytest.raises(InvalidInput, match="BEIR folder"):
        load_suite(tmp_path / "set.xlsx")
    (tmp_path / "set.json").write_text("[", "utf-8")
    with pytest.raises(InvalidInput, match="is not JSON"):
        load_suite(tmp_path / "set.json")
