"""Reads web pages that were saved with their pictures into one file (mhtml, RFC 2557)."""

from collections.abc import Iterator
from email.message import EmailMessage
from functools import partial

from readers import html, mail
from readers.draft import Draft, PartDraft, useful_title
from readers.pictures import Pictures


def read(data: bytes, draft: Draft) -> None:
    """Give the page as one part, and each page framed in it as another."""
    message = mail.parse(data)
    root = _root(message)
    pages = [part for part in message.walk() if part.get_content_subtype() in {"html", "xhtml+xml"}]
    images = dict(_images(message))
    pictures = Pictures(draft)
    titles = []
    for page in sorted(pages, key=lambda page: page is not root):
        part = draft.part("Page" if page is root else "Framed page")

        def show(source: str, part: PartDraft = part) -> None:
            if source in images:
                pictures.show_after(part, source, partial(mail.payload, images[source]))

        titles.append(html.write(mail.content(page), part, show))
    if root in pages:
        draft.title = useful_title(titles[0])
    draft.title = draft.title or draft.first_heading
    pictures.recognise()


def _images(message: EmailMessage) -> Iterator[tuple[str, EmailMessage]]:
    """Yield the pictures that are saved beside the pages, by the names that these have for them."""
    for part in message.walk():
        if part.get_content_maintype() == "image":
            yield mail.field_of(part, "Content-Location"), part
            yield f"cid:{mail.content_id(part)}", part


def _root(message: EmailMessage) -> EmailMessage | None:
    """Give the part that is named as the start, or else the first page."""
    start = message.get_param("start")
    parts = list(message.walk())
    named = (part for part in parts if start and part.get("Content-ID") == start)
    pages = (part for part in parts if part.get_content_type() == "text/html")
    return next(named, None) or next(pages, None)
