"""Pictures that a document shows among its text: what they say becomes parts of their own."""

import hashlib
import io
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from contracts.errors import Unreadable, UnreadableDocument
from readers.draft import Draft, PartDraft, has_visible_text
from readers.scans import Scans

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST = 200
_SECONDS = 600.0
_MOST_PIXELS = 50_000_000
# Of 300 dots per inch: logos, icons and lines are smaller, or say next to nothing.
FEWEST_PIXELS = 40_000
SHORTEST_SIDE = 60
_FEWEST_LETTERS = 12
_BEFORE = 60
# Above those of pages, which are kept with them.
_NUMBERS = range(1_000_000, 2**31 - 1)
BITMAP_HEAD = b"BM" + bytes(12)
"""What a bitmap lacks where it stands in another file; its lengths need not be right."""


Load: TypeAlias = Callable[[], bytes]
"""Gives the bytes of a picture, when it is its turn."""


class Pictures:
    """Collects the pictures of one document, and recognises them when its text is written.

    Each distinct picture is read once, at the first place where it is shown. Those that are small,
    damaged, drawn by vectors or without text leave nothing.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._shown: dict[str, tuple[PartDraft, Load]] = {}
        self._seen: set[int] = set()
        self._unread = 0

    def show(self, name: str, load: Load, label: str, page: int | None) -> None:
        """Note a picture: a part begins here that its text will be in, if there is any."""
        if name in self._shown:
            return
        if len(self._shown) < _MOST:
            self._shown[name] = self._draft.part(label, page), load
        else:
            self._unread += 1

    def show_after(self, part: PartDraft, name: str, load: Load) -> None:
        """Note a picture that stands behind what a part says so far."""
        if name in self._shown:
            return
        lines = part.text[-1000:].split("\n")
        before = next((line.strip() for line in reversed(lines) if has_visible_text(line)), "")
        shortened = f"…{before[-_BEFORE:]}" if len(before) > _BEFORE else before
        self.show(name, load, f"Picture after “{shortened}”" if before else "Picture", part.page)

    def show_on_slide(self, slide: int, name: str, load: Load) -> None:
        """Note a picture that lies on a slide of a presentation, whose number is its page."""
        self.show(name, load, f"Picture on slide {slide}", slide)

    def show_on_sheet(self, sheet: str, name: str, load: Load) -> None:
        """Note a picture that lies on a sheet of a workbook, over its cells."""
        self.show(name, load, f"Picture on sheet “{sheet}”", None)

    def recognise(self) -> None:
        """Read the pictures. Raises UnreadableDocument when there is no text anywhere else."""
        scans = Scans(self._draft)
        ends = time.monotonic() + _SECONDS
        for done, (part, load) in enumerate(self._shown.values(), start=1):
            if time.monotonic() > ends:
                self._unread += 1
                continue
            try:
                self._write(scans, part, load, done)
            except UnreadableDocument as error:
                if error.reason is not Unreadable.MALFORMED:
                    raise
            except Exception:  # noqa: BLE001, S112 - Pillow raises anything of torn and foreign files
                continue
        # A blurred photo makes no doubtful document of one whose text was typed.
        typed = any(has_visible_text(p.text) for p in self._draft.parts if p.confidence is None)
        alone = not typed and "ocr_confidence" not in self._draft.metadata
        scans.note_recognised("pictures", "ocr_confidence" if alone else "pictures_confidence")
        if unread := self._unread + scans.unread:
            self._draft.metadata["pictures_not_read"] = unread
        if scans.any and not any(has_visible_text(part.text) for part in self._draft.parts):
            raise scans.refusal("document")

    def _write(self, scans: Scans, part: PartDraft, load: Load, done: int) -> None:
        """Write what a picture says, unless it was shown before or is not worth reading."""
        data = load()
        # Not its place in the document: what was recognised before is found by the number.
        number = _NUMBERS[int.from_bytes(hashlib.sha256(data).digest()[:8]) % len(_NUMBERS)]
        if number in self._seen:
            return
        self._seen.add(number)
        picture = _opened(data)
        if picture is None:
            return
        text = scans.text(number, len(self._shown), picture, done)
        if sum(map(str.isalnum, text)) >= _FEWEST_LETTERS:
            part.add(text)
            scans.rate(part, number)


def _opened(data: bytes) -> "Callable[[], Image] | None":
    """Give what draws a picture in shades of grey; None for one too small to say anything."""
    from PIL import Image  # noqa: PLC0415 - Pillow, for documents with pictures alone

    from readers.picture import FORMATS, grey  # noqa: PLC0415 - the same

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS  # twice as many end as a bomb
    picture = Image.open(io.BytesIO(data), formats=FORMATS)
    pixels = picture.width * picture.height
    if not FEWEST_PIXELS <= pixels <= _MOST_PIXELS or min(picture.size) < SHORTEST_SIDE:
        return None
    return partial(grey, picture)
