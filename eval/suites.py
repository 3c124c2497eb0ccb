"""Loads what a system is measured with: question files and BEIR folders."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import InvalidInput
from contracts.nouns import UNDETERMINED


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the words of the document that answer it.

    ``document`` is the file name or source that holds ``quote``; both are empty when
    ``answerable`` is false: then the right answer is a refusal.
    """

    id: str
    text: str
    language: str
    document: str
    quote: str
    answer: str
    answerable: bool


@dataclass(frozen=True, slots=True)
class BeirDocument:
    """One record of a BEIR corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BeirSet:
    """A corpus, its queries by id, and for each query the grade of each judged document."""

    name: str
    corpus: tuple[BeirDocument, ...]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


def load_questions(path: Path) -> tuple[Question, ...]:
    """Read a JSON Lines file of questions with the words that answer them.

    Each line has ``id``, ``question``, ``document``, ``quote`` and may have ``language``,
    ``answer`` and ``answerable`` (true unless it says otherwise).

    Raises InvalidInput that names the line which cannot be used.
    """
    questions = []
    seen: set[str] = set()
    for place, record in _records(path):
        answerable = record.get("answerable", True)
        if not isinstance(answerable, bool):
            raise InvalidInput(f"{place}: 'answerable' is neither true nor false.", "Mend it.")
        question = Question(
            id=_text(record, "id", place),
            text=_text(record, "question", place),
            language=_text(record, "language", place, needed=False) or UNDETERMINED,
            document=_text(record, "document", place, needed=answerable),
            quote=_text(record, "quote", place, needed=answerable),
            answer=_text(record, "answer", place, needed=False),
            answerable=answerable,
        )
        if question.id in seen:
            raise InvalidInput(f"{place}: the id '{question.id}' comes twice.", "Make it unique.")
        seen.add(question.id)
        questions.append(question)
    if not questions:
        raise InvalidInput(f"{path} holds no question.", "Write one JSON object a line.")
    return tuple(questions)


def load_beir(folder: Path) -> BeirSet:
    """Read ``corpus.jsonl``, ``queries.jsonl`` and ``qrels.tsv`` (or ``qrels/test.tsv``).

    Queries without a judgement are left out, as BEIR does. Raises InvalidInput that names the
    file and line which cannot be used, or a judged document that the corpus lacks.
    """
    corpus = tuple(
        BeirDocument(
            _text(record, "_id", place),
            _text(record, "title", place, needed=False),
            _text(record, "text", place, needed=False),
        )
        for place, record in _records(folder / "corpus.jsonl")
    )
    known = {document.id for document in corpus}
    queries = {
        _text(record, "_id", place): _text(record, "text", place)
        for place, record in _records(folder / "queries.jsonl")
    }
    tsv = folder / "qrels.tsv"
    qrels = _judgements(tsv if tsv.exists() else folder / "qrels" / "test.tsv")
    for query, judged in qrels.items():
        if query not in queries:
            raise InvalidInput(f"{folder}: a judgement names the unknown query '{query}'.")
        if missing := {document for document, grade in judged.items() if grade > 0} - known:
            raise InvalidInput(f"{folder}: the corpus lacks the judged document '{min(missing)}'.")
    judged_queries = {query: text for query, text in queries.items() if query in qrels}
    return BeirSet(folder.name, corpus, judged_queries, qrels)


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each line that is not blank, with its place for messages."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be read: {error.strerror}.", "Check the path."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"{path}, line {number}", line


def _records(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the JSON object of each line, with its place."""
    for place, line in _lines(path):
        try:
            record = json.loads(line)
        except ValueError as error:
            raise InvalidInput(f"{place} is not JSON.", "Write one JSON object a line.") from error
        if not isinstance(record, dict):
            raise InvalidInput(f"{place} is not a JSON object.", "Write one JSON object a line.")
        yield place, record


def _text(record: dict[str, object], key: str, place: str, *, needed: bool = True) -> str:
    """Give a record's text; an id that is a number is taken as it is written."""
    value = record.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise InvalidInput(f"{place}: '{key}' is missing or not text.", "Mend that line.")
    return value


def _judgements(path: Path) -> dict[str, dict[str, int]]:
    """Read ``query-id, corpus-id, score`` lines, with or without a heading."""
    qrels: dict[str, dict[str, int]] = {}
    for index, (place, line) in enumerate(_lines(path)):
        fields = line.rstrip("\r").split("\t")
        try:
            query, document, grade = fields
            qrels.setdefault(query, {})[document] = int(grade)
        except ValueError as error:
            if index == 0:
                continue
            raise InvalidInput(
                f"{place} is not 'query, document, grade'.", "Separate three fields by tabs."
            ) from error
    return qrels
