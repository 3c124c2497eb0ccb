"""Pictures in old Office files: every kind, on the slide or sheet that shows them; torn ones."""

import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from contracts.content import Source
from contracts.nouns import Reading
from readers.pool import ProcessReader
from tests.readers.making_art import (
    PLAIN,
    blip,
    doc_showing,
    ppt_showing,
    shapes,
    split,
    store,
    store_beside,
    xls_showing,
)
from tests.readers.making_ole import doc, ppt, xls
from tests.readers.scanning import drawn, engine, rows, saved, saying

SEEN = "Bonjour tout le monde"
PLAN = saved(drawn("Plan", size=(420, 200)))
VIEW = saved(drawn("Vue", size=(410, 200)), "JPEG")
EMF = b"EMF" + bytes(60_000)

See: TypeAlias = Callable[[bytes], Awaitable[Reading]]


@pytest.fixture(scope="module")
async def seeing() -> AsyncIterator[ProcessReader]:
    """Make a reader that sees the same words in every picture."""
    seen = rows(*((1, 1, 1, 91, word) for word in SEEN.split()))
    pool = ProcessReader(workers=1, engine=engine(saying(seen)))
    yield pool
    await pool.close()


@pytest.fixture
def see(seeing: ProcessReader, tmp_path: Path) -> See:
    async def call(data: bytes) -> Reading:
        path = tmp_path / "original"
        path.write_bytes(data)
        return await seeing.read(Source(path, "file"))

    return call


def labels(reading: Reading) -> list[str]:
    return [part.label for part in reading.parts]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
@pytest.mark.parametrize("hashes", [1, 2])
async def test_pictures_of_every_kind_are_seen(see: See, kind: str, hashes: int) -> None:
    picture = blip(saved(drawn("Plan", size=(420, 200)), kind), hashes)
    reading = await see(doc([("texte\r", PLAIN)], behind=b"\x1e\xf0" + picture + b"\0"))
    assert [(part.label, part.text) for part in reading.parts] == [
        ("Document", "texte\n"),
        ("Picture in the document", SEEN + "\n"),
    ]


async def test_pictures_in_the_text_and_over_it_are_seen(see: See) -> None:
    reading = await see(doc_showing("texte", [EMF, PLAN, VIEW]))
    assert labels(reading) == ["Document", *["Picture in the document"] * 2]


async def test_pictures_stand_behind_the_slide_that_shows_them(see: See) -> None:
    data = ppt_showing(["un", "deux", "trois"], {1: [EMF, VIEW], 3: [PLAN, VIEW]})
    reading = await see(data)
    assert labels(reading) == [
        *("Slide 1", "Picture on slide 1", "Slide 2", "Slide 3", "Picture on slide 3"),
    ]
    assert [part.page for part in reading.parts] == [1, 1, 2, 3, 3]


async def test_pictures_stand_behind_the_sheet_that_shows_them(see: See) -> None:
    data = xls_showing({"Vue": "un", "План": "deux"}, {"План": [EMF, VIEW], "Vue": [PLAN]})
    reading = await see(data)
    assert labels(reading) == ["Vue", "Picture on sheet “Vue”", "План", "Picture on sheet “План”"]


LONG = struct.pack("<HHI", 0x6E00, 0xF01E, 0xFFFFFFFF) + bytes(30)
TORN = blip(PLAN)[:400]


async def test_a_picture_without_end_hides_no_other(see: See) -> None:
    reading = await see(doc([("texte\r", PLAIN)], behind=LONG + blip(PLAN)))
    assert labels(reading) == ["Document", "Picture in the document"]


@pytest.mark.parametrize(
    "data",
    [
        doc([("texte\r", PLAIN)], behind=TORN),
        doc([("texte\r", PLAIN)], behind=LONG + b"\0\x6e\x1e\xf0"),
        ppt([[(1, "texte")]], drawn={1: shapes(0, 1, 2**31)}),
        ppt([[(1, "texte")]], drawn={1: shapes(1)}, store=store_beside(PLAN)[0]),
        ppt([[(1, "texte")]], drawn={1: shapes(1)}, store=store(PLAN)[:80]),
        ppt([[(1, "texte")]], drawn={1: shapes(1)[:-40]}, store=store(PLAN)),
        xls({"S": [["texte"]]}, drawn={"S": split(0xEC, shapes(1))}),
        xls({"S": [["texte"]]}, drawn={"S": split(0xEC, shapes(1))}, store=split(0xEB, TORN)),
        xls({"S": [["texte"]]}, store=split(0xEB, store(PLAN))),
    ],
)
async def test_torn_drawings_cost_nothing_but_their_pictures(see: See, data: bytes) -> None:
    reading = await see(data)
    assert [part.text for part in reading.parts] == ["texte\n"]
