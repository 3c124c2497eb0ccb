import email
import email.policy
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdfium2  # type: ignore[import-untyped] # it ships no types
import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
DOCUMENTS = sorted((SAMPLES / "documents").iterdir())
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (SAMPLES / "questions.jsonl").read_text("utf-8").splitlines()
]
ANSWERABLE = [question for question in QUESTIONS if question["answerable"]]


def pdf_text(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return " ".join(page.get_textpage().get_text_bounded() for page in document)


def docx_text(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def xlsx_text(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    return "\n".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    )


def eml_text(path: Path) -> str:
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    return "\n".join([str(mail["subject"]), *parts])


def text(path: Path) -> str:
    """The document's text, white space made one."""
    readers = {".pdf": pdf_text, ".docx": docx_text, ".xlsx": xlsx_text, ".eml": eml_text}
    read = readers.get(path.suffix)
    return " ".join((read(path) if read else path.read_text("utf-8")).split())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    command = [sys.executable, "-m", "samples.make_samples", "--to", str(folder)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)  # noqa: S603 - our own program
    return folder


def test_the_documents_are_those_that_the_sources_make(made: Path) -> None:
    assert [path.name for path in DOCUMENTS] == sorted(path.name for path in made.iterdir())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_says_what_its_source_says(document: Path, made: Path) -> None:
    assert text(document) == text(made / document.name)
    assert "\ufffd" not in text(document)


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question["id"])
def test_the_quote_stands_in_its_document(question: dict[str, Any]) -> None:
    assert question["answer"]
    assert question["quote"] in text(SAMPLES / "documents" / question["document"])


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question["id"])
def test_no_other_document_has_the_quote(question: dict[str, Any]) -> None:
    others = [path for path in DOCUMENTS if path.name != question["document"]]
    assert not [path.name for path in others if question["quote"] in text(path)]


def test_questions_are_spread_over_languages_and_documents() -> None:
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    assert Counter(q["language"] for q in ANSWERABLE) == {"fr": 8, "en": 6, "ru": 6}
    assert len(QUESTIONS) - len(ANSWERABLE) == 5
    assert len({question["document"] for question in ANSWERABLE}) >= 15


def test_the_documents_stay_small() -> None:
    assert sum(path.stat().st_size for path in DOCUMENTS) < 1_500_000
