"""Pages that show their text as a picture: recognised, or taken from what was kept of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from contracts.errors import Unreadable, UnreadableDocument
from contracts.recognition import RecognisedPage
from readers.draft import Draft
from readers.engines import Engine, package_for

if TYPE_CHECKING:
    from PIL.Image import Image

_LISTED_PAGES = 200
_PACKAGES = "the packages tesseract-ocr, tesseract-ocr-fra and tesseract-ocr-rus"


class Scans:
    """Recognises the pages of one document, and notes in its metadata what came of them."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._pages: list[RecognisedPage] = []
        self._unread: list[int] = []
        self._recognise: Callable[[int, Image], RecognisedPage] | None = None

    def text(self, number: int, total: int, render: Callable[[], "Image"]) -> str:
        """Give the text of a page, empty when none can be made out.

        ``render`` gives the picture in shades of grey and is called only when it is needed.
        """
        engine = self._draft.engine
        page = self._draft.kept.get(number)
        if engine is None:
            page = None
        elif page is None or page.settings != engine.settings:
            page = self._fresh(engine, number, render())
            self._draft.progress(number, total)
        if page is None:
            self._unread.append(number)
            return ""
        self._pages.append(page)
        return page.text

    def _fresh(self, engine: Engine, number: int, picture: "Image") -> RecognisedPage | None:
        """Recognise a page and hand it over; None when the engine fails on it."""
        from readers.ocr import Failed, Recogniser  # noqa: PLC0415 - Pillow, for few files

        self._recognise = self._recognise or Recogniser(engine, self._draft.limits)
        try:
            page = self._recognise(number, picture)
        except Failed:
            return None
        self._draft.recognised(page)
        return page

    @property
    def any(self) -> bool:
        """Tell whether any page was asked for."""
        return bool(self._pages or self._unread)

    def note(self) -> None:
        """Say in the metadata what was recognised, how well, and what was not."""
        metadata, read = self._draft.metadata, [page for page in self._pages if page.text]
        if read and self._draft.engine:
            letters = sum(len(page.text) for page in read)
            sure = sum((page.confidence or 0.0) * len(page.text) for page in read)
            metadata["pages_recognised"] = len(read)
            metadata["ocr_confidence"] = round(sure / letters, 3)
            metadata["ocr_languages"] = sorted({name for page in read for name in page.languages})
            metadata["ocr_engine"] = self._draft.engine.label
        if blank := [page for page in self._pages if page.confidence is None]:
            metadata["pages_blank"] = len(blank)
        foreign = [page.page for page in self._pages if page.script]
        unclear = [page.page for page in self._pages if not page.text and page.confidence]
        if foreign:
            metadata["pages_in_unknown_script"] = foreign[:_LISTED_PAGES]
        if without := sorted({*self._unread, *unclear}):
            metadata["pages_without_text"] = without[:_LISTED_PAGES]

    def refusal(self, what: str) -> UnreadableDocument:
        """Give the reason why nothing of ``what`` could be read, and what a person can do."""
        scripts = sorted({page.script for page in self._pages if page.script})
        if self._draft.engine is None:
            message = f"The {what} shows its text as a picture, and nothing here reads pictures."
            remedy = f"Install Tesseract where the service runs ({_PACKAGES}) and add it again."
        elif scripts:
            packages = " ".join(map(package_for, scripts))
            message = f"The {what} is written in a script that is not read here ({scripts[0]})."
            remedy = f"Install its language where the service runs ({packages}) and add it again."
        elif self._unread:
            message = f"Recognising the text of the {what} took too long or failed."
            remedy = "Make it simpler, as black text on white at 300 dots per inch, and add that."
        else:
            message = f"No text could be made out in the {what}."
            remedy = "If it shows text, scan it at 300 dots per inch, straight, and add that."
        return UnreadableDocument(Unreadable.NO_TEXT, message, remedy)
