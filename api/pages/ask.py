"""Ask: the question box, the panel to read from, the answer as it is written."""

import asyncio
from uuid import UUID, uuid4

from nicegui import background_tasks, ui

from api.pages import session
from api.pages.answer import AnswerView
from api.pages.frame import add_page, heading, main_button
from api.pages.session import Visitor
from api.service import Service
from api.streams import closing
from contracts.errors import DiptychError, Unauthenticated, Unavailable
from contracts.nouns import ReadMode
from contracts.people import Role
from retrieval.asking import QUESTION_LIMIT, AskRequest

AS_SET = "policy"
CHOICES = (ReadMode.VECTOR, ReadMode.GRAPH, ReadMode.FUSED)


def add_ask(service: Service) -> None:
    """Serve the page of questions, which is the first one."""

    async def build(visitor: Visitor) -> None:
        try:
            counts = await visitor.service.documents.counts(visitor.workspace)
            empty = not any(counts.values())
        except Unavailable:  # questions are answered without the catalog, too
            empty = False
        AskPage(visitor).build(empty=empty)

    add_page(service, "/", "nav.ask", build)


class AskPage:
    """One visitor's questions; at most one is being answered."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._task: asyncio.Task[None] | None = None
        self._question = ""

    def build(self, *, empty: bool) -> None:
        """Lay the page out; an answer in the writing ends with the page."""
        text = self._visitor.text
        with ui.element("div").classes("asking first") as self._area:
            heading(text("ask.title"), 1)
            ui.label(text("signin.tagline")).classes("soft lead")
            if empty:
                with ui.element("div").classes("notice row wrap"):
                    ui.label(text("ask.nothing"))
                    ui.link(text("nav.documents"), "/documents")
            self._box()
            self._recent = ui.element("div").classes("row wrap")
            self._output = ui.element("div").classes("stack")
        self._show_recent()
        ui.context.client.on_delete(self._stop)

    def _box(self) -> None:
        text = self._visitor.text
        with ui.element("div").classes("sheet ask-box"):
            self._input = ui.textarea(placeholder=text("ask.placeholder"))
            self._input.props(
                f"autogrow borderless dense autofocus rows=1 maxlength={QUESTION_LIMIT} "
                f'aria-label="{text("ask.placeholder")}"'
            ).style("width: 100%")
            self._input.on("keydown.enter.exact.prevent", self._send)
            with ui.element("div").classes("row wrap"):
                modes = {name: text(f"panel.{name}") for name in (AS_SET, *CHOICES)}
                self._mode = ui.toggle(modes, value=AS_SET).classes("seg")
                self._mode.props('unelevated no-caps toggle-color="" toggle-text-color=primary')
                ui.element("div").classes("grow")
                self._button = main_button(text("ask.button"), self._press)

    def _show_recent(self) -> None:
        self._recent.clear()
        with self._recent:
            for question in session.recent():
                if question == self._question:
                    continue
                chip = ui.element("button").classes("chip")
                with chip:
                    ui.label(question).style("overflow: hidden; text-overflow: ellipsis")
                chip.on("click", lambda question=question: self._again(question))

    async def _again(self, question: str) -> None:
        self._input.set_value(question)
        await self._send()

    async def _press(self) -> None:
        if self._task is not None and not self._task.done():
            self._stop()
        else:
            await self._send()

    async def _send(self) -> None:
        question = (self._input.value or "").strip()
        if not question or (self._task is not None and not self._task.done()):
            return
        self._question = question
        self._input.set_value("")
        session.remember(question)
        self._show_recent()
        self._area.classes(remove="first")
        self._output.clear()
        trace = uuid4()
        with self._output:
            view = AnswerView(self._visitor, question, trace)
        self._task = background_tasks.create(self._answer(view, question, trace))
        self._button.set_text(self._visitor.text("ask.stop"))

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _answer(self, view: AnswerView, question: str, trace: UUID) -> None:
        visitor = self._visitor
        mode = None if self._mode.value == AS_SET else ReadMode(self._mode.value)
        with self._output:
            try:
                await visitor.confirm(Role.READER)
                key = str(visitor.identity.key)
                request = AskRequest(visitor.workspace, question, mode, key=key, trace=trace)
                async with closing(visitor.service.ask.stream(request)) as events:
                    async for event in events:
                        view.show(event)
            except asyncio.CancelledError:
                view.stop(visitor.text("ask.stopped"))
                raise
            except Unauthenticated:
                session.sign_out()
            except DiptychError as error:
                view.stop(visitor.text.problem(error))
            finally:
                self._button.set_text(visitor.text("ask.button"))
