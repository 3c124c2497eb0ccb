import json
from pathlib import Path

import pytest

from contracts.errors import InvalidInput
from contracts.measuring import Kind, Label, Suite
from contracts.nouns import Span
from eval.suites import load_beir, load_beir_suite, load_questions

GOOD = {"id": "1", "question": "Combien ?", "document": "a.pdf", "quote": "trois", "language": "fr"}


def write(path: Path, *records: object) -> Path:
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in records), "utf-8")
    return path


def test_questions_are_read_with_what_they_may_leave_out(tmp_path: Path) -> None:
    unanswerable = {"id": 2, "question": "Qui ?", "answerable": False, "document": None}
    first, second = load_questions(write(tmp_path / "q.jsonl", GOOD, unanswerable))
    assert (first.text, first.labels) == ("Combien ?", (Label("a.pdf", "trois"),))
    assert (first.language, first.answers, first.kind) == ("fr", (), Kind.ANSWERABLE)
    assert (second.id, second.language, second.labels) == ("2", "und", ())
    assert second.kind is Kind.UNANSWERABLE


def test_questions_are_read_with_all_that_they_may_have(tmp_path: Path) -> None:
    labels = [
        {"document": "a.pdf", "quote": "trois", "part": 2, "start": 5, "end": 10, "grade": 3},
        {"document": "b.pdf"},
    ]
    record = {
        "id": "1",
        "question": "Et lui ?",
        "kind": "follow-up",
        "before": ["Qui ?"],
        "answers": ["trois", "3"],
        "labels": labels,
    }
    (found,) = load_questions(write(tmp_path / "q.jsonl", record))
    assert found.labels == (Label("a.pdf", "trois", 2, Span(5, 10), 3), Label("b.pdf"))
    assert (found.kind, found.answers, found.asked) == (
        Kind.FOLLOW_UP,
        ("trois", "3"),
        "Qui ?\nEt lui ?",
    )


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([GOOD, {**GOOD, "id": "2", "quote": ""}], r"line 2.*'quote'"),
        ([{**GOOD, "question": None}], r"line 1.*'question'"),
        ([{**GOOD, "answerable": "no"}], r"line 1.*'answerable'"),
        ([GOOD, GOOD], r"line 2.*'1' comes twice"),
        ([[1]], r"line 1.*not a JSON object"),
        ([{**GOOD, "kind": "hard"}], r"line 1: 'hard' is no kind.*multi-hop"),
        ([{**GOOD, "labels": []}], r"line 1.*has no label"),
        ([{**GOOD, "labels": [{"document": "a", "start": 5}]}], r"line 1.*no span"),
        ([{**GOOD, "labels": [{"document": "a", "start": 5, "end": 5}]}], r"line 1.*no span"),
        ([{**GOOD, "labels": [{"document": "a", "part": "2"}]}], r"line 1.*'part'"),
        ([{**GOOD, "labels": ["a"]}], r"line 1.*'labels'"),
        ([{**GOOD, "answers": "trois"}], r"line 1.*'answers'"),
        ([], "no question"),
    ],
)
def test_a_question_that_cannot_be_used_is_named_by_its_line(
    tmp_path: Path, records: list[object], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        load_questions(write(tmp_path / "q.jsonl", *records))


def test_a_file_that_is_missing_or_not_json_or_not_utf8_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        load_questions(tmp_path / "none.jsonl")
    (tmp_path / "bad.jsonl").write_text('{"id": "1"', "utf-8")
    with pytest.raises(InvalidInput, match="line 1 is not JSON"):
        load_questions(tmp_path / "bad.jsonl")
    (tmp_path / "latin.jsonl").write_bytes("é".encode("latin-1"))
    with pytest.raises(InvalidInput, match="not UTF-8"):
        load_questions(tmp_path / "latin.jsonl")


def beir(folder: Path, qrels: str, place: str = "qrels.tsv") -> Path:
    write(folder / "corpus.jsonl", {"_id": "d1", "title": "T", "text": "Un"}, {"_id": "d2"})
    write(folder / "queries.jsonl", {"_id": "q1", "text": "Un ?"}, {"_id": "q2", "text": "Deux ?"})
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_text(qrels, "utf-8")
    return folder


@pytest.mark.parametrize("heading", ["query-id\tcorpus-id\tscore\n", ""])
@pytest.mark.parametrize("place", ["qrels.tsv", "qrels/test.tsv"])
def test_a_beir_folder_is_read_and_queries_without_a_judgement_left_out(
    tmp_path: Path, heading: str, place: str
) -> None:
    loaded = load_beir(beir(tmp_path, f"{heading}q1\td1\t2\nq1\td2\t0\n", place))
    assert loaded.name == tmp_path.name
    assert [d.id for d in loaded.corpus] == ["d1", "d2"]
    assert loaded.corpus[0].title == "T"
    assert loaded.queries == {"q1": "Un ?"}
    assert loaded.qrels == {"q1": {"d1": 2, "d2": 0}}


@pytest.mark.parametrize(
    ("qrels", "said"),
    [
        ("q1\td1\t1\nq1 d1 1\n", "line 2"),
        ("q1\td9\t1\n", "lacks the judged document 'd9'"),
        ("q9\td1\t1\n", "unknown query 'q9'"),
    ],
)
def test_a_judgement_that_cannot_be_used_is_named(tmp_path: Path, qrels: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        load_beir(beir(tmp_path, qrels))


def test_a_beir_folder_is_a_suite_of_documents(tmp_path: Path) -> None:
    folder = beir(tmp_path, "q1\td1\t2\nq1\td2\t0\nq2\td2\t0\n")
    about = {"language": "ru query, en text", "task": "cross-lingual retrieval"}
    (folder / "about.json").write_text(json.dumps(about), "utf-8")
    loaded = load_beir_suite(folder)
    (question,) = loaded.suite.questions
    assert (question.labels, question.group) == ((Label("d1", grade=2),), "d1")
    assert (question.language, question.kind) == ("ru", Kind.CROSS_LANGUAGE)
    assert [one.id for one in loaded.documents] == ["d1", "d2"]


def test_a_suite_is_known_by_its_questions_and_labels_in_any_order(tmp_path: Path) -> None:
    records = [GOOD, {**GOOD, "id": "2"}]
    questions = load_questions(write(tmp_path / "a.jsonl", *records))
    turned = load_questions(write(tmp_path / "b.jsonl", *records[::-1]))
    other = load_questions(write(tmp_path / "c.jsonl", GOOD, {**GOOD, "id": "2", "quote": "six"}))
    assert Suite("a", questions).fingerprint == Suite("b", turned).fingerprint
    assert Suite("a", questions).fingerprint != Suite("a", other).fingerprint
