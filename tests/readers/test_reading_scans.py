"""Scanned pages of a PDF are recognised, the others keep their exact text; nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PIL import Image

from contracts.content import Source
from contracts.errors import Unreadable, UnreadableDocument
from contracts.nouns import Reading
from contracts.recognition import RecognisedPage
from readers.engines import Engine
from readers.limits import LIMITS, Limits
from readers.ocr import doubtful, words
from readers.pool import ProcessReader
from tests.readers.scanning import (
    ENGLISH,
    FRENCH,
    TESSERACT,
    drawn,
    engine,
    letters,
    needs_tesseract,
    pages,
    rows,
    saved,
    saying,
    scanned_pdf,
)
from tests.readers.test_reading_pool import appears

SEEN = rows((1, 1, 1, 96, "Bon"), (1, 1, 1, 90, "jour"))
INK = drawn("x", size=(200, 100))


@asynccontextmanager
async def pool(seeing: Engine | None, limits: Limits = LIMITS) -> AsyncIterator[ProcessReader]:
    reader = ProcessReader(1, limits, engine=seeing)
    try:
        yield reader
    finally:
        await reader.close()


def source(tmp_path: Path, data: bytes, *recognised: RecognisedPage) -> Source:
    path = tmp_path / "original"
    path.write_bytes(data)
    return Source(path, "scan", recognised=recognised)


async def read(
    reader: ProcessReader, one: Source, taken: list[RecognisedPage] | None = None
) -> Reading:
    async def take(page: RecognisedPage) -> None:
        if taken is not None:
            taken.append(page)

    return await reader.read(one, recognised=take)


@needs_tesseract
async def test_only_pages_without_text_are_recognised_and_the_order_stays(tmp_path: Path) -> None:
    blank = Image.effect_noise((1240, 620), 2)
    data = scanned_pdf("exact, l'été — 5 €", drawn(FRENCH), blank, "the end", drawn(ENGLISH))
    async with pool(TESSERACT) as reader:
        reading = await read(reader, source(tmp_path, data))
    assert [part.page for part in reading.parts] == [1, 2, 4, 5]
    exact, french, _, english = (part.text.strip() for part in reading.parts)
    assert exact == "exact, l'été — 5 €"
    assert (french, english) == (FRENCH, ENGLISH)
    assert [part.confidence is None for part in reading.parts] == [True, False, True, False]
    assert all(0.85 < part.confidence <= 1 for part in reading.parts if part.confidence)
    assert reading.metadata["pages"] == 5
    assert reading.metadata["pages_recognised"] == 2
    assert reading.metadata["pages_blank"] == 1
    assert "pages_without_text" not in reading.metadata


async def test_a_page_that_was_recognised_is_not_recognised_again(tmp_path: Path) -> None:
    fake, data, first = engine(saying(SEEN)), pages(INK, INK), list[RecognisedPage]()
    async with pool(fake) as reader:
        whole = await read(reader, source(tmp_path, data), first)
        assert [page.page for page in first] == [1, 2]
        second: list[RecognisedPage] = []
        again = await read(reader, source(tmp_path, data, first[0]), second)
        assert [page.page for page in second] == [2]
        third: list[RecognisedPage] = []
        assert await read(reader, source(tmp_path, data, *first), third) == whole == again
        assert third == []


async def test_what_another_engine_recognised_is_recognised_anew(tmp_path: Path) -> None:
    data, first, second = saved(INK), list[RecognisedPage](), list[RecognisedPage]()
    async with pool(engine(saying(SEEN))) as reader:
        await read(reader, source(tmp_path, data), first)
    better = engine(saying(rows((1, 1, 1, 99, "Bonjour"))), languages=("eng", "fra"))
    async with pool(better) as reader:
        reading = await read(reader, source(tmp_path, data, *first), second)
    assert reading.parts[0].text == "Bonjour\n"
    assert [page.settings for page in second] == ["standin 1 eng+fra"]


async def test_a_long_scan_may_take_longer_than_a_file_may(tmp_path: Path) -> None:
    slow = engine(f"import time; time.sleep(0.8); {saying(SEEN)}")
    limits = replace(LIMITS, wall_seconds=4.0)
    async with pool(slow, limits) as reader:
        reading = await read(reader, source(tmp_path, pages(*[INK] * 6)))
    assert reading.metadata["pages_recognised"] == 6


async def test_pages_that_were_recognised_before_a_reading_ends_are_handed_over(
    tmp_path: Path,
) -> None:
    taken: list[RecognisedPage] = []
    async with pool(engine(saying(SEEN)), replace(LIMITS, characters=12)) as reader:
        with pytest.raises(UnreadableDocument):
            await read(reader, source(tmp_path, pages(INK, INK, INK)), taken)
    assert [page.page for page in taken] == [1, 2]


@pytest.mark.parametrize("program", ["import time; time.sleep(600)", "raise SystemExit(1)"])
async def test_a_page_on_which_the_engine_fails_costs_that_page_alone(
    tmp_path: Path, program: str
) -> None:
    data, taken = scanned_pdf("the text", INK), list[RecognisedPage]()
    async with pool(engine(program), replace(LIMITS, wall_seconds=5.0)) as reader:
        reading = await read(reader, source(tmp_path, data), taken)
        assert [part.page for part in reading.parts] == [1]
        assert reading.metadata["pages_without_text"] == [2]
        assert taken == []
        with pytest.raises(UnreadableDocument) as caught:
            await read(reader, source(tmp_path, saved(INK)))
    assert caught.value.reason is Unreadable.NO_TEXT


async def test_the_engine_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    began = tmp_path / "began"
    # An empty file is all that may be written there.
    hangs = engine("import sys, time; open(sys.argv[1], 'w'); time.sleep(600)", str(began))
    async with pool(hangs) as reader:
        reading = asyncio.create_task(read(reader, source(tmp_path, saved(INK))))
        async with asyncio.timeout(60):
            await appears(began)
        below = psutil.Process().children(recursive=True)
        (helper,) = [one for one in below if str(began) in one.cmdline()]
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await asyncio.to_thread(helper.wait, 30)
    assert not helper.is_running()


async def test_the_engine_sees_no_secrets(tmp_path: Path) -> None:
    tells = (
        "import os, sys; sys.stdin.buffer.read()\n"
        "for name in os.environ: print('5','1','1','1','1','1','0','0','9','9','99',name,sep='\\t')"
    )
    async with pool(engine(tells)) as reader:
        reading = await read(reader, source(tmp_path, saved(INK)))
    assert set(reading.parts[0].text.split()) <= {"OMP_THREAD_LIMIT", "PYTHONPATH", "LC_CTYPE"}


@pytest.mark.parametrize(
    "noise", ["5\t1\n", "no table", "\x00\x01", rows((1, 1, 1, 95, " "), (1, 1, 1, -1, "\u200b"))]
)
async def test_an_engine_that_says_nothing_of_use_leaves_a_blank_page(
    tmp_path: Path, noise: str
) -> None:
    async with pool(engine(saying(noise))) as reader:
        with pytest.raises(UnreadableDocument) as caught:
            await read(reader, source(tmp_path, saved(INK)))
    assert caught.value.reason is Unreadable.NO_TEXT


def test_words_make_lines_and_lines_make_paragraphs() -> None:
    seen = words(
        rows(
            (1, 1, 1, 90, "Un"),
            (1, 1, 1, 80, "mot"),
            (1, 1, 2, 95, "et"),
            (1, 2, 1, 95, "puis"),
            (2, 1, 1, 95, "fin"),
        )
    )
    assert seen.text == "Un mot\net\n\npuis\n\nfin\n"
    assert seen.confidence == pytest.approx((2 * 90 + 3 * 80 + 2 * 95 + 4 * 95 + 3 * 95) / 14)


def test_words_with_digits_or_capitals_are_doubted_for_a_letter_that_is_not_sure() -> None:
    table = rows((1, 1, 1, 90, "Z63"))
    told = letters(
        [("7", 85.5), ("6", 95.0), ("3", 99.0)],
        [("&lt;", 50.0), ("a", 60.0)],
        [("D", 99.0), ("é", 97.5), ("s", 98.5)],
        [("S", 99.0), ("i", 99.0)],
    )
    assert doubtful(table + told) == ("7\u033263", "Dé\u0332s")
    assert doubtful(table + letters([("9", 99.0)])) == ()
    assert doubtful(table) is None


async def test_doubtful_words_go_with_their_page_and_are_kept_with_it(tmp_path: Path) -> None:
    told = rows((1, 1, 1, 96, "Bon")) + letters([("B", 70.0), ("o", 99.0), ("n", 99.0)])
    taken: list[RecognisedPage] = []
    async with pool(engine(saying(told))) as reader:
        first = await read(reader, source(tmp_path, saved(INK)), taken)
        again = await read(reader, source(tmp_path, saved(INK), *taken))
    assert [page.doubtful for page in taken] == [("B\u0332on",)]
    assert first.parts[0].text == "Bon\n"
    assert first.parts == again.parts
    assert first.parts[0].doubtful == ("B\u0332on",)


@needs_tesseract
async def test_tesseract_tells_of_letters_without_another_text(tmp_path: Path) -> None:
    async with pool(TESSERACT) as reader:
        reading = await read(reader, source(tmp_path, saved(drawn(FRENCH))))
    (part,) = reading.parts
    assert part.text.startswith("Dès Noël, la société Lumière confirme\n")
    assert part.doubtful is not None
    assert all(word.replace("\u0332", "") in part.text for word in part.doubtful)
