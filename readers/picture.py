"""Reads text in pictures: one part for each page of a TIFF, one part for any other picture."""

import io
import struct
from functools import partial
from typing import cast

import pillow_heif
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from contracts.errors import Unreadable, UnreadableDocument
from readers.draft import Draft
from readers.scans import Scans

# Never all that Pillow knows: some of its formats start other programs.
FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP", "HEIF")
_PAGED = "TIFF"
_BIG_TIFF = 43
_SHADES = 255
_ORIENTATION = ExifTags.Base.Orientation

pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)


def read(data: bytes, draft: Draft) -> None:
    """Give what is recognised; of moving pictures, the first one."""
    limit = draft.limits.pixels
    # Pillow warns of more and refuses twice as many, before we can look at the size.
    Image.MAX_IMAGE_PIXELS = limit
    scans = Scans(draft)
    try:
        draft.check_pages("picture", _directories(data))
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _read_frames(picture, draft, scans)
    except Image.DecompressionBombError as error:
        raise _too_large(limit) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise UnreadableDocument(
            Unreadable.MALFORMED,
            "The picture is damaged: it cannot be opened whole.",
            "Get it again from where it came from, or save it anew in a picture program.",
        ) from error
    scans.note()
    if not draft.parts:
        raise scans.refusal("picture")


def _read_frames(picture: Image.Image, draft: Draft, scans: Scans) -> None:
    count = int(getattr(picture, "n_frames", 1)) if picture.format == _PAGED else 1
    if picture.format == _PAGED:
        draft.metadata["pages"] = count
    for index in range(count):
        if count > 1:
            picture.seek(index)
        if picture.width * picture.height > draft.limits.pixels:
            raise _too_large(draft.limits.pixels)
        number = index + 1
        text = scans.text(number, count, partial(grey, picture))
        if text:
            paged = picture.format == _PAGED
            part = draft.part(f"Page {number}", number) if paged else draft.part("Picture")
            part.add(text)
            scans.rate(part, number)


def _directories(data: bytes) -> int:
    """Count the pages of a TIFF by their chain alone: Pillow takes 0.5 ms for each, and squares."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        return 0
    large = struct.unpack_from(f"{order}H", data, 2) == (_BIG_TIFF,)
    first, counted, entry, place = (8, "Q", 20, "Q") if large else (4, "H", 12, "I")
    places: set[int] = set()
    try:
        (at,) = struct.unpack_from(order + place, data, first)
        while at and at not in places:
            places.add(at)
            (entries,) = struct.unpack_from(order + counted, data, at)
            end = at + struct.calcsize(counted) + entry * entries
            (at,) = struct.unpack_from(order + place, data, end)
    except struct.error:
        pass  # it ends early; what there is of it may be read
    return len(places)


def grey(picture: Image.Image) -> Image.Image:
    """Give a picture upright in 256 shades of grey; what is transparent shows white."""
    if picture.format == "JPEG":
        picture.draft("L", picture.size)  # decoded without colours: a third of the memory
    picture.load()
    shades = _shades(picture)
    # How the camera was held; Pillow has turned a TIFF already, and forgotten it.
    shades.getexif()[_ORIENTATION] = picture.getexif().get(_ORIENTATION, 1)
    ImageOps.exif_transpose(shades, in_place=True)
    return shades


def _shades(picture: Image.Image) -> Image.Image:
    if picture.has_transparency_data:
        clear = picture if picture.mode in {"RGBA", "LA"} else picture.convert("RGBA")
        white = Image.new("L", clear.size, _SHADES)
        return Image.composite(clear.convert("L"), white, clear.getchannel("A"))
    if picture.mode.startswith(("I", "F")):
        return _scaled(picture.convert("F"))
    # Never the same object: the picture stays as it is for its next frame.
    return picture.copy() if picture.mode == "L" else picture.convert("L")


def _scaled(picture: Image.Image) -> Image.Image:
    """Spread the values that there are over 256 shades: 16-bit scans use a part of theirs."""
    low, high = cast("tuple[float, float]", picture.getextrema())
    spread = _SHADES / (high - low) if high > low else 1.0
    return picture.point(lambda value: value * spread - low * spread).convert("L")


def _too_large(limit: int) -> UnreadableDocument:
    return UnreadableDocument(
        Unreadable.TOO_LARGE,
        f"The picture has more than {limit / 1e6:,.0f} million pixels.",
        "Save it smaller, at 300 dots per inch, and add that.",
    )
