"""What PDF pages hold beside plain lines: files, filled fields, headers, tables, turned text."""

import ctypes
import io
import re
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
import pytest
from pypdfium2 import raw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from contracts.content import Source
from ingestion.quality.repetition import repeated_lines
from readers.pool import ProcessReader
from tests.readers.conftest import ReadBytes, UnpackBytes
from tests.readers.making import drawing, pdf
from tests.readers.scanning import drawn, engine, seeing_ink


def pinned(data: bytes, name: str, content: bytes) -> bytes:
    """Pin a file to the first page, as a reader's paper clip."""
    document = pdfium.PdfDocument(data)
    page = document[0]
    clip = raw.FPDFPage_CreateAnnot(page.raw, raw.FPDF_ANNOT_FILEATTACHMENT)
    wide = ctypes.create_string_buffer(f"{name}\0".encode("utf-16-le"))
    pointer = ctypes.cast(wide, raw.FPDF_WIDESTRING)
    attachment = pdfium.PdfAttachment(raw.FPDFAnnot_AddFileAttachment(clip, pointer), document)
    attachment.set_data(content)
    raw.FPDFPage_CloseAnnot(clip)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


async def test_files_that_are_pinned_to_a_page_come_along(unpack: UnpackBytes) -> None:
    reading, files = await unpack(pinned(pdf("Voir le plan", "fin"), "plan é.txt", b"le plan"))
    assert files == {"plan é.txt": b"le plan"}
    twice = pinned(pinned(pdf("Voir le plan"), "plan.txt", b"le plan"), "plan.txt", b"le plan")
    assert (await unpack(twice))[1] == {"plan.txt": b"le plan"}
    assert [part.text.strip() for part in reading.parts] == ["Voir le plan", "fin"]


def form(canvas: Canvas) -> None:
    canvas.drawString(72, 750, "Nom :")
    canvas.acroForm.textfield(name="nom", value="Dupont Ivan", x=150, y=740, width=200, height=20)
    canvas.drawString(72, 720, "Pays :")
    options = {"options": ["France", "Russie"], "x": 150, "y": 710, "width": 200, "height": 20}
    canvas.acroForm.choice(name="pays", value="Russie", **options)


def without_pictures_of_fields(data: bytes) -> bytes:
    """Leave out how fields look, as programs do that fill in forms."""
    look = re.compile(rb"/AP <<(?:[^<>]|<<[^<>]*>>)*>>")
    assert look.search(data)
    return look.sub(lambda found: b" " * len(found[0]), data)


async def test_what_is_filled_in_forms_is_text_of_its_page(read: ReadBytes) -> None:
    reading = await read(drawing(form, lambda canvas: canvas.drawString(72, 750, "fin")))
    first = reading.parts[0].text
    assert [word in first for word in ("Nom :", "Dupont Ivan", "Pays :", "Russie")] == [True] * 4
    assert first.count("Dupont Ivan") == 1
    assert "Dupont Ivan" in (await read(without_pictures_of_fields(drawing(form)))).parts[0].text
    assert reading.parts[1].text.strip() == "fin"


async def test_a_form_of_nothing_but_fields_is_read(read: ReadBytes) -> None:
    def fields(canvas: Canvas) -> None:
        canvas.acroForm.textfield(name="a", value="Bonjour", x=150, y=740, width=200, height=20)

    assert (await read(drawing(fields))).parts[0].text.strip() == "Bonjour"


async def test_a_scanned_form_is_recognised_with_what_is_filled_in(tmp_path: Path) -> None:
    def scan(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(drawn("Nom", size=(1240, 1240))), 0, 100, 595, 595)
        place = {"x": 150, "y": 740, "width": 200, "height": 20, "borderWidth": 0}
        canvas.acroForm.textfield(name="a", value="Bonjour", **place)

    (tmp_path / "scan").write_bytes(drawing(scan))
    seen = "Bonjour\n\nde-l-encre-au-dixieme-2"
    for seeing, text, confidence in (
        (engine(seeing_ink()), seen, 0.95),
        (None, "Bonjour", None),
    ):
        pool = ProcessReader(workers=1, engine=seeing)
        (part,) = (await pool.read(Source(tmp_path / "scan", "scan"))).parts
        await pool.close()
        assert (part.text.strip(), part.confidence) == (text, confidence)


def paged(canvas: Canvas, number: int) -> None:
    canvas.drawString(72, 800, "Société Lumière - Rapport annuel")
    canvas.drawString(72, 700, f"Le chapitre {'abcde'[number]} dit autre chose.")
    canvas.drawString(72, 40, f"Page {number + 1} sur 5 - confidentiel")


async def test_headers_and_footers_are_known_as_repeated(read: ReadBytes) -> None:
    pages = [lambda canvas, number=number: paged(canvas, number) for number in range(5)]
    reading = await read(drawing(*pages))
    share, lines = repeated_lines(reading.parts)
    assert share == pytest.approx(2 / 3)
    assert {re.sub(r"\d", "#", line.strip()) for line in lines} == {
        "Société Lumière - Rapport annuel",
        "Page # sur # - confidentiel",
    }


@pytest.mark.parametrize("shown", [0, 90, 180])
@pytest.mark.parametrize("page", [0, 90, 180, 270])
async def test_turned_text_on_turned_pages_is_read_in_its_order(
    read: ReadBytes, shown: int, page: int
) -> None:
    lines = ["Une page tournée", "a trois lignes,", "l'une sous l'autre."]

    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(page)
        canvas.translate(300, 400)
        canvas.rotate(page + shown)
        for number, line in enumerate(lines):
            canvas.drawString(0, -20 * number, line)

    text = (await read(drawing(draw))).parts[0].text
    assert [line.strip() for line in text.split("\n") if line.strip()] == lines
