"""Reads the testsets that ragas generates: questions with the contexts that they were made of."""

import ast
import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from contracts.errors import InvalidInput
from contracts.measuring import Kind, Label, Question
from eval.suites import read_text, records, text_of, texts_of, unique

SOMEWHERE = "?"
"""The document of a label that names none: ragas keeps the words alone, not where they stand."""
_HOP = re.compile(r"^<\d+-hop>\s*")
"""What ragas 0.4 puts before each context of a multi-hop question."""


def is_ragas(path: Path) -> bool:
    """Tell a testset from other tables and lines by its name for a question. Raises InvalidInput.

    What is neither table nor lines is no testset: whoever reads it then says what is wrong.
    """
    head = read_text(path).lstrip().partition("\n")[0]
    if path.suffix.lower() == ".csv":
        return "user_input" in next(csv.reader([head]), [])
    try:
        return "user_input" in json.loads(head)
    except (ValueError, TypeError):
        return False


def load_ragas(path: Path) -> tuple[Question, ...]:
    """Read ``user_input``, ``reference``, ``reference_contexts`` and ``synthesizer_name``.

    Each context is a label in a document that is not known yet: ``eval.placing`` finds it. The id
    is made of the question's words, so that the same question keeps it. Raises InvalidInput.
    """
    rows = _rows(path) if path.suffix.lower() == ".csv" else records(path)
    return unique((_question(record, place), place) for place, record in rows)


def _rows(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the rows of a table; ragas writes a list as Python does."""
    table = csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        for number, row in enumerate(table, start=1):
            place = f"{path}, row {number}"
            contexts = row.get("reference_contexts") or "[]"
            try:
                yield place, {**row, "reference_contexts": ast.literal_eval(contexts)}
            except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
                raise InvalidInput(
                    f"{place}: 'reference_contexts' is not a list of texts.",
                    "Write it by ragas' to_csv or to_jsonl.",
                ) from error
    except csv.Error as error:
        raise InvalidInput(f"{path} is not CSV: {error}.", "Write it by to_jsonl.") from error


def _question(record: Mapping[str, object], place: str) -> Question:
    text = text_of(record, "user_input", place)
    answer = text_of(record, "reference", place, needed=False).strip()
    contexts = texts_of(record, "reference_contexts", place)
    hops = "multi_hop" in text_of(record, "synthesizer_name", place, needed=False)
    quotes = (_HOP.sub("", one).strip() for one in contexts)
    return Question(
        id=f"ragas-{hashlib.sha256(text.encode()).hexdigest()[:12]}",
        text=text,
        kind=Kind.MULTI_HOP if hops else Kind.ANSWERABLE,
        labels=tuple(Label(SOMEWHERE, quote) for quote in quotes if quote),
        answers=(answer,) if answer else (),
    )
