"""Text in pictures is recognised: by format, by language, whichever way up."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from contracts.content import Source
from contracts.errors import Unreadable, UnreadableDocument
from contracts.nouns import Reading
from contracts.recognition import RecognisedPage
from readers.pool import ProcessReader
from tests.readers.conftest import RefuseBytes
from tests.readers.scanning import (
    ENGLISH,
    FRENCH,
    GREEK,
    RUSSIAN,
    TESSERACT,
    drawn,
    huge_png,
    needs_tesseract,
    pages,
    saved,
)

WORD = "Bonjour"


@pytest.fixture(scope="module")
async def seeing() -> AsyncIterator[ProcessReader]:
    pool = ProcessReader(workers=1, engine=TESSERACT)
    yield pool
    await pool.close()


class Look:
    """Reads bytes with Tesseract, and notes what is told on the way."""

    def __init__(self, reader: ProcessReader, path: Path) -> None:
        self._reader = reader
        self._path = path
        self.pages: list[RecognisedPage] = []
        self.steps: list[tuple[int, int]] = []

    async def __call__(self, data: bytes) -> Reading:
        self._path.write_bytes(data)
        source = Source(self._path, "scan")
        return await self._reader.read(source, progress=self._step, recognised=self._take)

    async def refusal(self, data: bytes) -> UnreadableDocument:
        with pytest.raises(UnreadableDocument) as caught:
            await self(data)
        return caught.value

    async def _take(self, page: RecognisedPage) -> None:
        self.pages.append(page)

    async def _step(self, done: int, total: int) -> None:
        self.steps.append((done, total))


@pytest.fixture
def look(seeing: ProcessReader, tmp_path: Path) -> Look:
    return Look(seeing, tmp_path / "original")


@needs_tesseract
@pytest.mark.parametrize(
    ("kind", "mode", "media_type"),
    [
        ("PNG", "RGBA", "image/png"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("TIFF", "I;16", "image/tiff"),
        ("GIF", "P", "image/gif"),
        ("BMP", "1", "image/bmp"),
        ("WEBP", "RGB", "image/webp"),
        ("HEIF", "RGB", "image/heic"),
    ],
)
async def test_a_picture_of_any_format_and_mode_is_read(
    look: Look, kind: str, mode: str, media_type: str
) -> None:
    picture = drawn(WORD, size=(420, 200))
    if mode == "RGBA":  # black ink on nothing at all
        ink = Image.new("L", picture.size, 0)
        picture = Image.merge("LA", (ink, picture.point(lambda value: 255 - value)))
    if mode == "I;16":  # a scanner that uses a small part of its range
        picture = picture.convert("I").point(lambda value: value * 4 + 300)
    reading = await look(saved(picture.convert(mode), kind))
    assert reading.media_type == media_type
    assert [part.text.split() for part in reading.parts] == [[WORD]]


@needs_tesseract
@pytest.mark.parametrize(
    ("text", "languages"),
    [(FRENCH, ["eng", "fra"]), (ENGLISH, ["eng", "fra"]), (RUSSIAN, ["eng", "rus"])],
)
async def test_the_words_of_a_page_are_found_in_its_language(
    look: Look, text: str, languages: list[str]
) -> None:
    reading = await look(saved(drawn(text)))
    assert reading.parts[0].text.strip() == text
    assert reading.metadata["ocr_languages"] == languages
    assert reading.metadata["pages_recognised"] == 1
    assert str(reading.metadata["ocr_engine"]).startswith("tesseract ")
    assert 0.85 < float(str(reading.metadata["ocr_confidence"])) <= 1


@needs_tesseract
@pytest.mark.parametrize("turn", [90, 180])
async def test_a_page_that_lies_on_its_side_or_head_is_turned(look: Look, turn: int) -> None:
    reading = await look(saved(drawn(FRENCH).rotate(turn, expand=True)))
    assert reading.parts[0].text.strip() == FRENCH


@needs_tesseract
async def test_a_photo_is_turned_as_the_camera_says(look: Look) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    data = saved(drawn(WORD, size=(420, 200)).rotate(90, expand=True), "JPEG", exif=exif)
    assert (await look(data)).parts[0].text.split() == [WORD]


@needs_tesseract
async def test_each_page_of_a_tiff_is_a_part_in_its_own_language(look: Look) -> None:
    blank = Image.new("L", (1240, 620), 250)
    reading = await look(pages(drawn(FRENCH), blank, drawn(RUSSIAN), drawn(ENGLISH)))
    assert [(part.label, part.page) for part in reading.parts] == [
        ("Page 1", 1),
        ("Page 3", 3),
        ("Page 4", 4),
    ]
    assert [part.text.strip() for part in reading.parts] == [FRENCH, RUSSIAN, ENGLISH]
    assert (reading.metadata["pages"], reading.metadata["pages_recognised"]) == (4, 3)
    assert reading.metadata["pages_blank"] == 1
    assert look.steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [(page.page, bool(page.text)) for page in look.pages] == [
        (1, True),
        (2, False),
        (3, True),
        (4, True),
    ]


@needs_tesseract
async def test_a_script_that_is_not_installed_is_named_and_gives_no_rubbish(look: Look) -> None:
    error = await look.refusal(saved(drawn(GREEK)))
    assert error.reason is Unreadable.NO_TEXT
    assert "Greek" in error.message
    assert "tesseract-ocr-ell" in error.remedy
    assert [(page.text, page.script) for page in look.pages] == [("", "Greek")]


@needs_tesseract
async def test_pages_in_a_script_that_is_not_installed_are_named(look: Look) -> None:
    reading = await look(pages(drawn(FRENCH), drawn(GREEK)))
    assert [part.page for part in reading.parts] == [1]
    assert reading.metadata["pages_in_unknown_script"] == [2]
    assert reading.metadata["scripts_not_read"] == ["Greek"]


@needs_tesseract
async def test_a_picture_without_words_says_so(look: Look) -> None:
    spots = Image.effect_noise((700, 500), 90)
    for nothing in (Image.new("L", (700, 500), 255), spots):
        error = await look.refusal(saved(nothing))
        assert error.reason is Unreadable.NO_TEXT
        assert "No text" in error.message


async def test_a_picture_that_nothing_here_can_read_names_what_to_install(
    refusal: RefuseBytes,
) -> None:
    error = await refusal(saved(drawn(WORD)))
    assert error.reason is Unreadable.NO_TEXT
    assert "tesseract-ocr-fra" in error.remedy


async def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked(
    refusal: RefuseBytes,
) -> None:
    error = await refusal(huge_png(11_000, 10_000))
    assert error.reason is Unreadable.TOO_LARGE
    assert "100 million pixels" in error.message
