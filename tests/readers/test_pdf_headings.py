"""Headings of a PDF without an outline are known by how they are set."""

import io

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from readers import pdf
from readers.draft import Draft
from readers.limits import LIMITS

BODY = ("Helvetica", 10)
TITLE = ("Helvetica", 16)
BOLD = ("Helvetica-Bold", 10)
SENTENCE = "The tenant pays the rent on the first day of each month."


def headings(*lines: tuple[str, tuple[str, int]]) -> list[tuple[int, str]]:
    """Set the lines on one page; give level and text of what was taken for a heading."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for number, (text, font) in enumerate(lines):
        canvas.setFont(*font)
        canvas.drawString(72, 780 - 24 * number, text)
    canvas.save()
    draft = Draft(LIMITS)
    pdf.read(buffer.getvalue(), draft)
    (part,) = draft.parts
    for start, _, text in part.headings:
        assert part.text.startswith(text, start)
    return [(level, text) for _, level, text in part.headings]


def test_larger_and_bolder_lines_are_headings_by_size() -> None:
    found = headings(
        ("Lease", TITLE),
        (SENTENCE, BODY),
        ("Article 1", BOLD),
        (SENTENCE, BODY),
        (SENTENCE, BODY),
        (SENTENCE, BODY),
        ("Article 2", BOLD),
        (SENTENCE, BODY),
        (SENTENCE, BODY),
    )
    assert found == [(1, "Lease"), (2, "Article 1"), (2, "Article 2")]


def test_bold_sentences_and_numbers_are_no_headings() -> None:
    assert headings(*[(SENTENCE, BODY)] * 6, (SENTENCE, BOLD), ("1 250,00", TITLE)) == []


def test_where_half_of_the_lines_stand_out_none_is_a_heading() -> None:
    assert headings(*[("Label", BOLD), (SENTENCE, BODY)] * 4) == []
