"""Reads PDF pages through pdfium: the text layer character by character, else the picture."""

import re
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from ctypes import c_ushort, sizeof
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
from pypdfium2 import raw

from contracts.errors import Unreadable, UnreadableDocument
from readers.draft import Draft, PartDraft, has_visible_text, useful_title
from readers.pdf_annotations import flattened, look_at_annotations
from readers.pdf_attachments import Attachments
from readers.pdf_headings import Line, note_headings, page_lines
from readers.pdf_invoice import embedded_invoice
from readers.pdf_pictures import Picture, Shown, cut_out, drawn, hide_text
from readers.pdf_tables import in_rows
from readers.pdf_words import Box
from readers.pictures import Pictures
from readers.scans import Scans

if TYPE_CHECKING:
    from PIL.Image import Image

_TAIL = 16 * 1024
_BOOKMARKS = 5000
_LISTED_PAGES = 200
# What pdfium gives for the hyphen of a word that is broken at a line's end.
_LINE_END_HYPHEN = re.compile("[\x02\ufffe]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f]")
_REPLACEMENT = 0xFFFD
_UTF_16, _UTF_32 = f"utf-16-{sys.byteorder[0]}e", f"utf-32-{sys.byteorder[0]}e"
_MARK = re.compile("\ufffe")
"""Stands for a hyphen at a line's end, and for characters without a meaning."""


def read(data: bytes, draft: Draft) -> None:
    """Give one part per page with visible text; text off the visible page is left out."""
    document = _open(data)
    try:
        attachments = Attachments(draft)
        attachments.enclose_listed(document)
        pictures = Pictures(draft)
        pages = _read_pages(document, draft, attachments, pictures)
        pictures.recognise()
        attachments.write_list()
        _take_metadata(document, draft)
        _note_bookmarks(document, draft)
        if not any(part.headings for part in draft.parts):
            note_headings(pages)
    finally:
        document.close()


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            raise UnreadableDocument(
                Unreadable.ENCRYPTED,
                "The PDF is protected by a password.",
                "Remove the password in a PDF program and add the file again.",
            ) from error
        raise UnreadableDocument(
            Unreadable.MALFORMED,
            "The PDF is damaged: it cannot be opened.",
            "Get the file again from where it came from, or print it to a new PDF.",
        ) from error
    if b"%%EOF" not in data[-_TAIL:]:
        # pdfium repairs what is there and says nothing about the pages that are not.
        document.close()
        raise UnreadableDocument(
            Unreadable.MALFORMED,
            "The PDF ends early: a part of it was lost when it was copied.",
            "Get the whole file again from where it came from.",
        )
    document.init_forms()  # what is filled in is drawn where the file holds no picture of it
    return document


def _read_pages(
    document: pdfium.PdfDocument, draft: Draft, attachments: Attachments, pictures: Pictures
) -> list[tuple[PartDraft, list[Line]]]:
    """Fill the draft; pages that show more than they say are recognised.

    Gives each part with how its lines are set.
    """
    count = len(document)
    draft.check_pages("PDF", count)
    scans, shown = Scans(draft), Shown()
    broken: list[int] = []
    pages: list[tuple[PartDraft, list[Line]]] = []
    for number in range(1, count + 1):
        try:
            text, lines, beside = _read_page(document, number, attachments, scans, shown)
        except pdfium.PdfiumError:
            broken.append(number)
            continue
        if has_visible_text(text):
            part = draft.part(f"Page {number}", page=number)
            part.add(text)
            scans.rate(part, number)
            pages.append((part, lines))
        for name, one in beside.items():
            load = partial(cut_out, document, number, one)
            pictures.show(name, load, f"Picture on page {number}", number)
    draft.metadata["pages"] = count
    scans.note()
    if broken:
        draft.metadata["pages_damaged"] = broken[:_LISTED_PAGES]
    if draft.parts or draft.members:
        return pages
    if scans.any:
        raise scans.refusal("PDF")
    if broken:
        raise UnreadableDocument(
            Unreadable.MALFORMED,
            f"None of the {len(broken)} pages of the PDF can be opened.",
            "Get the file again from where it came from, or print it to a new PDF.",
        )
    return pages


def _read_page(
    document: pdfium.PdfDocument,
    number: int,
    attachments: Attachments,
    scans: Scans,
    shown: Shown,
) -> tuple[str, list[Line], dict[str, Picture]]:
    """Give the text of a page, how its lines are set, and the pictures that it shows among it.

    Hands over the files that are on it.
    """
    page = document[number - 1]
    if look_at_annotations(document, page, attachments):
        page = flattened(document, page, number - 1)
    text, lines = page_text(page)
    is_scan, beside = shown.beside(page, text)
    if is_scan:
        text, lines = _with_scan(page, (text, lines), partial(scans.text, number, len(document)))
    page.close()
    return text, lines, beside


