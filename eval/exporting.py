"""Writes a suite into the file that ``eval.suites`` reads."""

import json
from dataclasses import asdict
from pathlib import Path

from contracts.errors import InvalidInput
from contracts.measuring import Label, Question, Suite


def write_questions(suite: Suite, path: Path) -> None:
    """Write one question a line, over the file that is there. Raises InvalidInput."""
    lines = (json.dumps(_record(one), ensure_ascii=False) for one in suite.questions)
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from error


def _record(question: Question) -> dict[str, object]:
    """Give a question in the words of the file; what it has not is left out."""
    whole = asdict(question)
    whole["question"] = whole.pop("text")
    whole["labels"] = [_label(one) for one in question.labels]
    return {key: value for key, value in whole.items() if value}


def _label(label: Label) -> dict[str, object]:
    whole = asdict(label) | (asdict(label.span) if label.span else {})
    return {key: value for key, value in whole.items() if key != "span" and value not in ("", None)}
