"""Tables of PDF pages are rows where lines or columns prove it; nothing else changes."""

import io
from collections.abc import Callable, Sequence

import font_roboto
import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table

from readers import pdf
from readers.draft import Draft, PartDraft
from readers.limits import LIMITS
from readers.tables import Tables
from tests.readers.making import ruled

PRICES = [["Désignation", "Quantité", "Prix"], ["Lampe", "2", "49,90"], ["Câble", "", "3,20"]]
IN_ROWS = "Désignation\tQuantité\tPrix\nLampe\t2\t49,90\nCâble\t\t3,20\n"
SENTENCE = "Le locataire paie le loyer le premier jour du mois."

Draw = Callable[[Canvas], object]


def part(draw: Draw) -> PartDraft:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    draw(canvas)
    canvas.save()
    return read(buffer.getvalue())


def read(data: bytes) -> PartDraft:
    draft = Draft(LIMITS)
    pdf.read(data, draft)
    (found,) = draft.parts
    return found


def as_drawn(data: bytes) -> str:
    """Give the text of the first page as pdfium has it."""
    text: str = pdfium.PdfDocument(data)[0].get_textpage().get_text_range()
    return text.replace("\r\n", "\n")


def words(canvas: Canvas, *placed: tuple[float, float, str]) -> None:
    for x, y, text in placed:
        canvas.drawString(x, y, text)


def beside(canvas: Canvas, rows: Sequence[Sequence[str]], *right: float) -> None:
    """Draw rows without lines: the first cell begins at the margin, the others end in line."""
    for number, (first, *others) in enumerate(rows):
        canvas.drawString(72, 600 - 20 * number, first)
        for x, text in zip(right, others, strict=True):
            canvas.drawRightString(x, 600 - 20 * number, text)


def test_cells_between_lines_are_rows_and_the_text_around_stays() -> None:
    def draw(canvas: Canvas) -> None:
        words(canvas, (72, 700, "Avant le tableau"))
        ruled(canvas, PRICES)
        words(canvas, (72, 200, "Après le tableau"))

    assert part(draw).text == f"Avant le tableau\n{IN_ROWS}Après le tableau"


def test_lines_of_a_cell_are_joined_by_a_space() -> None:
    rows = [["Produit", "Prix\nunitaire"], ["Lampe\nde bureau", "49,90"]]
    text = part(lambda canvas: ruled(canvas, rows)).text
    assert text == "Produit\tPrix unitaire\nLampe de bureau\t49,90\n"


def test_a_space_within_an_amount_stays_what_it_is() -> None:
    def draw(canvas: Canvas) -> None:
        pdfmetrics.registerFont(TTFont("Roboto", font_roboto.Roboto))
        canvas.setFont("Roboto", 10)
        ruled(canvas, [["Loyer", "1\u202f245,50 €"], ["Charges", "80,00 €"]])

    assert part(draw).text == "Loyer\t1\u202f245,50 €\nCharges\t80,00 €\n"


def test_a_table_that_is_drawn_column_by_column_is_written_by_rows() -> None:
    def draw(canvas: Canvas) -> None:
        for column in range(3):
            for number, row in enumerate(PRICES):
                canvas.drawString(77 + 100 * column, 388 - 30 * number, row[column])
        canvas.grid([72, 172, 272, 372], [400, 370, 340, 310])

    assert part(draw).text == IN_ROWS


def test_numbers_one_above_the_other_between_two_lines_are_rows() -> None:
    def draw(canvas: Canvas) -> None:
        ruled(canvas, [["Produit", "Prix"]])
        columns = [["Lampe", "Pose", "Câble", "Total"], ["49,90", "", "3,20", "53,10"]]
        for x, column in zip((77, 177), columns, strict=True):
            words(canvas, *((x, 355 - 15 * n, cell) for n, cell in enumerate(column) if cell))
        canvas.grid([72, 172, 272], [370, 300])

    expected = "Produit\tPrix\nLampe\t49,90\nPose\nCâble\t3,20\nTotal\t53,10\n"
    assert part(draw).text == expected


