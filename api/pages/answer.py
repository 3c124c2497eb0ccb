"""Answer: one question being answered, word by word, with its citations and sources."""

import re
from html import escape
from uuid import UUID

from nicegui import ui

from api.pages import passage
from api.pages.frame import heading
from api.pages.session import Visitor
from api.pages.thumbs import Thumbs
from retrieval.asking import AskEvent, Citation, Cited, Delta, Final, Found, SearchDone

MARK = re.compile(r"\[(\d{1,3})\]")
CLICKED = (
    "(event) => { const mark = event.target.closest('.cite');"
    " if (mark) emit(Number(mark.dataset.n)); }"
)


def with_marks(text: str, known: set[int]) -> str:
    """Give HTML of an answer: escaped, the marks of known citations turned into buttons."""

    def button(match: re.Match[str]) -> str:
        number = int(match[1])
        if number not in known:
            return match[0]
        return f'<button type="button" class="cite" data-n="{number}">{number}</button>'

    return MARK.sub(button, escape(text))


class AnswerView:
    """Shows the events of one answer as they come."""

    def __init__(self, visitor: Visitor, question: str, trace: UUID) -> None:
        self._visitor = visitor
        self._trace = trace
        self._said = ""
        self._cited: dict[int, Citation] = {}
        with ui.element("article").classes("sheet answer stack") as self._sheet:
            ui.label(question).classes("asked")
            self._status = ui.label(visitor.text("ask.searching")).classes("soft")
            self._notice = ui.label().classes("notice")
            self._notice.set_visibility(False)
            self._text = (
                ui.html("", sanitize=False).classes("answer-text").props("aria-live=polite")
            )
            self._text.on("click", self._open, js_handler=CLICKED)
            self._foot = ui.element("div").classes("row wrap")
        self._sources = ui.element("section").classes("stack")

    def show(self, event: AskEvent) -> None:
        """Take in one event."""
        match event:
            case SearchDone(result):
                self._status.set_visibility(False)
                self._text.classes("writing")
                if result.degraded:
                    self._tell(f"{self._visitor.text('ask.degraded')}: {result.degraded}")
            case Delta(text):
                self._said += text
            case Cited(citation):
                self._cited[citation.number] = citation
            case Final():
                self._finish(event)
        self._text.set_content(with_marks(self._said, set(self._cited)))

    def stop(self, words: str) -> None:
        """End an answer that will not be finished."""
        self._status.set_visibility(False)
        self._text.classes(remove="writing")
        self._tell(words)

    def _tell(self, words: str) -> None:
        self._notice.set_text(words)
        self._notice.set_visibility(True)

    def _finish(self, event: Final) -> None:
        answer, text = event.answer, self._visitor.text
        self._said = answer.text
        self._cited = {citation.number: citation for citation in answer.citations}
        self._text.classes(remove="writing")
        with self._foot:
            for name in answer.search.served_by:
                ui.label(text(f"panel.{name}")).classes(f"badge {name}")
            method = text("ask.extractive") if answer.method == "extractive" else answer.method
            took = answer.took_ms.get("total", answer.search.took_ms.get("total", 0.0)) / 1000
            seconds = text("ask.took", seconds=f"{took:.1f}")
            ui.label(f"{method} · {seconds}").classes("soft small")
            ui.element("div").classes("grow")
            Thumbs(self._visitor, self._trace)
        if answer.refused:
            self._sheet.classes("refused")
            with self._foot:
                ui.label(text("ask.refused")).classes("badge wait").move(target_index=0)
            with self._sheet:
                ui.label(text("ask.refused_hint")).classes("soft small")
        self._show_sources(answer.search.found)

    def _show_sources(self, found: tuple[Found, ...]) -> None:
        text = self._visitor.text
        by_chunk = {item.chunk.id: item for item in found}
        used = {citation.chunk for citation in self._cited.values()}
        rest = [item for item in found if item.chunk.id not in used]
        with self._sources:
            if self._cited:
                heading(text("ask.sources"), 2)
            for citation in self._cited.values():
                place = passage.of_citation(citation)
                self._source(place, by_chunk.get(citation.chunk), citation.number)
            if rest:
                with ui.expansion(text("ask.found", count=len(rest))).classes("plain"):
                    with ui.element("div").classes("stack"):
                        for item in rest:
                            self._source(passage.of_found(item), item, None)

    def _source(self, place: passage.Place, found: Found | None, number: int | None) -> None:
        text = self._visitor.text

        async def opened() -> None:
            await self._visitor.guard(lambda: passage.show(self._visitor, place))

        with ui.element("button").classes("sheet source").on("click", opened):
            with ui.element("div").classes("row wrap"):
                if number is not None:
                    ui.label(str(number)).classes("n")
                ui.label(place.title).classes("title")
                if place.page is not None:
                    ui.label(text("ask.page", page=place.page)).classes("soft small")
                ui.element("div").classes("grow")
                for name, rank in best_ranks(found).items():
                    ui.label(f"{text(f'panel.{name}')} #{rank}").classes(f"badge {name}")
            ui.label(place.quote).classes("quote")

    async def _open(self, event: object) -> None:
        number = getattr(event, "args", None)
        if isinstance(number, int) and (citation := self._cited.get(number)):
            place = passage.of_citation(citation)
            await self._visitor.guard(lambda: passage.show(self._visitor, place))


def best_ranks(found: Found | None) -> dict[str, int]:
    """Give the best rank that each panel gave a passage in any of its legs."""
    ranks: dict[str, int] = {}
    for leg, (rank, _) in (found.legs if found else {}).items():
        panel = leg.split(".")[0]
        ranks[panel] = min(rank, ranks.get(panel, rank))
    return ranks
