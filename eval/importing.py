"""Imports suites of other forms: SQuAD's JSON and CSV; tells forms apart."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from contracts.errors import InvalidInput
from contracts.measuring import Kind, Label, Question, Suite
from contracts.nouns import UNDETERMINED, Span
from eval.ragas_testset import is_ragas, load_ragas
from eval.suites import (
    BeirDocument,
    Loaded,
    json_object,
    kind_of,
    label_of,
    load_beir_suite,
    load_questions,
    read_text,
    text_of,
    unique,
)

_NUMBERS = ("part", "start", "end", "grade")
ANSWERS_APART = "|"


def load_suite(path: Path) -> Loaded:
    """Read a BEIR folder, a SQuAD file (``.json``), a table (``.csv``) or questions (``.jsonl``).

    A table or lines may be a testset of ragas. Raises InvalidInput that says what cannot be used,
    and where.
    """
    if path.is_dir():
        return load_beir_suite(path)
    match path.suffix.lower():
        case ".json":
            return load_squad(path)
        case ".csv" | ".jsonl" if is_ragas(path):
            return Loaded(Suite(path.stem, load_ragas(path)))
        case ".csv":
            return Loaded(Suite(path.stem, load_csv(path)))
        case ".jsonl":
            return Loaded(Suite(path.stem, load_questions(path)))
    raise InvalidInput(
        f"{path} is no suite.",
        "Name a BEIR folder, a .json, .csv or .jsonl file, or a suite of diptych suites list.",
    )


def load_squad(path: Path) -> Loaded:
    """Read SQuAD 1.1 or 2.0: paragraphs as documents, answers as quotes in them.

    Questions that are marked impossible are unanswerable ones. Raises InvalidInput.
    """
    documents, questions = [], []
    for title, number, paragraph, place in _paragraphs(json_object(path), str(path)):
        document = BeirDocument(f"{title}/{number}", title, text_of(paragraph, "context", place))
        documents.append(document)
        asked = _objects(paragraph, "qas", place)
        questions += [(_squad_question(one, document.id, place), place) for one in asked]
    return Loaded(Suite(path.stem, unique(iter(questions))), tuple(documents))


def _paragraphs(
    whole: Mapping[str, object], place: str
) -> Iterator[tuple[str, int, Mapping[str, object], str]]:
    """Yield each paragraph with its article's title, its number there, and its place."""
    for article in _objects(whole, "data", place):
        title = text_of(article, "title", place)
        for number, paragraph in enumerate(_objects(article, "paragraphs", place)):
            yield title, number, paragraph, f"{place}, '{title}', paragraph {number}"


def _squad_question(record: Mapping[str, object], document: str, place: str) -> Question:
    question = Question(text_of(record, "id", place), text_of(record, "question", place))
    if record.get("is_impossible"):
        return replace(question, kind=Kind.UNANSWERABLE)
    labels: dict[Label, None] = {}
    answers: dict[str, None] = {}
    for answer in _objects(record, "answers", place):
        text, start = text_of(answer, "text", place), answer.get("answer_start")
        if not isinstance(start, int) or start < 0:
            raise InvalidInput(f"{place}: 'answer_start' is not a whole number.", "Mend it.")
        answers[text] = None
        labels[Label(document, text, 0, Span(start, start + len(text)))] = None
    # People mark the same answer a little differently: one place is enough to be right.
    return replace(question, labels=tuple(labels)[:1], answers=tuple(answers))


def _objects(record: Mapping[str, object], key: str, place: str) -> list[Mapping[str, object]]:
    value = record.get(key)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise InvalidInput(f"{place}: '{key}' is not a list of objects.", "Is it a SQuAD file?")
    return value


def load_csv(path: Path) -> tuple[Question, ...]:
    """Read a table with a heading: ``question``, ``document`` and what else is known.

    Other columns: ``id`` (else the row's number), ``quote``, ``answer`` (several apart by ``|``),
    ``language``, ``kind``, ``part``, ``start``, ``end``, ``grade``. Rows of the same id are labels
    of the same question. Raises InvalidInput that names the row.
    """
    rows = csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True)
    questions: dict[str, tuple[Question, str]] = {}
    try:
        for number, row in enumerate(rows, start=1):
            place = f"{path}, row {number}"
            question = _csv_question(row, number, place)
            earlier = questions.get(question.id)
            if earlier and earlier[0].text != question.text:
                raise InvalidInput(
                    f"{place}: the id '{question.id}' has another question.", "Make it unique."
                )
            if earlier:
                question = replace(earlier[0], labels=(*earlier[0].labels, *question.labels))
            questions[question.id] = (question, place)
    except csv.Error as error:
        raise InvalidInput(f"{path} is not CSV: {error}.", "Save it as CSV, UTF-8.") from error
    return unique(iter(questions.values()))


def _csv_question(row: Mapping[str, str | None], number: int, place: str) -> Question:
    if None in row or None in row.values():
        raise InvalidInput(f"{place} has not as many fields as the heading.", "Quote its commas.")
    filled: dict[str, object] = {key: value for key, value in row.items() if value}
    for key in _NUMBERS:
        text = str(filled.get(key, ""))
        filled |= {key: int(text)} if text.isdecimal() else {}
    kind = kind_of(str(filled.get("kind", Kind.ANSWERABLE)), place)
    answers = str(filled.get("answer", "")).split(ANSWERS_APART)
    return Question(
        id=str(filled.get("id", number)),
        text=text_of(filled, "question", place),
        language=str(filled.get("language", UNDETERMINED)),
        kind=kind,
        labels=() if kind is Kind.UNANSWERABLE else (label_of(filled, place),),
        answers=tuple(one.strip() for one in answers if one.strip()),
    )
