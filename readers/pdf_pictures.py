"""What PDF pages show beside their own text: scans under a stamp, and pictures among text."""

import hashlib
import io
import unicodedata
from ctypes import c_int, c_uint
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
from pypdfium2 import raw

from readers.draft import has_visible_text
from readers.pdf_objects import Box, Placed, objects
from readers.pictures import FEWEST_PIXELS, SHORTEST_SIDE

if TYPE_CHECKING:
    from PIL.Image import Image

_PICTURE_SHARE = 0.04
"""Of a page: logos took 0.2 to 3.7 % of it, pictures that said something 4.3 % and more."""
_SCAN_SHARE = 0.5
_SCAN_LETTERS = 500
_SAID_SHARE = 0.03
"""Of pictures: the boxes of a scanner's words took 11 to 26 % of them, a stamp's under 2 %."""
_MEANINGLESS = 0.2
_SAMPLE = 2000
_UNASSIGNED = {"Co", "Cn", "Cs"}
_REPLACEMENT = 0xFFFD
_NEAR = 0.5
_OVERLAPPING = 1.03
_DOTS_PER_POINT = 300 / 72
_DRAWN_PIXELS = 18_000_000
"""As many as A3 has at 300 dots per inch; larger pages are drawn coarser."""
_DRAWN_SIDE = 32_000


@dataclass(slots=True)
class Region:
    """Where a page shows a picture, which may have been cut into strips and tiles."""

    box: Box
    pieces: list[Placed]
    _filled: float

    def take(self, piece: Placed, box: Box) -> bool:
        """Take a piece that lies beside the others, not over them; tell if it does."""
        whole, filled = _around(self.box, box), self._filled + _area(box)
        beside = _area(_common(_grown(self.box), _grown(box))) > 0
        if beside and filled <= _OVERLAPPING * _area(whole):
            self.box, self._filled = whole, filled
            self.pieces.append(piece)
            return True
        return False

    @property
    def area(self) -> float:
        """Give the square points that it takes of the visible page."""
        return _area(self.box)

    @property
    def pixels(self) -> int:
        """Count the pixels that there are of it."""
        return sum(across * down for across, down in map(_size, self.pieces))

    def picture(self) -> "Picture":
        """Give what is known of it when its page is closed."""
        pieces = frozenset(piece.order for piece in self.pieces)
        return Picture(self.box, pieces, float((self.pixels / self.area) ** 0.5))

    def name(self) -> str:
        """Give a name that the same picture has wherever it is shown."""
        digest = hashlib.sha256()
        for piece in self.pieces:
            digest.update(repr(_size(piece)).encode())
            digest.update(piece.found.get_data())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture on a page: its pieces by their order, how many pixels there are to a point."""

    box: Box
    pieces: frozenset[int]
    density: float


class Shown:
    """Tells what pages show that their text does not say; each picture on the first that has it.

    A picture that comes again is a background or a letterhead, not a scan.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def beside(self, page: pdfium.PdfPage, text: str) -> tuple[bool, dict[str, Picture]]:
        """Tell whether a page is a scan, with little text or none; else its pictures by name."""
        if not has_visible_text(text):
            return next(page.get_objects(), None) is not None, {}
        whole = page.get_cropbox()
        regions = [one for one in _regions(page, whole) if _is_large(one, _area(whole))]
        said = bool(regions) and _says(page, regions)
        if not regions or (said and not _is_garbage(page)):
            return False, {}
        named = {one.name(): one for one in regions}
        fresh = {name: one for name, one in named.items() if name not in self._seen}
        self._seen.update(fresh)
        if sum(one.area for one in fresh.values()) >= _SCAN_SHARE * _area(whole):
            little = sum(map(str.isalnum, text)) < _SCAN_LETTERS
            if little or said:
                return True, {}
        return False, {name: one.picture() for name, one in fresh.items()}


def hide_text(page: pdfium.PdfPage, *, invisible: bool = False) -> None:
    """Take text off a page as long as it is open: all of it, or what nobody sees."""
    for text in list(objects(page, raw.FPDF_PAGEOBJ_TEXT)):
        if not invisible or _is_invisible(text):
            raw.FPDFPageObj_SetIsActive(text.found.raw, 0)


def drawn(page: pdfium.PdfPage, picture: Picture | None = None) -> "Image":
    """Draw a page, or a picture on it, as people see it, in shades of grey."""
    width, height = page.get_size()
    crop, scale = (0.0, 0.0, 0.0, 0.0), _DOTS_PER_POINT
    if picture is not None:
        crop, scale = _margins(page, picture.box), max(scale, picture.density)
        width, height = width - crop[0] - crop[2], height - crop[1] - crop[3]
    most = min(
        (_DRAWN_PIXELS / max(1.0, width * height)) ** 0.5,
        _DRAWN_SIDE / max(1.0, width, height),
    )
    bitmap = page.render(scale=min(scale, most), crop=crop, grayscale=True)
    image: Image = bitmap.to_pil()
    return image


