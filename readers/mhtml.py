"""Reads web pages that were saved with their pictures into one file (mhtml, RFC 2557)."""

from email.message import EmailMessage

from readers import html, mail
from readers.draft import Draft, useful_title


def read(data: bytes, draft: Draft) -> None:
    """Give the page as one part, and each page framed in it as another."""
    message = mail.parse(data)
    root = _root(message)
    pages = [part for part in message.walk() if part.get_content_subtype() in {"html", "xhtml+xml"}]
    titles = []
    for page in sorted(pages, key=lambda page: page is not root):
        part = draft.part("Page" if page is root else "Framed page")
        titles.append(html.write(mail.content(page), part))
    if root in pages:
        draft.title = useful_title(titles[0])
    draft.title = draft.title or draft.first_heading


def _root(message: EmailMessage) -> EmailMessage | None:
    """Give the part that is named as the start, or else the first page."""
    start = message.get_param("start")
    parts = list(message.walk())
    named = (part for part in parts if start and part.get("Content-ID") == start)
    pages = (part for part in parts if part.get_content_type() == "text/html")
    return next(named, None) or next(pages, None)
