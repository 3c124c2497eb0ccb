"""Marking: a passage's sentences as buttons; those that are pressed are what answers."""

from collections.abc import Callable, Mapping
from html import escape

from nicegui import ui

from api.pages.session import Visitor
from contracts.nouns import Span
from eval.curating import Mark
from retrieval.asking import Found

PRESSED = (
    "(event) => { const one = event.target.closest('.sentence');"
    " if (one) emit(Number(one.dataset.n)); }"
)


def with_sentences(text: str, sentences: Mapping[int, Span], marked: set[int]) -> str:
    """Give HTML of a passage: escaped, each sentence a button, the marked ones pressed."""
    pieces: list[str] = []
    end = 0
    for number, span in sentences.items():
        pressed = "true" if number in marked else "false"
        pieces.append(escape(text[end : span.start]))
        pieces.append(
            f'<button type="button" class="sentence" data-n="{number}" aria-pressed="{pressed}">'
            f"{escape(text[span.start : span.end])}</button>"
        )
        end = span.end
    return "".join((*pieces, escape(text[end:])))


class Passage:
    """One passage that was found; ``changed`` is called when a mark comes or goes."""

    def __init__(self, visitor: Visitor, found: Found, changed: Callable[[], None]) -> None:
        self._found = found
        self._changed = changed
        self._marked: set[int] = set()
        chunk = found.chunk
        split = visitor.service.curation.splitter.split(chunk.text, chunk.language)
        self._sentences = dict(enumerate(split))
        with ui.element("article").classes("sheet candidate-passage"):
            with ui.element("div").classes("row wrap"):
                ui.label(found.title).style("font-weight: 600")
                if chunk.page is not None:
                    page = visitor.text("ask.page", page=chunk.page)
                    ui.label(page).classes("soft small")
            self._text = ui.html(self._html(), sanitize=False).classes("passage-text")
            self._text.on("click", self._press, js_handler=PRESSED)

    def marks(self) -> list[Mark]:
        """Give what is marked; sentences in a row are one place."""
        chunk, rows = self._found.chunk, self._rows()
        spans = [Span(self._sentences[a].start, self._sentences[b].end) for a, b in rows]
        return [
            Mark(
                chunk.id.document,
                chunk.part,
                Span(chunk.span.start + one.start, chunk.span.start + one.end),
                chunk.text[one.start : one.end],
            )
            for one in spans
        ]

    def _rows(self) -> list[tuple[int, int]]:
        """Give the first and last number of each row of marked sentences."""
        rows: list[tuple[int, int]] = []
        for number in sorted(self._marked):
            if rows and rows[-1][1] == number - 1:
                rows[-1] = (rows[-1][0], number)
            else:
                rows.append((number, number))
        return rows

    def _html(self) -> str:
        return with_sentences(self._found.chunk.text, self._sentences, self._marked)

    def _press(self, event: object) -> None:
        number = getattr(event, "args", None)
        if isinstance(number, int) and number in self._sentences:
            self._marked ^= {number}
            self._text.set_content(self._html())
            self._changed()