def cut_out(document: pdfium.PdfDocument, number: int, picture: Picture) -> bytes:
    """Give a picture on a page as a file of its own, without what is over and under it."""
    page = document[number - 1]
    try:
        hide_text(page)
        for one in list(objects(page, raw.FPDF_PAGEOBJ_IMAGE)):
            if one.order not in picture.pieces:
                raw.FPDFPageObj_SetIsActive(one.found.raw, 0)
        buffer = io.BytesIO()
        drawn(page, picture).save(buffer, "BMP")
        return buffer.getvalue()
    finally:
        page.close()


def _regions(page: pdfium.PdfPage, whole: Box) -> list[Region]:
    """Find the pictures on a page in the order of painting."""
    regions: list[Region] = []
    for one in objects(page, raw.FPDF_PAGEOBJ_IMAGE):
        box = _common(one.box, whole)
        if _area(box) <= 0:
            continue
        if not regions or not regions[-1].take(one, box):
            regions.append(Region(box, [one], _area(box)))
    return regions


def _is_large(region: Region, page_area: float) -> bool:
    """Tell pictures from logos, lines, and single colours that fill a page."""
    left, bottom, right, top = region.box
    return (
        region.area >= _PICTURE_SHARE * page_area
        and min(right - left, top - bottom) * _DOTS_PER_POINT >= SHORTEST_SIDE
        and region.pixels >= FEWEST_PIXELS
    )


def _says(page: pdfium.PdfPage, regions: list[Region]) -> bool:
    """Tell whether a page has text that nobody sees for its pictures: a scanner's own."""
    wanted = _SAID_SHARE * sum(one.area for one in regions)
    for text in objects(page, raw.FPDF_PAGEOBJ_TEXT):
        if _is_invisible(text) or any(
            text.order < one.pieces[0].order and _common(text.box, one.box) == text.box
            for one in regions
        ):
            wanted -= _area(text.box)
            if wanted <= 0:
                return True
    return False


def _is_invisible(text: Placed) -> bool:
    mode = raw.FPDFTextObj_GetTextRenderMode(text.found.raw)
    return bool(mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE)


def _is_garbage(page: pdfium.PdfPage) -> bool:
    """Tell whether more than a fifth of a page's characters mean nothing."""
    textpage = page.get_textpage()
    try:
        indexes = range(min(textpage.count_chars(), _SAMPLE))
        unmapped = map(raw.FPDFText_HasUnicodeMapError, repeat(textpage.raw), indexes)
        codes = map(raw.FPDFText_GetUnicode, repeat(textpage.raw), indexes)
        meaningless: int = sum(
            error == 1 or code >= _REPLACEMENT or unicodedata.category(chr(code)) in _UNASSIGNED
            for error, code in zip(unmapped, codes, strict=True)
        )
    finally:
        textpage.close()
    return meaningless > _MEANINGLESS * len(indexes)


def _margins(page: pdfium.PdfPage, box: Box) -> Box:
    """Give how much of a page as it is shown lies on each side of a box."""
    width, height = page.get_size()
    size = round(width * _DOTS_PER_POINT), round(height * _DOTS_PER_POINT)
    across, down = c_int(), c_int()
    xs, ys = [], []
    for x, y in (box[:2], box[2:]):
        raw.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
        xs.append(across.value / _DOTS_PER_POINT)
        ys.append(down.value / _DOTS_PER_POINT)
    margins = min(xs), height - max(ys), width - max(xs), min(ys)
    left, bottom, right, top = (max(0.0, margin) for margin in margins)
    return left, bottom, right, top


def _size(piece: Placed) -> tuple[int, int]:
    across, down = c_uint(), c_uint()
    raw.FPDFImageObj_GetImagePixelSize(piece.found.raw, across, down)
    return across.value, down.value


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _common(one: Box, other: Box) -> Box:
    left, bottom = max(one[0], other[0]), max(one[1], other[1])
    return left, bottom, min(one[2], other[2]), min(one[3], other[3])


def _around(one: Box, other: Box) -> Box:
    left, bottom = min(one[0], other[0]), min(one[1], other[1])
    return left, bottom, max(one[2], other[2]), max(one[3], other[3])


def _grown(box: Box) -> Box:
    left, bottom, right, top = box
    return left - _NEAR, bottom - _NEAR, right + _NEAR, top + _NEAR
