"""Pages that show their text as a picture: recognised, or taken from what was kept of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from contracts.errors import Unreadable, UnreadableDocument
from contracts.recognition import RecognisedPage
from readers.draft import Draft, PartDraft
from readers.engines import Engine, package_for

if TYPE_CHECKING:
    from PIL.Image import Image

_LISTED_PAGES = 200
_LATIN_ALONE = ("Latin",)
_PACKAGES = "the packages tesseract-ocr, tesseract-ocr-fra and tesseract-ocr-rus"


class Scans:
    """Recognises the pages of one document, and notes in its metadata what came of them."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._pages: dict[int, RecognisedPage] = {}
        self._unread: list[int] = []
        self._recognise: Callable[[int, Image], RecognisedPage] | None = None

    def text(
        self, number: int, total: int, render: Callable[[], "Image"], done: int | None = None
    ) -> str:
        """Give the text of a page, empty when none can be made out.

        ``render`` gives the picture in shades of grey and is called only when it is needed. So
        many of ``total`` are ``done`` then: of pages as many as its number says.
        """
        engine = self._draft.engine
        page = self._draft.kept.get(number)
        if engine is None:
            page = None
        elif page is None or page.settings != engine.settings:
            page = self._fresh(engine, number, render())
            self._draft.progress(number if done is None else done, total)
        if page is None:
            self._unread.append(number)
            return ""
        self._pages[number] = page
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

    def rate(self, part: PartDraft, number: int) -> None:
        """Note in the part with the text of a page how sure that is, if it was recognised."""
        page = self._pages.get(number)
        if page and page.text:
            part.confidence, part.doubtful = page.confidence, page.doubtful

    @property
    def unread(self) -> int:
        """Count what could not be looked at: nothing here reads pictures, or it failed."""
        return len(self._unread)

    @property
    def any(self) -> bool:
        """Tell whether any page was asked for."""
        return bool(self._pages or self._unread)

    def note(self) -> None:
        """Say in the metadata which pages were recognised, how well, and which were not."""
        metadata, pages = self._draft.metadata, self._pages.values()
        self.note_recognised("pages", "ocr_confidence")
        with_text = {part.page for part in self._draft.parts}
        if blank := {page.page for page in pages if page.confidence is None} - with_text:
            metadata["pages_blank"] = len(blank)
        if foreign := [page.page for page in pages if page.script]:
            metadata["pages_in_unknown_script"] = foreign[:_LISTED_PAGES]
        unclear = {page.page for page in pages if not page.text and page.confidence}
        unread = unclear.union(self._unread)
        for name, listed in (
            ("pages_without_text", unread - with_text),
            ("pages_partly_read", unread & with_text),
        ):
            if listed:
                metadata[name] = sorted(listed)[:_LISTED_PAGES]

    def note_recognised(self, what: str, confidence: str) -> None:
        """Say in the metadata how many pages or pictures were recognised, how well, by what."""
        metadata = self._draft.metadata
        read = [page for page in self._pages.values() if page.text]
        if read and self._draft.engine:
            letters = sum(len(page.text) for page in read)
            sure = sum((page.confidence or 0.0) * len(page.text) for page in read)
            metadata[f"{what}_recognised"] = len(read)
            metadata[confidence] = round(sure / letters, 3)
            languages = {name for page in read for name in page.languages}
            metadata["ocr_languages"] = sorted(languages.union(self._noted("ocr_languages")))
            metadata["ocr_engine"] = self._draft.engine.label
        if scripts := self._scripts:
            metadata["scripts_not_read"] = sorted({*scripts, *self._noted("scripts_not_read")})

    def _noted(self, name: str) -> list[str]:
        """Give a list that was noted before, of pages for pictures on them."""
        return cast("list[str]", self._draft.metadata.get(name, []))

    @property
    def _scripts(self) -> list[str]:
        """Scripts that no installed language reads."""
        return sorted({page.script for page in self._pages.values() if page.script})

    def refusal(self, what: str) -> UnreadableDocument:
        """Give the reason why nothing of ``what`` could be read, and what a person can do."""
        engine, scripts = self._draft.engine, self._scripts
        if engine is None:
            message = f"The {what} shows its text as a picture, and nothing here reads pictures."
            remedy = f"Install Tesseract where the service runs ({_PACKAGES}) and add it again."
        elif scripts:
            packages = " ".join(map(package_for, scripts))
            listed = ", ".join(scripts)
            message = f"The {what} is written in a script that is not read here ({listed})."
            remedy = f"Install its language where the service runs ({packages}) and add it again."
        elif self._unread:
            message = f"Recognising the text of the {what} took too long or failed."
            remedy = "Make it simpler, as black text on white at 300 dots per inch, and add that."
        elif engine.languages == _LATIN_ALONE:
            message = f"No Latin text could be made out in the {what}, and nothing else is read."
            remedy = f"For other scripts install Tesseract ({_PACKAGES}) and add it again."
        else:
            message = f"No text could be made out in the {what}."
            remedy = "If it shows text, scan it at 300 dots per inch, straight, and add that."
        return UnreadableDocument(Unreadable.NO_TEXT, message, remedy)
