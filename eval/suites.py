"""Loads what a system is measured with: suites of questions in their own form and in BEIR's."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import InvalidInput
from contracts.measuring import Kind, Label, Question, Suite
from contracts.nouns import DEFAULT_WORKSPACE, LANGUAGES, UNDETERMINED, Span


@dataclass(frozen=True, slots=True)
class BeirDocument:
    """One record of a BEIR corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BeirSet:
    """A corpus, its queries by id, and for each query the grade of each judged document.

    ``answers`` are those of the queries that have a list of them.
    """

    name: str
    corpus: tuple[BeirDocument, ...]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]
    answers: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A suite, and the documents that came with it.

    Without any they are in ``workspace``. ``distractors`` names those that answer nothing.
    """

    suite: Suite
    documents: tuple[BeirDocument, ...] = ()
    workspace: str = DEFAULT_WORKSPACE
    distractors: str = ""


def load_questions(path: Path) -> tuple[Question, ...]:
    """Read a JSON Lines file of questions with the words that answer them.

    Each line has ``id``, ``question`` and either ``document`` and ``quote`` or ``labels``, a list
    of objects with ``document`` and maybe ``quote``, ``part``, ``start``, ``end``, ``grade``. It
    may have ``language``, ``answer`` or ``answers``, ``kind``, ``answerable`` (true unless it says
    otherwise) and ``before``, the questions that a follow-up depends on.

    Raises InvalidInput that names the line which cannot be used.
    """
    return unique((_question(record, place), place) for place, record in records(path))


def unique(placed: Iterator[tuple[Question, str]]) -> tuple[Question, ...]:
    """Give the questions. Raises InvalidInput for none, an id twice, or a missing label."""
    questions: dict[str, Question] = {}
    place = "It"
    for question, place in placed:
        if question.id in questions:
            raise InvalidInput(f"{place}: the id '{question.id}' comes twice.", "Make it unique.")
        if question.answerable != bool(question.labels):
            says = "has no label" if question.answerable else "is unanswerable and has a label"
            raise InvalidInput(
                f"{place}: the question '{question.id}' {says}.",
                "Name the document and the quote that answer it, or call it unanswerable.",
            )
        questions[question.id] = question
    if not questions:
        raise InvalidInput("The suite holds no question.", "Write one JSON object a line.")
    return tuple(questions.values())


def _question(record: dict[str, object], place: str) -> Question:
    answerable = record.get("answerable", True)
    if not isinstance(answerable, bool):
        raise InvalidInput(f"{place}: 'answerable' is neither true nor false.", "Mend it.")
    kind = text_of(record, "kind", place, needed=False)
    answer = text_of(record, "answer", place, needed=False)
    return Question(
        id=text_of(record, "id", place),
        text=text_of(record, "question", place),
        language=text_of(record, "language", place, needed=False) or UNDETERMINED,
        kind=kind_of(kind, place) if kind else Kind.ANSWERABLE if answerable else Kind.UNANSWERABLE,
        labels=_labels(record, place) if answerable and kind != Kind.UNANSWERABLE else (),
        answers=texts_of(record, "answers", place) or ((answer,) if answer else ()),
        before=texts_of(record, "before", place),
    )


def _labels(record: dict[str, object], place: str) -> tuple[Label, ...]:
    """Read a list of labels, or the one that stands in the record itself."""
    listed = record.get("labels")
    if listed is None:
        whole = text_of(record, "document", place), text_of(record, "quote", place)
        return (Label(*whole),)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise InvalidInput(f"{place}: 'labels' is not a list of objects.", "Mend that line.")
    return tuple(label_of(one, place) for one in listed)


def label_of(record: Mapping[str, object], place: str) -> Label:
    """Read one label. Raises InvalidInput."""
    numbers = {}
    for key in ("part", "start", "end", "grade"):
        value = record.get(key)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int) or value < 0
        ):
            raise InvalidInput(f"{place}: '{key}' is not a whole number.", "Mend that line.")
        numbers[key] = value
    start, end = numbers["start"], numbers["end"]
    if (start is None) != (end is None) or (start is not None and end is not None and start >= end):
        raise InvalidInput(f"{place}: 'start' and 'end' are no span.", "Give both, in order.")
    return Label(
        document=text_of(record, "document", place),
        quote=text_of(record, "quote", place, needed=False),
        part=numbers["part"],
        span=None if start is None or end is None else Span(start, end),
        grade=1 if numbers["grade"] is None else numbers["grade"],
    )


def kind_of(text: str, place: str) -> Kind:
    """Read a kind of question. Raises InvalidInput."""
    try:
        return Kind(text)
    except ValueError as error:
        raise InvalidInput(
            f"{place}: '{text[:40]}' is no kind of question.", f"Use one of: {', '.join(Kind)}."
        ) from error


def load_beir_suite(folder: Path) -> Loaded:
    """Read a BEIR folder as a suite whose labels are whole documents.

    ``about.json``, where there is one, tells the questions' ``language`` and in its ``task``
    whether they are multi-hop or cross-lingual. Raises InvalidInput.
    """
    loaded = load_beir(folder)
    about: dict[str, object] = {}
    if (folder / "about.json").exists():
        about = json_object(folder / "about.json")
    language, task = (str(about.get(key, "")) for key in ("language", "task"))
    kind = Kind.ANSWERABLE
    for word, meant in (("multi-hop", Kind.MULTI_HOP), ("cross-lingual", Kind.CROSS_LANGUAGE)):
        kind = meant if word in task else kind
    questions = (
        Question(
            id=query,
            text=text,
            language=language[:2] if language[:2] in LANGUAGES else UNDETERMINED,
            kind=kind,
            labels=tuple(
                Label(document, grade=grade)
                for document, grade in loaded.qrels[query].items()
                if grade > 0
            ),
            answers=loaded.answers.get(query, ()),
        )
        for query, text in loaded.queries.items()
    )
    judged = unique((one, str(folder)) for one in questions if one.labels)
    return Loaded(Suite(loaded.name, judged), loaded.corpus)


def load_beir(folder: Path) -> BeirSet:
    """Read ``corpus.jsonl``, ``queries.jsonl`` and ``qrels.tsv`` (or ``qrels/test.tsv``).

    Queries without a judgement are left out, as BEIR does. Raises InvalidInput that names the
    file and line which cannot be used, or a judged document that the corpus lacks.
    """
    corpus = tuple(
        BeirDocument(
            text_of(record, "_id", place),
            text_of(record, "title", place, needed=False),
            text_of(record, "text", place, needed=False),
        )
        for place, record in records(folder / "corpus.jsonl")
    )
    known = {document.id for document in corpus}
    queries, answers = {}, {}
    for place, record in records(folder / "queries.jsonl"):
        query = text_of(record, "_id", place)
        queries[query] = text_of(record, "text", place)
        answers[query] = texts_of(record, "answers", place)
    tsv = folder / "qrels.tsv"
    qrels = _judgements(tsv if tsv.exists() else folder / "qrels" / "test.tsv")
    for query, judged in qrels.items():
        if query not in queries:
            raise InvalidInput(f"{folder}: a judgement names the unknown query '{query}'.")
        if missing := {document for document, grade in judged.items() if grade > 0} - known:
            raise InvalidInput(f"{folder}: the corpus lacks the judged document '{min(missing)}'.")
    judged_queries = {query: text for query, text in queries.items() if query in qrels}
    return BeirSet(folder.resolve().name, corpus, judged_queries, qrels, answers)


def read_text(path: Path) -> str:
    """Read a file. Raises InvalidInput."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be read: {error.strerror}.", "Check the path."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from error