def test_a_cell_over_several_rows_or_columns_is_in_the_first() -> None:
    buffer = io.BytesIO()
    cells = [["2026", "Janvier", "10"], ["", "Mars", "20"], ["Total", "", "30"]]
    style = [("GRID", (0, 0), (-1, -1), 1, "black"), ("SPAN", (0, 0), (0, 1))]
    table = Table(cells, colWidths=[100] * 3, style=[*style, ("SPAN", (0, 2), (1, 2))])
    SimpleDocTemplate(buffer).build([table])
    assert read(buffer.getvalue()).text == "2026\tJanvier\t10\n\tMars\t20\nTotal\t30\n"


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_table_on_a_turned_page_is_read_as_it_is_shown(turn: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(turn)
        canvas.translate(300, 400)
        canvas.rotate(turn)
        ruled(canvas, PRICES, -100, 0)

    assert part(draw).text == IN_ROWS


def test_a_table_in_a_form_that_is_placed_on_the_page_is_found() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.beginForm("table")
        ruled(canvas, [["Produit", "Prix"], ["Lampe\nde bureau", "49,90"]])
        canvas.endForm()
        canvas.translate(-30, 120)
        canvas.scale(0.8, 0.8)
        canvas.doForm("table")

    assert part(draw).text == "Produit\tPrix\nLampe de bureau\t49,90\n"


def test_columns_without_lines_are_rows_in_the_order_they_are_drawn() -> None:
    rows = [*PRICES, ["Rallonge de deux mètres", "1", "12,00"]]
    draw = lambda canvas: beside(canvas, rows, 350, 450)  # noqa: E731 # read in one line
    assert part(draw).text == f"{IN_ROWS}Rallonge de deux mètres\t1\t12,00\n"


def test_totals_without_lines_are_rows() -> None:
    rows = [["Total HT", "100,00 €"], ["TVA 20 %", "20,00 €"], ["Total TTC", "120,00 €"]]
    text = part(lambda canvas: beside(canvas, rows, 450)).text
    assert text == "Total HT\t100,00 €\nTVA 20 %\t20,00 €\nTotal TTC\t120,00 €\n"


def test_a_row_whose_columns_stand_close_is_parted_as_the_rows_around() -> None:
    rows = [
        ["Article", "Nombre de pièces", "Prix"],
        ["Lampe", "2", "49,90"],
        ["Câble", "7", "3,20"],
    ]
    close = ["Rallonge", "1 000 000 pièces", "1,00"]
    text = part(lambda canvas: beside(canvas, [*rows, close, ["Pile", "4", "2,00"]], 221, 450)).text
    assert text.endswith("Câble\t7\t3,20\nRallonge\t1 000 000 pièces\t1,00\nPile\t4\t2,00\n")


def columns(canvas: Canvas, *, by_row: bool) -> None:
    places = [(x, 600 - 20 * line) for x in (60, 340) for line in range(8)]
    for x, y in sorted(places, key=lambda at: (-at[1], at[0])) if by_row else places:
        canvas.drawString(x, y, f"{SENTENCE[:42]} {round(y)}")


def frame(canvas: Canvas) -> None:
    canvas.grid([40, 330, 560], [700, 500, 300])
    columns(canvas, by_row=False)


def crossed(canvas: Canvas) -> None:
    """Draw lines that run through words: a background, not a table."""
    words(canvas, *((72, 388 - 30 * line, SENTENCE) for line in range(3)))
    canvas.grid([72, 172, 272], [400, 370, 340, 310])


def chart(canvas: Canvas) -> None:
    """Draw a chart's lines with the numbers beside them."""
    words(canvas, *((40, 300 + 50 * line, str(20 * line)) for line in range(6)))
    words(canvas, *((70 + 50 * column, 280, str(2020 + column)) for column in range(6)))
    canvas.grid(range(70, 370, 50), range(300, 600, 50))


def letter(canvas: Canvas) -> None:
    words(canvas, (72, 760, "Société Lumière"), (400, 700, "Madame Anne Roux"))
    words(canvas, (72, 640, "Paris"), (400, 640, "le 3 mars 2026"))
    words(canvas, *((72, 600 - 20 * line, SENTENCE) for line in range(6)))


@pytest.mark.parametrize(
    "draw",
    [
        lambda canvas: columns(canvas, by_row=True),
        lambda canvas: columns(canvas, by_row=False),
        frame,
        crossed,
        chart,
        letter,
    ],
)
def test_what_is_no_table_stays_as_it_is_drawn(draw: Draw) -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    draw(canvas)
    canvas.save()
    assert read(buffer.getvalue()).text == as_drawn(buffer.getvalue())


def test_headings_are_found_around_a_table_and_not_in_it() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 16)
        words(canvas, (72, 760, "Devis"))
        canvas.setFont("Helvetica", 10)
        words(canvas, *((72, 700 - 20 * line, SENTENCE) for line in range(6)))
        canvas.setFont("Helvetica-Bold", 10)
        ruled(canvas, PRICES[:1])
        canvas.setFont("Helvetica", 10)
        ruled(canvas, PRICES[1:], top=370)
        canvas.setFont("Helvetica-Bold", 16)
        words(canvas, (72, 200, "Conditions"))

    found = part(draw)
    assert [(level, text) for _, level, text in found.headings] == [(1, "Devis"), (1, "Conditions")]
    assert all(found.text.startswith(text, start) for start, _, text in found.headings)


def test_the_first_row_is_known_as_the_header_of_the_others() -> None:
    text = part(lambda canvas: ruled(canvas, PRICES)).text
    assert Tables(text).header_at(text.index("Câble")) == "Désignation | Quantité | Prix"
