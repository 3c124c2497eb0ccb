"""Candidate: one question beside the passages found for it, until somebody decides."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from api.pages.frame import heading, main_button
from api.pages.marking import Passage
from api.pages.session import Visitor
from contracts.curating import Candidate, CandidateState
from contracts.measuring import Kind, Label
from contracts.people import Role
from eval.curating import TEXT_LIMIT, Revision
from retrieval.asking import SearchRequest

PASSAGES = 8


class CandidateView:
    """Shows a candidate; ``done`` is called once it is decided or left for later."""

    def __init__(
        self,
        visitor: Visitor,
        candidate: Candidate,
        done: Callable[[Candidate], Awaitable[None]],
        later: Callable[[], Awaitable[None]],
    ) -> None:
        self._visitor = visitor
        self._candidate = candidate
        self._done = done
        self._later = later
        self._kept = list(candidate.question.labels)
        self._passages: list[Passage] = []
        text = visitor.text
        with ui.element("section").classes("candidate"):
            with ui.element("div").classes("sheet card"):
                self._question()
                self._labels = ui.element("div").classes("stack")
                with ui.element("div").classes("row wrap"):
                    self._button(text("suites.reject"), self._reject)
                    self._button(text("suites.later"), self._later)
                    ui.element("div").classes("grow")
                    main_button(text("suites.confirm"), lambda: visitor.guard(self._confirm))
            with ui.element("div").classes("stack"):
                self._search_box()
                self._found = ui.element("div").classes("stack")
        self._show_labels()

    def _question(self) -> None:
        """Show the question, where it comes from, and fields for what a person knows better."""
        text, one = self._visitor.text, self._candidate
        with ui.element("div").classes("row wrap"):
            ui.label(text(f"suites.source_{one.source}")).classes("badge")
            ui.label(one.by).classes("soft small")
        if one.note:
            ui.label(one.note).classes("notice").style("white-space: pre-line")
        asked = ui.textarea(text("suites.question"), value=one.question.text)
        self._text = asked.props(f"autogrow outlined maxlength={TEXT_LIMIT}")
        kinds = {str(kind): text(f"suites.kind_{kind}") for kind in Kind}
        self._kind = ui.select(kinds, label=text("suites.kind"), value=str(one.question.kind))
        self._kind.props("outlined dense options-dense")
        answers = ui.textarea(text("suites.answers"), value="\n".join(one.question.answers))
        self._answers = answers.props("autogrow outlined")

    def _search_box(self) -> None:
        text = self._visitor.text
        heading(text("suites.passages"), 2)
        ui.label(text("suites.how")).classes("soft small")
        with ui.element("div").classes("row"):
            self._query = ui.input(text("suites.search"), value=self._candidate.question.text)
            self._query.props(f"outlined dense maxlength={TEXT_LIMIT}").classes("grow")
            self._query.on("keydown.enter", lambda: self._visitor.guard(self.search))
            self._button(text("suites.find"), self.search)

    def _button(self, words: str, act: Callable[[], Awaitable[None]]) -> None:
        button = ui.button(words, color=None, on_click=lambda: self._visitor.guard(act))
        button.props("flat dense no-caps").classes("quiet")

    async def search(self) -> None:
        """Find passages; marks in those of before are gone with them."""
        visitor = self._visitor
        await visitor.confirm(Role.READER)
        query = (self._query.value or "").strip()
        if not query:
            return
        result = await visitor.service.search(
            SearchRequest(visitor.workspace, query, limit=PASSAGES)
        )
        self._found.clear()
        with self._found:
            self._passages = [Passage(visitor, x, self._show_labels) for x in result.found]
            if not result.found:
                ui.label(visitor.text("suites.nothing")).classes("soft")
        self._show_labels()

    def _show_labels(self) -> None:
        """Show what would be the labels now: those proposed, then those marked."""
        text = self._visitor.text
        marks = [mark for one in self._passages for mark in one.marks()]
        self._labels.clear()
        with self._labels:
            heading(text("suites.labels"), 2)
            for label in self._kept:
                self._label(label)
            for mark in marks:
                ui.label(mark.quote).classes("candidate-label")
            if not self._kept and not marks:
                ui.label(text("suites.no_labels")).classes("soft small")
            seen = ", ".join(dict.fromkeys(one.document for one in self._candidate.seen))
            if seen:
                ui.label(text("suites.seen", documents=seen)).classes("soft small")

    def _label(self, label: Label) -> None:
        """Show a proposed label with a button that takes it away."""

        def drop() -> None:
            self._kept.remove(label)
            self._show_labels()

        words = self._visitor.text("suites.drop")
        with ui.element("div").classes("row candidate-label"):
            ui.label(label.quote or label.document).classes("grow")
            ui.button(icon="close", color=None, on_click=drop).props(
                f'flat round dense size=sm aria-label="{words}"'
            )

    async def _confirm(self) -> None:
        kind = Kind(str(self._kind.value))
        marks = [mark for one in self._passages for mark in one.marks()]
        revision = Revision(
            text=self._text.value or "",
            kind=kind,
            answers=tuple((self._answers.value or "").splitlines()),
            marks=tuple(marks) if kind is not Kind.UNANSWERABLE else (),
            kept=tuple(self._kept) if kind is not Kind.UNANSWERABLE else (),
        )
        await self._decide(CandidateState.CONFIRMED, revision)

    async def _reject(self) -> None:
        await self._decide(CandidateState.REJECTED, Revision())

    async def _decide(self, state: CandidateState, revision: Revision) -> None:
        visitor = self._visitor
        await visitor.confirm(Role.EDITOR)
        decide = visitor.service.curation.curate.decide
        how = (state, visitor.identity.name, revision)
        await self._done(await decide(visitor.workspace, self._candidate.id, *how))
