"""Recognises the text in a picture of a page: which way up, in which script, then the words.

Runs in the reading process. The engine is a program of its own that this process starts for each
picture, bounds, and takes along when it ends.
"""

import html
import io
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from PIL import Image

from contracts.recognition import UNDERLINE, RecognisedPage
from readers.draft import clean, has_visible_text
from readers.engines import Engine
from readers.limits import Limits
from readers.sandbox import bound_helper

# Measured on 18 real pictures and on pages in eight scripts (mean confidence by characters): text
# in the languages that it was read with 82 to 96; Cyrillic read as French 47 to 55, upside down
# 43 to 58; scripts without a language 3 to 49.
_SURE = 80.0
_BETTER = 5.0
_FOREIGN = 60.0
_RUBBISH = 50.0
# Of Tesseract's guess how a page is turned: 0.3 to 1.1 where it was wrong, 1.8 to 32 where right.
_TURNED = 1.5
# Of letters and digits on 162 printed pages at 110 to 300 dots per inch: of 7,667 digits that were
# right one had less than 90, and of 37 that were wrong all but one stood for a letter. Of 49 wrong
# letters in names 24 had less than 98, of those that were right 0.6 %.
_SURE_DIGIT, _SURE_LETTER = 90.0, 98.0
_BLANK_CONTRAST = 16
_PIXELS = 18_000_000
"""As many as A3 has at 300 dots per inch; more cost time and gain nothing."""
_SIDE = 32_000
"""Tesseract takes no picture with more pixels along one side."""
_SMALL_SIDE = 2000
_MOST_ENLARGED = 3
_WALL_SHARE = 0.8
_PYTHONPATH = os.pathsep.join(filter(None, sys.path))
_LAST_LATIN = "\u024f"
_WORD = "5"
_COLUMNS = 12
_TABLE_AND_LETTERS = ("-c", "hocr_char_boxes=1", "tsv", "hocr")
"""Both in one answer: the table's lines have tabs, the others none. RapidOCR gives the table."""
_LETTER = re.compile(r"class='ocrx_word'|; x_conf ([\d.]+)'>([^<]*)<")
_TURNS = {
    90: Image.Transpose.ROTATE_270,  # Pillow counts the other way round
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
_TOLD = re.compile(r"^(Rotate|Orientation confidence|Script): (\S+)", re.MULTILINE)


class Failed(Exception):
    """The engine ended without an answer, or took too long."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the engine saw; ``confidence`` from 0 to 100, None where it saw no words."""

    text: str
    confidence: float | None
    languages: tuple[str, ...] = ()
    doubtful: tuple[str, ...] | None = None

    @property
    def score(self) -> float:
        """Confidence as a number that can be compared."""
        return self.confidence or 0.0


@dataclass(frozen=True, slots=True)
class Way:
    """How a page is read: turned clockwise by so many degrees, then in these languages."""

    turn: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """How a page has to be turned clockwise, in degrees, and in which script it is written."""

    turn: int
    script: str
    sure: bool


class Recogniser:
    """Recognises the pages of one document, one after the other.

    Each page is first read in the way of the one before, the first one as most are: upright, in
    Latin script. Only what does not come out well is looked at (1 s a page) and read again.
    """

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._engine = engine
        self._seconds = limits.wall_seconds * _WALL_SHARE
        self._way = Way(0, engine.usual)
        self._ends = 0.0

    def __call__(self, number: int, picture: Image.Image) -> RecognisedPage:
        """Recognise a picture in shades of grey. Raises Failed."""
        self._ends = time.monotonic() + self._seconds
        page = RecognisedPage(number, self._engine.settings, "", None, ())
        low, high = cast("tuple[int, int]", picture.getextrema())
        if high - low < _BLANK_CONTRAST:
            return page
        found, script = self._best(fitted(picture))
        if found.confidence is None:
            return page
        page = replace(page, confidence=round(found.confidence / 100, 3), languages=found.languages)
        if script is not None and found.confidence < _FOREIGN:
            return replace(page, script=script)
        if found.confidence < _RUBBISH:
            return page
        return replace(page, text=found.text, doubtful=found.doubtful)

    def _best(self, picture: Image.Image) -> tuple[Words, str | None]:
        """Give the best of what was seen, and the script when no language reads it."""
        first = self._words(picture, self._way)
        fits = self._fits(first)
        if first.confidence is None or (first.confidence >= _SURE and fits):
            return first, None
        seen = self._look(picture)
        if seen is None:
            return self._in_any_script(picture, first), None
        languages = self._engine.reading(seen.script)
        way = Way(seen.turn if seen.sure else 0, languages or self._engine.usual)
        # A guess at the script of spots and stains is no news.
        unknown = seen.script if seen.sure and not languages else None
        if way == self._way:
            return first, unknown
        second = self._words(picture, way)
        if fits and second.score < first.score + _BETTER:
            return first, unknown
        self._way = way
        return second, unknown

    def _fits(self, seen: Words) -> bool:
        """Tell whether words are in the script they were read in.

        French read as Russian and English comes out as sure as Russian does, without its accents.
        """
        if self._way.languages == self._engine.usual:
            return True
        letters = list(filter(str.isalpha, seen.text))
        return sum(letter > _LAST_LATIN for letter in letters) * 2 >= len(letters)

    def _in_any_script(self, picture: Image.Image, first: Words) -> Words:
        """Read a page with too few letters for a look in every script that is installed."""
        best = first
        for languages in [self._engine.usual, *self._engine.readings]:
            if languages not in {self._way.languages, best.languages} and best.score < _SURE:
                other = self._words(picture, Way(0, languages))
                best = other if other.score >= best.score + _BETTER else best
        return best

    def _words(self, picture: Image.Image, way: Way) -> Words:
        languages = "+".join(way.languages)
        answer = self._run(turned(picture, way.turn), "-l", languages, *_TABLE_AND_LETTERS)
        if answer is None:
            raise Failed
        return replace(words(answer), languages=way.languages, doubtful=doubtful(answer))

    def _look(self, picture: Image.Image) -> Look | None:
        """Look at a page before it is read; None where the engine cannot tell anything."""
        if not self._engine.orients:
            return None
        told = dict(_TOLD.findall(self._run(picture, "--psm", "0", "-l", "osd") or ""))
        if not {"Rotate", "Orientation confidence", "Script"} <= told.keys():
            return None
        sure = float(told["Orientation confidence"]) >= _TURNED
        return Look(int(told["Rotate"]), told["Script"], sure)

    def _run(self, picture: Image.Image, *arguments: str) -> str | None:
        """Give what the engine wrote; None when it gave up on the picture. Raises Failed."""
        buffer = io.BytesIO()
        picture.save(buffer, "PPM")
        left = self._ends - time.monotonic()
        if left <= 0:
            raise Failed
        try:
            done = subprocess.run(  # noqa: S603 - no threads here that could hold locks
                [*self._engine.command, "-", "stdout", "--dpi", "300", *arguments],
                input=buffer.getvalue(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={
                    "OMP_THREAD_LIMIT": "1",
                    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                },
                timeout=left,
                check=False,
                preexec_fn=partial(bound_helper, self._engine.memory_bytes, int(left) + 1),
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise Failed from error
        return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def words(table: str) -> Words:
    """Put words together in the engine's order: lines end lines, an empty one ends paragraphs."""
    pieces: list[str] = []
    letters, weighed = 0, 0.0
    before: list[str] = []
    for row in table.splitlines():
        # level, page, block, paragraph, line, word, left, top, width, height, confidence, text
        cells = row.split("\t")
        if len(cells) != _COLUMNS or cells[0] != _WORD or not has_visible_text(cells[-1]):
            continue
        word = clean(cells[-1]).strip()
        if before:
            same = cells[2:5] == before[2:5]
            pieces.append(" " if same else "\n" if cells[2:4] == before[2:4] else "\n\n")
        pieces.append(word)
        before = cells
        letters += len(word)
        weighed += len(word) * min(100.0, max(0.0, float(cells[10])))
    if not letters:
        return Words("", None)
    return Words("".join(pieces) + "\n", weighed / letters)


def doubtful(letters: str) -> tuple[str, ...] | None:
    """Give the words with digits or capitals in which a letter is not sure, underlined.

    None where the engine says nothing of letters.
    """
    found: list[list[str]] = []
    unsure: set[int] = set()
    for match in _LETTER.finditer(letters):
        if match[2] is None:
            found.append([])
            continue
        letter = clean(html.unescape(match[2]))
        sure = _SURE_DIGIT if letter.isdigit() else _SURE_LETTER
        if float(match[1]) < sure:
            unsure.add(len(found) - 1)
            letter += UNDERLINE
        found[-1].append(letter)
    told = ("".join(found[number]) for number in sorted(unsure))
    return tuple(word for word in told if any(map(_tells, word))) if found else None


def _tells(letter: str) -> bool:
    return letter.isdigit() or letter.isupper()


def fitted(picture: Image.Image) -> Image.Image:
    """Make a picture as large as the engine reads well.

    Text of 72 dots per inch came out at a confidence of 57 to 75, enlarged at 88 to 96.
    """
    width, height = picture.size
    longest = max(width, height)
    scale = float(min(_MOST_ENLARGED, max(1, round(_SMALL_SIDE / longest))))
    scale = min(scale, (_PIXELS / (width * height)) ** 0.5, _SIDE / longest)
    if scale == 1:
        return picture
    size = max(1, int(width * scale)), max(1, int(height * scale))
    return picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def turned(picture: Image.Image, clockwise: int) -> Image.Image:
    """Turn a picture by a multiple of 90 degrees."""
    how = _TURNS.get(clockwise)
    return picture if how is None else picture.transpose(how)