def json_object(path: Path) -> dict[str, object]:
    """Read a file that is one JSON object. Raises InvalidInput."""
    try:
        value = json.loads(read_text(path))
    except ValueError as error:
        raise InvalidInput(f"{path} is not JSON.", "Check that it is the right file.") from error
    if not isinstance(value, dict):
        raise InvalidInput(f"{path} is not a JSON object.", "Check that it is the right file.")
    return value


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each line that is not blank, with its place for messages."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            yield f"{path}, line {number}", line


def records(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the JSON object of each line, with its place. Raises InvalidInput."""
    for place, line in _lines(path):
        try:
            record = json.loads(line)
        except ValueError as error:
            raise InvalidInput(f"{place} is not JSON.", "Write one JSON object a line.") from error
        if not isinstance(record, dict):
            raise InvalidInput(f"{place} is not a JSON object.", "Write one JSON object a line.")
        yield place, record


def text_of(record: Mapping[str, object], key: str, place: str, *, needed: bool = True) -> str:
    """Give a record's text; an id that is a number is taken as it is written."""
    value = record.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise InvalidInput(f"{place}: '{key}' is missing or not text.", "Mend that line.")
    return value


def texts_of(record: Mapping[str, object], key: str, place: str) -> tuple[str, ...]:
    """Give a record's list of texts; nothing for none."""
    value = record.get(key) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidInput(f"{place}: '{key}' is not a list of texts.", "Mend that line.")
    return tuple(value)


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
