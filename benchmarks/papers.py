"""Small files of many formats, each with a passage of its own: what lies on an office's disk."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from html import escape
from itertools import islice
from pathlib import Path

import font_roboto
from docx import Document
from openpyxl import Workbook
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks import material

SETS = ("piaf_fr", "xquad_ru", "2wiki51_en")
LONGEST = 1500
"""Characters of a passage: a page."""


def passages(count: int) -> list[str]:
    """Give passages of the sets in turn, French, Russian and English, none of them twice."""
    kinds = [material.retrieval_set(name)[0] for name in SETS]
    turns = (kind[place] for place in range(max(map(len, kinds))) for kind in kinds
             if place < len(kind))  # fmt: skip
    return list(islice((record["text"][:LONGEST] for record in turns), count))


def write_text(path: Path, text: str) -> None:
    """Write plain text."""
    path.with_suffix(".txt").write_text(text, encoding="utf-8")


def write_mail(path: Path, text: str) -> None:
    """Write a message without attachments."""
    message = EmailMessage()
    message["From"], message["To"] = "anna@exemple.fr", "archives@exemple.fr"
    message["Subject"] = text.split("\n", maxsplit=1)[0][:60]
    message["Date"] = "Tue, 03 Mar 2026 09:00:00 +0100"
    message.set_content(text)
    path.with_suffix(".eml").write_bytes(message.as_bytes())


def write_word(path: Path, text: str) -> None:
    """Write a Word document."""
    document = Document()
    document.add_heading(text.split("\n", maxsplit=1)[0][:60], 1)
    for paragraph in text.split("\n"):
        document.add_paragraph(paragraph)
    document.save(str(path.with_suffix(".docx")))


def write_pdf(path: Path, text: str) -> None:
    """Write a PDF with a text layer."""
    pdfmetrics.registerFont(TTFont("Roboto", font_roboto.Roboto))
    canvas = Canvas(str(path.with_suffix(".pdf")), pagesize=A4)
    canvas.setFont("Roboto", 11)
    for number, line in enumerate(simpleSplit(text, "Roboto", 11, A4[0] - 120)):
        canvas.drawString(60, 780 - 16 * number, line)
    canvas.save()


def write_page(path: Path, text: str) -> None:
    """Write a page of HTML."""
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.split("\n"))
    path.with_suffix(".html").write_text(f"<!DOCTYPE html><meta charset=utf-8>{body}", "utf-8")


def write_workbook(path: Path, text: str) -> None:
    """Write a workbook of one sheet, a word in each cell."""
    book = Workbook()
    for row in _rows(text):
        book.worksheets[0].append(row)
    book.save(path.with_suffix(".xlsx"))


def write_table(path: Path, text: str) -> None:
    """Write comma-separated values, a word in each."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(_rows(text))
    path.with_suffix(".csv").write_text(buffer.getvalue(), encoding="utf-8")


def _rows(text: str) -> list[list[str]]:
    words = text.split()
    return [words[start : start + 6] for start in range(0, len(words), 6)]


Write = Callable[[Path, str], None]
SMALL: Mapping[str, Write] = {"text": write_text, "mail": write_mail, "docx": write_word}
MIXED: Mapping[str, Write] = {
    **SMALL,
    "pdf": write_pdf,
    "html": write_page,
    "xlsx": write_workbook,
    "csv": write_table,
}


def fill(folder: Path, texts: Sequence[str], kinds: Mapping[str, Write]) -> None:
    """Write one file for each text, of the kinds in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    writers = list(kinds.values())
    for number, text in enumerate(texts):
        writers[number % len(writers)](folder / f"{number:05}", text)
