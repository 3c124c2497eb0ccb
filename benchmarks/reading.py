"""Pages a second through the service's reading processes beside the bare library, in one run.

Both have two processes and the same generated files: PDFs with a text layer through pdfium, and
scanned pages through Tesseract. ``--pages N`` sets how many scanned pages (ten times as many have
text).
"""

import argparse
import asyncio
import io
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import font_roboto
import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
from PIL import Image, ImageDraw, ImageFont
from pypdfium2 import raw
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks.report import Missing, Row
from contracts.content import Source
from readers.engines import Engine
from readers.installed import find_engine
from readers.pool import ProcessReader

PROCESSES = 2
TURNS = 3
PAGES = 40
TEXT_PAGES_FOR_EACH = 10
PAGES_IN_A_FILE = 5
DOTS_PER_POINT = 300 / 72
SENTENCES = (
    "La société confirme la réception de votre commande du 3 mars et sa livraison à Besançon.",
    "Le règlement de 1 245,50 € est attendu à trente jours, à l'adresse indiquée ci-dessus.",
    "The warehouse confirms that every part of the order has been counted and packed.",
    "Chaque pièce est garantie deux ans; l'usure normale et les chocs n'y sont pas compris.",
)
LINES = 40


async def measure() -> list[Row]:
    """Take turns, so that both meet the same machine; the first reading of each does not count."""
    engine = find_engine()
    if engine is None or engine.name != "tesseract":
        raise Missing("Install tesseract-ocr, tesseract-ocr-fra and tesseract-ocr-rus.")
    count = _pages()
    with TemporaryDirectory(prefix="diptych-bench-") as folder:
        text = _files(Path(folder), "text", count * TEXT_PAGES_FOR_EACH, _write_text)
        scans = _files(Path(folder), "scan", count, _write_scan)
        reader = ProcessReader(PROCESSES, engine=engine)
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(PROCESSES, spawn) as bare:
            try:
                return [
                    await _compare("text PDF", reader, bare, text, _bare_text),
                    await _compare("scanned PDF", reader, bare, scans, _Scanning(engine)),
                ]
            finally:
                await reader.close()


def _pages() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=PAGES)
    found: int = parser.parse_known_args(sys.argv[1:])[0].pages
    return found


async def _compare(
    what: str,
    reader: ProcessReader,
    bare: ProcessPoolExecutor,
    files: list[Path],
    read: Callable[[Path], int],
) -> Row:
    ours, theirs = [], []
    pages = len(files) * PAGES_IN_A_FILE
    await asyncio.gather(*(reader.read(Source(path, "x.pdf")) for path in files[:PROCESSES]))
    list(bare.map(read, files[:PROCESSES]))
    for _ in range(TURNS):
        began = time.perf_counter()
        readings = await asyncio.gather(*(reader.read(Source(path, "x.pdf")) for path in files))
        ours.append(pages / (time.perf_counter() - began))
        began = time.perf_counter()
        found = list(bare.map(read, files))
        theirs.append(pages / (time.perf_counter() - began))
        assert sum(found) > 0
        assert all(len(reading.parts) == PAGES_IN_A_FILE for reading in readings)
    note = f"ours {median(ours):.2f} pages/s, bare {median(theirs):.2f}, {pages} pages"
    ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
    return Row(f"reading {what} / bare library", ratio, "times", (">=", 0.9), note)


def _files(folder: Path, name: str, pages: int, write: Callable[[Canvas, int], None]) -> list[Path]:
    """Write files of PAGES_IN_A_FILE pages each, at least one for each process."""
    pdfmetrics.registerFont(TTFont("Roboto", font_roboto.Roboto))
    files = []
    for number in range(max(PROCESSES, pages // PAGES_IN_A_FILE)):
        path = folder / f"{name}-{number}.pdf"
        canvas = Canvas(str(path), pagesize=A4, pageCompression=1)
        for page in range(PAGES_IN_A_FILE):
            write(canvas, number + page)
            canvas.showPage()
        canvas.save()
        files.append(path)
    return files


def _lines(number: int) -> list[str]:
    return [SENTENCES[(number + line) % len(SENTENCES)] for line in range(LINES)]


def _write_text(canvas: Canvas, number: int) -> None:
    for line, text in enumerate(_lines(number)):
        canvas.setFont("Roboto", 11)
        canvas.drawString(60, 780 - 18 * line, text)


def _write_scan(canvas: Canvas, number: int) -> None:
    width, height = (round(side * DOTS_PER_POINT) for side in A4)
    picture = Image.new("L", (width, height), 255)
    font = ImageFont.truetype(font_roboto.Roboto, round(11 * DOTS_PER_POINT))
    draw = ImageDraw.Draw(picture)
    for line, text in enumerate(_lines(number)):
        draw.text((250, 250 + 75 * line), text, 0, font)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    buffer.seek(0)
    canvas.drawImage(ImageReader(buffer), 0, 0, *A4)


def _bare_text(path: Path) -> int:
    """Take the characters of every page as pdfium gives them; give how many."""
    document, found = pdfium.PdfDocument(path), 0
    for page in document:
        textpage = page.get_textpage()
        codes = [raw.FPDFText_GetUnicode(textpage.raw, at) for at in range(textpage.count_chars())]
        found += len("".join(map(chr, codes)))
    document.close()
    return found


class _Scanning:
    """Renders every page and gives it to Tesseract, with the languages that we use."""

    def __init__(self, engine: Engine) -> None:
        self._command = [*engine.command, "-", "stdout", "--dpi", "300"]
        self._languages = "+".join(engine.usual)

    def __call__(self, path: Path) -> int:
        document, found = pdfium.PdfDocument(path), 0
        for page in document:
            buffer = io.BytesIO()
            page.render(scale=DOTS_PER_POINT, grayscale=True).to_pil().save(buffer, "PPM")
            done = subprocess.run(
                [*self._command, "-l", self._languages, "tsv"],
                input=buffer.getvalue(),
                capture_output=True,
                check=True,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            )
            found += len(done.stdout)
        document.close()
        return found