def _with_scan(
    page: pdfium.PdfPage,
    found: tuple[str, list[Line]],
    see: Callable[[Callable[[], "Image"]], str],
) -> tuple[str, list[Line]]:
    """Add to the text that people see on a page what is recognised of all else.

    Text that nobody sees is a scanner's, and what is recognised takes its place.
    """
    hide_text(page, invisible=True)
    text, lines = page_text(page)
    if has_visible_text(text):
        hide_text(page)
    seen = see(partial(drawn, page))
    if not has_visible_text(seen):
        return found
    return "\n\n".join(filter(has_visible_text, (text.rstrip(), seen))), lines


def page_text(page: pdfium.PdfPage) -> tuple[str, list[Line]]:
    """Give the characters of a page in pdfium's order, without those off the crop box.

    Only tables may be in another order: they are written as rows. Also gives how lines are set.
    """
    textpage = page.get_textpage()
    try:
        characters = _characters(textpage)
        places: Sequence[int] = range(len(characters))
        boxes = list(map(textpage.get_rect, range(textpage.count_rects())))
        crop = page.get_cropbox()
        if any(not _lies_in(box, crop) for box in boxes):
            places = [
                index
                for index in places
                # Blanks and line ends that pdfium adds have no place of their own.
                if raw.FPDFText_IsGenerated(textpage.raw, index) == 1
                or _overlaps(textpage.get_charbox(index), crop)
            ]
            characters = "".join(map(characters.__getitem__, places))
        text, places = in_rows(page, textpage, (_plain(characters), places), boxes)
        return text, page_lines(textpage, text, places)
    finally:
        textpage.close()


def _characters(textpage: pdfium.PdfTextPage) -> str:
    """Give the text in which ``text[i]`` is pdfium's character i.

    Asked for all of them at once, pdfium leaves some out and puts one mark for others: one by
    one is exact, and takes half of the time of reading a page. So all at once, unless the
    numbers differ, and the marks one by one.
    """
    count = textpage.count_chars()
    units = (c_ushort * (count + 1))()
    if count and raw.FPDFText_GetText(textpage.raw, 0, count, units) == count + 1:
        text = bytes(units)[: -sizeof(c_ushort)].decode(_UTF_16, "surrogatepass")
        if len(text) == count:
            return _MARK.sub(lambda found: _by_code(textpage, found.start(), 1), text)
    return _by_code(textpage, 0, count)


def _by_code(textpage: pdfium.PdfTextPage, start: int, count: int) -> str:
    """Give one character per code; what is none becomes U+FFFD."""
    indexes = range(start, start + count)
    codes = list(map(raw.FPDFText_GetUnicode, repeat(textpage.raw), indexes))
    if max(codes, default=0) > sys.maxunicode:
        codes = [code if code <= sys.maxunicode else _REPLACEMENT for code in codes]
    return array("I", codes).tobytes().decode(_UTF_32, "surrogatepass")


def _plain(characters: str) -> str:
    """Put what no text can hold in the way of a text; as many characters as before."""
    return _CONTROL.sub(" ", _LINE_END_HYPHEN.sub("-", characters))


def _lies_in(box: Box, crop: Box) -> bool:
    return box[0] >= crop[0] and box[1] >= crop[1] and box[2] <= crop[2] and box[3] <= crop[3]


def _overlaps(box: Box, crop: Box) -> bool:
    return box[2] >= crop[0] and box[0] <= crop[2] and box[3] >= crop[1] and box[1] <= crop[3]


def _take_metadata(document: pdfium.PdfDocument, draft: Draft) -> None:
    draft.title = useful_title(document.get_metadata_value("Title"))
    if author := document.get_metadata_value("Author").strip():
        draft.metadata["author"] = author
    if invoice := embedded_invoice(document):
        draft.metadata["invoice"] = invoice


def _note_bookmarks(document: pdfium.PdfDocument, draft: Draft) -> None:
    """Make the outline's entries headings, where their words stand on the page they name."""
    pages = {part.page: part for part in reversed(draft.parts)}  # a page before its pictures
    for level, title, number in _bookmarks(document):
        part = pages.get(number)
        words = title.split()
        if part is None or not words:
            continue
        pattern = r"\s+".join(map(re.escape, words))
        found = re.search(rf"(?im)^[ \t]*({pattern})", part.text)
        if found:
            part.note_heading(found.start(1), level, title)
    for part in draft.parts:
        _in_order_once(part)


def _bookmarks(document: pdfium.PdfDocument) -> Iterator[tuple[int, str, int]]:
    """Yield (level from 1, title, page from 1) of a bounded number of bookmarks."""
    for seen, bookmark in enumerate(document.get_toc()):
        if seen >= _BOOKMARKS:
            return
        target = bookmark.get_dest()
        index = target.get_index() if target else None
        if index is not None:
            yield bookmark.level + 1, bookmark.get_title(), index + 1


def _in_order_once(part: PartDraft) -> None:
    by_place = {start: (start, level, text) for start, level, text in reversed(part.headings)}
    part.headings = [by_place[start] for start in sorted(by_place)]
