"""Pages that show text as a picture, drawn on the spot, and what recognises it."""

import io
import json
import struct
import sys
import zlib

import font_roboto
import pillow_heif
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from readers.engines import Engine
from readers.installed import find_engine

pillow_heif.register_heif_opener()
INSTALLED = find_engine()
TESSERACT = INSTALLED if INSTALLED and INSTALLED.name == "tesseract" else None
needs_tesseract = pytest.mark.skipif(
    TESSERACT is None or not {"eng", "fra", "rus"} <= set(TESSERACT.languages),
    reason="Tesseract with the languages eng, fra and rus is not installed",
)
FRENCH = """Dès Noël, la société Lumière confirme
la réception de votre commande, livrée
à l'entrepôt de Besançon avant la fin
du mois de février. Le règlement est
attendu à trente jours."""
RUSSIAN = """Общество подтверждает получение
вашего заказа, который будет доставлен
на склад до конца месяца. Оплата
ожидается в течение тридцати дней."""
ENGLISH = """The company confirms that it has
received your order, which will be
delivered to the warehouse before the
end of the month."""
GREEK = """Η εταιρεία επιβεβαιώνει ότι έλαβε την
παραγγελία σας, η οποία θα παραδοθεί
στην αποθήκη πριν από το τέλος του μήνα.
Η πληρωμή αναμένεται εντός τριάντα ημερών."""


def drawn(text: str, mode: str = "L", size: tuple[int, int] = (1240, 620)) -> Image.Image:
    """Draw lines of text in black on white, as 150 dots per inch show 12 points."""
    picture = Image.new("L", size, 255)
    font = ImageFont.truetype(font_roboto.Roboto, 44)
    ImageDraw.Draw(picture).multiline_text((90, 80), text, 0, font, spacing=24)
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def pages(*pictures: Image.Image) -> bytes:
    """Make a TIFF of several pages."""
    return saved(pictures[0], "TIFF", save_all=True, append_images=pictures[1:])


def scanned_pdf(*shown: Image.Image | str) -> bytes:
    """Make a PDF whose pages show pictures, or hold text."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for one in shown:
        if isinstance(one, str):
            canvas.drawString(72, 750, one)
        else:
            canvas.drawImage(ImageReader(one), 0, 400, 595, 595 * one.height / one.width)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """Make a small file that claims to show many pixels."""

    def block(kind: bytes, data: bytes) -> bytes:
        raw = kind + data
        return struct.pack(">I", len(data)) + raw + struct.pack(">I", zlib.crc32(raw))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + block(b"IHDR", header) + block(b"IDAT", rows) + block(b"IEND", b"")
    )


def engine(program: str, *arguments: str, languages: tuple[str, ...] = ("eng",)) -> Engine:
    """Let a Python program stand in for Tesseract; it takes pictures and writes words."""
    command = (sys.executable, "-S", "-c", program, *arguments)
    return Engine("standin", "1", command, languages, orients=False, memory_bytes=1 << 30)


def rows(*words: tuple[int, int, int, float, str]) -> str:
    """Give the table of words, each by block, paragraph, line, confidence and text."""
    return "".join(
        "\t".join(map(str, (5, 1, *place, 1, 0, 0, 9, 9, sure, word))) + "\n"
        for *place, sure, word in words
    )


def letters(*words: list[tuple[str, float]]) -> str:
    """Say how sure each letter of some words is, as Tesseract does in hOCR."""
    return "".join(
        "<span class='ocrx_word' title='bbox 1 1 9 9; x_wconf 9'>\n"
        + "".join(
            f"<span class='ocrx_cinfo' title='x_bboxes 1 1 2 2; x_conf {sure}'>{letter}</span>\n"
            for letter, sure in word
        )
        + "</span>\n"
        for word in words
    )


def saying(table: str) -> str:
    """Give a program that finds the same words in every picture."""
    return f"import sys; sys.stdin.buffer.read(); print({json.dumps(table)}, end='')"


def seeing_ink() -> str:
    """Give a program that says in which tenths of a picture, from its top, there is ink."""
    return """
import sys
kind, size, shades, pixels = sys.stdin.buffer.read().split(b"\\n", 3)
width, height = map(int, size.split())
for tenth in range(10):
    rows = pixels[tenth * height // 10 * width : (tenth + 1) * height // 10 * width]
    if rows and min(rows) < 64:
        print(5, 1, 1, 1, 1, 1, 0, 0, 9, 9, 95, f"de-l-encre-au-dixieme-{tenth}", sep="\\t")
"""
