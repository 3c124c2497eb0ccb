"""Passage: the words that were cited, marked in the text they stand in."""

from dataclasses import dataclass
from html import escape

from nicegui import ui

from api.pages.session import Visitor
from contracts.errors import NotFound
from contracts.nouns import Part, Span, VersionRef
from contracts.people import Role
from retrieval.asking import Citation, Found

AROUND = 8000
"""Characters shown on each side: a book of one part must not travel whole to the browser."""
SCROLL = (
    "(() => { const mark = document.querySelector('.passage-text mark');"
    " if (mark) mark.scrollIntoView({block: 'center'}); })"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand: the version, the part, the span, and the words themselves."""

    ref: VersionRef
    part: int
    page: int | None
    span: Span
    quote: str
    title: str


def of_citation(citation: Citation) -> Place:
    """Give the place of a citation."""
    return Place(
        citation.chunk.ref,
        citation.part,
        citation.page,
        citation.span,
        citation.quote,
        citation.title,
    )


def of_found(found: Found) -> Place:
    """Give the place of a passage that was found."""
    chunk = found.chunk
    return Place(chunk.id.ref, chunk.part, chunk.page, chunk.span, chunk.text, found.title)


def marked(text: str, span: Span) -> tuple[str, bool]:
    """Give HTML of the text around the span, which is marked, and whether it was cut.

    Everything is escaped: a document's text is never markup.
    """
    start, end = max(0, span.start - AROUND), min(len(text), span.end + AROUND)
    before, quote, after = (
        text[start : span.start],
        text[span.start : span.end],
        text[span.end : end],
    )
    html = f"{escape(before)}<mark>{escape(quote)}</mark>{escape(after)}"
    return html, start > 0 or end < len(text)


async def show(visitor: Visitor, place: Place) -> None:
    """Open the passage at the side of the page."""
    await visitor.confirm(Role.READER)
    part = await _part(visitor, place)
    text = visitor.text
    with ui.dialog().props("position=right full-height") as dialog:
        with ui.card().classes("passage-card"):
            _head(visitor, place, part, dialog)
            with ui.element("div").classes("passage-body"):
                if part is None:
                    ui.label(text("passage.gone")).classes("notice")
                    html, cut = f"<mark>{escape(place.quote)}</mark>", False
                else:
                    html, cut = marked(part.text, place.span)
                ui.html(html, sanitize=False).classes("passage-text")
                if cut:
                    ui.label(text("passage.cut")).classes("soft small")
    dialog.on("show", js_handler=SCROLL)
    dialog.on("hide", dialog.delete)
    dialog.open()


def _head(visitor: Visitor, place: Place, part: Part | None, dialog: ui.dialog) -> None:
    text = visitor.text
    with ui.element("div").classes("passage-head row"):
        with ui.element("div").classes("grow"):
            ui.label(place.title).style("font-weight: 650; font-size: 1.1rem; line-height: 1.3")
            with ui.element("div").classes("row wrap soft small"):
                if place.page is not None:
                    ui.label(text("passage.page", page=place.page))
                elif part is not None and part.label:
                    ui.label(part.label)
                ui.label(text("passage.version", version=place.ref.number))
                page = f"#page={place.page}" if place.page is not None else ""
                href = f"/original/{place.ref.document}{page}"
                ui.link(text("passage.original"), href, new_tab=True)
        ui.button(icon="close", on_click=dialog.close, color=None).props(
            f'flat round dense aria-label="{text("passage.close")}"'
        )


async def _part(visitor: Visitor, place: Place) -> Part | None:
    """Read the part; None when the version has been replaced or deleted since."""
    try:
        parts = await visitor.service.documents.parts(visitor.workspace, place.ref)
    except NotFound:
        return None
    return next((part for part in parts if part.ordinal == place.part), None)
