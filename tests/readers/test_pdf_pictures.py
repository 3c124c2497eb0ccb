"""PDF pages that show more than they say: scans under a stamp, and pictures among text."""

from collections.abc import Callable
from pathlib import Path

import font_roboto
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from contracts.content import Source
from contracts.nouns import Reading
from contracts.recognition import RecognisedPage
from readers.engines import Engine
from readers.pool import ProcessReader
from tests.readers.hostile.pdfs import flated, one_page, raw
from tests.readers.making import drawing, pdf_of_glyphs
from tests.readers.scanning import (
    FRENCH,
    TESSERACT,
    drawn,
    engine,
    needs_tesseract,
    rows,
    saying,
    seeing_ink,
)

STAMP = "Reçu le 12/03/2024 - page 1/3"
LETTER = ["Les lignes d'une lettre que quelqu'un a tapée, et qui tiennent sur une page."] * 30
SEEN = saying(rows(*((1, 1, 1, 91, word) for word in ["Bonjour", "tout", "le", "monde"])))
SCAN = Image.new("L", (1240, 1754), 255)
SCAN.paste(0, (200, 900, 1000, 1000))
SCANNED = "de-l-encre-au-dixieme-5"
"""What is said of the scan: its one line is in the sixth tenth."""


class Look:
    """Reads pages with an engine, and keeps what is recognised on the way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.kept: list[RecognisedPage] = []

    async def __call__(self, seeing: Engine | None, *pages: Callable[[Canvas], object]) -> Reading:
        return await self.at(drawing(*pages), seeing)

    async def at(self, data: bytes, seeing: Engine | None) -> Reading:
        self._path.write_bytes(data)
        pool = ProcessReader(workers=1, engine=seeing)
        try:
            source = Source(self._path, "a.pdf", recognised=tuple(self.kept))
            return await pool.read(source, recognised=self._take)
        finally:
            await pool.close()

    async def _take(self, page: RecognisedPage) -> None:
        self.kept.append(page)


@pytest.fixture
def look(tmp_path: Path) -> Look:
    return Look(tmp_path / "original")


def whole(canvas: Canvas, picture: Image.Image = SCAN) -> None:
    canvas.drawImage(ImageReader(picture), 0, 0, *A4)


def in_strips(canvas: Canvas) -> None:
    for top in range(0, SCAN.height, 50):
        strip = SCAN.crop((0, top, SCAN.width, min(top + 50, SCAN.height)))
        high = strip.height * A4[1] / SCAN.height
        canvas.drawImage(
            ImageReader(strip), 0, A4[1] - top * A4[1] / SCAN.height - high, A4[0], high
        )


def in_forms(canvas: Canvas) -> None:
    canvas.beginForm("scan")
    canvas.scale(A4[0], A4[1])
    canvas.drawImage(ImageReader(SCAN), 0, 0, 1, 1)
    canvas.endForm()
    canvas.beginForm("page")
    canvas.doForm("scan")
    canvas.endForm()
    canvas.doForm("page")


def stamped(canvas: Canvas, text: str = STAMP) -> None:
    canvas.drawString(40, 570, text)


def hidden(canvas: Canvas, lines: list[str]) -> None:
    pdfmetrics.registerFont(TTFont("Roboto", font_roboto.Roboto))
    canvas.saveState()
    text = canvas.beginText(60, 750)
    text.setFont("Roboto", 11)
    text.setTextRenderMode(3)
    for line in lines:
        text.textLine(line)
    canvas.drawText(text)
    canvas.restoreState()


def typed(canvas: Canvas) -> None:
    for number, line in enumerate(LETTER):
        canvas.drawString(60, 780 - 14 * number, line)


def photo(canvas: Canvas, name: str = "Plan", x: float = 60, y: float = 60) -> None:
    canvas.drawImage(ImageReader(drawn(name, size=(600, 300))), x, y, 300, 150)


@pytest.mark.parametrize("shown", [whole, in_strips, in_forms])
@pytest.mark.parametrize(("turned", "tenths"), [(0, [5]), (90, [1, 2, 3, 4, 5])])
async def test_a_scan_under_a_stamp_is_recognised_and_the_stamp_stays_exact(
    look: Look, shown: Callable[[Canvas], None], turned: int, tenths: list[int]
) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setPageRotation(turned)
        shown(canvas)
        stamped(canvas)

    reading = await look(engine(seeing_ink()), page)
    (part,) = reading.parts
    own, recognised = part.text.strip().split("\n\n")
    assert own == STAMP
    assert recognised.split() == [f"de-l-encre-au-dixieme-{tenth}" for tenth in tenths]
    assert (part.page, part.confidence) == (1, 0.95)
    assert reading.metadata["pages_recognised"] == 1
    assert "pages_partly_read" not in reading.metadata


@needs_tesseract
async def test_a_real_scan_under_a_stamp_is_read_once(look: Look) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(drawn(FRENCH, size=(1240, 1754))), 0, 0, *A4)
        stamped(canvas)

    (part,) = (await look(TESSERACT, page)).parts
    assert part.text.strip() == f"{STAMP}\n\n{FRENCH}"


async def test_the_words_that_a_scanner_laid_under_a_page_are_kept(look: Look) -> None:
    def page(canvas: Canvas) -> None:
        whole(canvas)
        hidden(canvas, LETTER)
        stamped(canvas)

    def covered(canvas: Canvas) -> None:
        typed(canvas)
        whole(canvas)

    reading = await look(engine(SEEN), page, covered)
    assert [part.text.split() for part in reading.parts] == [
        [*" ".join(LETTER).split(), *STAMP.split()],
        " ".join(LETTER).split(),
    ]
    assert look.kept == []


@pytest.mark.parametrize("words", [["\ufffd\ufffd\ufffd \ufffd" * 9] * 30, ["ID-4711"]])
async def test_words_of_a_scanner_that_mean_nothing_give_way(look: Look, words: list[str]) -> None:
    def page(canvas: Canvas) -> None:
        whole(canvas)
        hidden(canvas, words)
        stamped(canvas)

    reading = await look(engine(seeing_ink()), page)
    assert reading.parts[0].text.strip() == f"{STAMP}\n\n{SCANNED}"
    look.kept.clear()
    unread = (await look(None, page)).parts[0].text
    assert STAMP in unread
    assert words[0].split()[0] in unread


async def test_words_of_a_scanner_in_a_font_without_characters_give_way(look: Look) -> None:
    codes = b"".join(b"%04X" % code for code in range(65, 91))
    words = b"<" + 3 * codes + b"> Tj 0 -14 Td "
    shown = b"q 595 0 0 842 0 0 cm /I Do Q BT 3 Tr /G 10 Tf 60 780 Td " + words * 40 + b"ET "
    stamp = b"BT 0 Tr /F 12 Tf 40 570 Td (Page 1 of 3) Tj ET"
    encoding = b"/Encoding/Identity-H/DescendantFonts[8 0 R]>>"
    family = b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500>>"
    picture = b"/Subtype/Image/Width 1240/Height 1754/BitsPerComponent 8/ColorSpace/DeviceGray"
    others = {
        6: flated(SCAN.tobytes(), picture + b"/Filter/FlateDecode"),
        7: b"<</Type/Font/Subtype/Type0/BaseFont/Odd" + encoding,
        8: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Odd" + family,
    }
    objects = one_page(shown + stamp, b"/XObject<</I 6 0 R>>>>>>", others)
    objects[3] = objects[3].replace(b"/F 5 0 R", b"/F 5 0 R/G 7 0 R")
    reading = await look.at(raw(objects), engine(seeing_ink()))
    assert reading.parts[0].text.strip() == f"Page 1 of 3\n\n{SCANNED}"


async def test_a_picture_among_text_is_a_part_behind_its_page(look: Look) -> None:
    def page(canvas: Canvas) -> None:
        typed(canvas)
        photo(canvas)

    reading = await look(engine(SEEN), page, typed)
    assert [(p.label, p.page, p.confidence) for p in reading.parts] == [
        ("Page 1", 1, None),
        ("Picture on page 1", 1, 0.91),
        ("Page 2", 2, None),
    ]
    assert reading.parts[0].text == reading.parts[2].text
    assert reading.parts[1].text == "Bonjour tout le monde\n"
    assert reading.metadata["pictures_recognised"] == 1
    assert "pages_recognised" not in reading.metadata


async def test_a_picture_is_drawn_without_the_text_over_it(look: Look) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setPageRotation(180)
        typed(canvas)
        canvas.drawImage(ImageReader(SCAN), 300, 60, 248, 350)
        canvas.drawString(310, 80, "Sur la photo, en bas")

    reading = await look(engine(seeing_ink()), page)
    assert reading.parts[1].text.split() == ["de-l-encre-au-dixieme-4"]


async def test_what_comes_again_is_recognised_once_and_logos_are_not(look: Look) -> None:
    def first(canvas: Canvas) -> None:
        whole(canvas)
        stamped(canvas, "Titre")

    def other(canvas: Canvas) -> None:
        whole(canvas)
        stamped(canvas, "Autre titre")
        photo(canvas)
        canvas.drawImage(ImageReader(drawn("Logo", size=(600, 300))), 400, 760, 120, 60)

    reading = await look(engine(SEEN), first, other, other)
    assert [(part.label, part.text.split()[0]) for part in reading.parts] == [
        ("Page 1", "Titre"),
        ("Page 2", "Autre"),
        ("Picture on page 2", "Bonjour"),
        ("Page 3", "Autre"),
    ]
    assert len(look.kept) == 2


async def test_what_was_recognised_is_not_recognised_again(look: Look) -> None:
    def page(canvas: Canvas) -> None:
        whole(canvas)
        stamped(canvas)

    def report(canvas: Canvas) -> None:
        typed(canvas)
        photo(canvas)

    first = await look(engine(SEEN), page, report)
    kept = list(look.kept)
    assert len(kept) == 2
    assert await look(engine(SEEN), page, report) == first
    assert look.kept == kept


async def test_a_picture_over_another_is_drawn_by_itself(look: Look) -> None:
    inner = Image.new("L", (400, 400), 255)
    inner.paste(0, (50, 50, 350, 90))

    def page(canvas: Canvas) -> None:
        whole(canvas)
        typed(canvas)
        canvas.drawImage(ImageReader(inner), 100, 250, 200, 200)

    reading = await look(engine(seeing_ink()), page)
    assert [part.text.split() for part in reading.parts[1:]] == [
        [SCANNED],
        ["de-l-encre-au-dixieme-1", "de-l-encre-au-dixieme-2"],
    ]


async def test_letters_without_a_meaning_are_recognised_as_they_are_drawn(look: Look) -> None:
    data = pdf_of_glyphs("BABA", {"A": "0020", "B": "0020"})
    reading = await look.at(data, engine(seeing_ink()))
    assert reading.parts[0].text.split() == ["de-l-encre-au-dixieme-1"]


@pytest.mark.parametrize("seeing", [None, engine(saying(rows((1, 1, 1, 20, "~|;:"))))])
async def test_a_scan_that_cannot_be_read_is_said_and_its_stamp_kept(
    look: Look, seeing: Engine | None
) -> None:
    def page(canvas: Canvas) -> None:
        whole(canvas)
        stamped(canvas)

    reading = await look(seeing, typed, page)
    assert [part.text.strip() for part in reading.parts[1:]] == [STAMP]
    assert reading.metadata["pages_partly_read"] == [2]
    assert "pages_without_text" not in reading.metadata


async def test_headings_of_the_outline_stay_on_their_page(look: Look) -> None:
    def page(canvas: Canvas) -> None:
        canvas.bookmarkPage("one")
        canvas.addOutlineEntry("Bonjour", "one", level=0)
        canvas.drawString(60, 800, "Bonjour")
        photo(canvas)

    reading = await look(engine(SEEN), page)
    assert [[h.text for h in part.headings] for part in reading.parts] == [["Bonjour"], []]
