"""Rescans: documents that are printed with one fact changed, scanned askew and recognised.

Each scan has to be found to be a copy of what was printed, and of nothing else. Other texts, fonts,
resolutions and angles than those that rules were chosen with.
"""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import font_roboto
import matplotlib as mpl
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from benchmarks import copying
from benchmarks.copying import Document, dice
from benchmarks.material import data_folder
from benchmarks.report import Row
from contracts.content import Source
from contracts.likeness import Fingerprint, Likeness
from ingestion.comparing import doubtful
from ingestion.likeness import compare, fingerprint
from readers.installed import find_engine
from readers.pool import ProcessReader

FIRST, EACH = 96, 14
"""The first document of each language, and how many are printed unless told otherwise."""
AGAIN = 4
"""One page of so many is scanned a second time, by other means."""
PROCESSES = 2
LENGTHS: Final = (250, 600, 1200)
"""Characters of a paragraph: what little text says, one damaged letter damages more."""
_DEJAVU: Final = Path(mpl.get_data_path(), "fonts", "ttf")


@dataclass(frozen=True, slots=True)
class Press:
    """How a page is printed and scanned; ``dots`` an inch, ``degrees`` that it is turned at most.

    ``blur`` and ``specks`` are those of a page of 200 dots an inch.
    """

    font: str
    points: float
    dots: int
    degrees: float
    blur: float
    specks: int
    quality: int


PRESSES: Final = (
    Press(font_roboto.RobotoLight, 9.5, 250, 0.9, 0.7, 500, 45),
    Press(str(_DEJAVU / "DejaVuSerif-Bold.ttf"), 8.5, 180, 1.4, 0.7, 250, 35),
    Press(font_roboto.RobotoItalic, 10.5, 200, 0.6, 0.7, 350, 40),
    Press(str(_DEJAVU / "DejaVuSansMono.ttf"), 9, 170, 1, 0.6, 300, 45),
    Press(font_roboto.RobotoBold, 9, 220, 1.1, 0.9, 700, 30),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page that was printed, and the document that it was before one fact was changed."""

    printed: Document
    before: Document
    press: Press


async def measure(each: int = EACH, first: int = FIRST) -> list[Row]:
    """Print, scan and recognise; nothing where no engine is installed."""
    engine = find_engine()
    if engine is None:
        return []
    sheets = list(_sheets(each, first))
    reader = ProcessReader(PROCESSES, engine=engine)
    try:
        with TemporaryDirectory(prefix="diptych-bench-") as folder:
            scans = await _scanned(reader, Path(folder, "one"), sheets)
            twice = [
                replace(sheet, press=PRESSES[PRESSES.index(sheet.press) - 1])
                for sheet in sheets[::AGAIN]
            ]
            again = await _scanned(reader, Path(folder, "two"), twice)
    finally:
        await reader.close()
    return list(_rows(sheets, scans, list(zip(scans[::AGAIN], again, strict=True))))


def _rows(
    sheets: Sequence[Sheet],
    scans: Sequence[Fingerprint],
    twice: Sequence[tuple[Fingerprint, Fingerprint]],
) -> Iterator[Row]:
    pairs = list(zip(sheets, scans, strict=True))
    found = sum(is_duplicate(_known(sheet.printed), scan) for sheet, scan in pairs)
    note = f"{len(pairs)} pages printed, scanned askew and recognised"
    yield Row("rescans: found", found / len(pairs), "", (">=", 0.95), note)
    both = sum(is_duplicate(one, two) for one, two in twice)
    yield Row("rescans: two scans of one page found", both / len(twice), note=f"{len(twice)} pairs")
    wrong = sum(is_duplicate(_known(sheet.before), scan) for sheet, scan in pairs)
    note = f"{len(pairs)} pairs"
    yield Row("rescans: called a copy, one fact changed before", wrong, "", ("<=", 0), note)
    for name, change in copying.ONE_FACT.items():
        wrong = sum(
            is_duplicate(_known(change(sheet.printed, dice((name, number)))), scan)
            for number, (sheet, scan) in enumerate(pairs)
        )
        yield Row(f"rescans: called a copy, {name}", wrong, "", ("<=", 0), note)


def is_duplicate(one: Fingerprint, two: Fingerprint) -> bool:
    """Tell whether the record would give the one as a candidate, and the verdict a duplicate."""
    met = one.text == two.text or bool(set(one.bands) & set(two.bands))
    verdict = compare(one, two)
    return met and verdict is not None and verdict[0] in {Likeness.SAME_TEXT, Likeness.NEAR_COPY}


def _known(one: Document) -> Fingerprint:
    return fingerprint([str(one)])


def _sheets(each: int, first: int) -> Iterator[Sheet]:
    changes = list(copying.ONE_FACT.values())
    for number, whole in enumerate(copying.documents(data_folder(), each, first)):
        chance = dice(("sheet", first, number))
        length = chance.choice(LENGTHS)
        one, two = (" ".join(text[:length].split()) for text in (whole.first, whole.second))
        before = replace(whole, first=one, second=two)
        printed = changes[number % len(changes)](before, chance)
        yield Sheet(printed, before, PRESSES[chance.randrange(len(PRESSES))])


async def _scanned(
    reader: ProcessReader, folder: Path, sheets: Sequence[Sheet]
) -> list[Fingerprint]:
    """Give what recognition makes of the sheets."""
    folder.mkdir()
    paths = [folder / f"{number}.jpg" for number in range(len(sheets))]
    for sheet, path in zip(sheets, paths, strict=True):
        picture = _scan(sheet, dice((folder.name, path.stem)))
        picture.save(path, "JPEG", quality=sheet.press.quality)
    return list(await asyncio.gather(*(_fingerprint(reader, path) for path in paths)))


async def _fingerprint(reader: ProcessReader, path: Path) -> Fingerprint:
    reading = await reader.read(Source(path, path.name, 0, path.stat().st_size))
    return fingerprint((part.text for part in reading.parts), doubtful(reading))


def _scan(sheet: Sheet, chance: random.Random) -> Image.Image:
    """Print a page and scan it: askew, blurred, dusty."""
    press, text = sheet.press, str(sheet.printed)
    inch, scale = press.dots, press.dots / 200
    font = ImageFont.truetype(press.font, round(press.points / 72 * inch))
    page = Image.new("L", (round(8.27 * inch), round(11.69 * inch)), 255)
    draw = ImageDraw.Draw(page)
    across = page.width - 1.5 * inch
    for number, line in enumerate(_lines(text, font, across)):
        place = 0.65 * inch, 0.6 * inch + number * 1.4 * press.points / 72 * inch
        draw.text(place, line, 20, font)
    for _ in range(press.specks):
        left, top = chance.randrange(page.width), chance.randrange(page.height)
        draw.ellipse((left, top, left + 2 * scale, top + 2 * scale), chance.randrange(60, 200))
    turn = chance.uniform(-press.degrees, press.degrees)
    skewed = page.rotate(turn, Image.Resampling.BICUBIC, fillcolor=250)
    return skewed.filter(ImageFilter.GaussianBlur(press.blur * scale))


def _lines(text: str, font: ImageFont.FreeTypeFont, across: float) -> Iterator[str]:
    """Give lines that are so long at most."""
    for block in text.split("\n"):
        line = ""
        for word in block.split():
            if line and font.getlength(f"{line} {word}") > across:
                yield line
                line = word
            else:
                line = f"{line} {word}".strip()
        yield line
