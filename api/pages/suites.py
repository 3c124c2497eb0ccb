"""Suites: those of the workspace, and one candidate after the other for somebody to decide."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui

from api.pages.candidate import CandidateView
from api.pages.frame import add_page, titled
from api.pages.session import Visitor
from api.service import Service
from contracts.curating import Candidate, CandidateState, SuiteRecord
from contracts.people import Role
from contracts.policy import Change
from eval.curating import Revision

Act = Callable[[], Awaitable[None]]


def add_suites(service: Service) -> None:
    """Serve the page on which people curate suites."""

    async def build(visitor: Visitor) -> None:
        await visitor.guard(SuitesPage(visitor).build)

    add_page(service, "/suites", "nav.suites", build)


class SuitesPage:
    """The suites of a workspace, and the candidates of the one that was chosen."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._name = ""
        self._after: UUID | None = None
        with titled(visitor.text, "suites"):
            self._head = ui.element("div").classes("stack")
            self._body = ui.element("div").classes("stack")

    async def build(self) -> None:
        """Show the workspace's suites, the first of them chosen."""
        visitor = self._visitor
        records = await visitor.service.curation.suites.records(visitor.workspace)
        if self._name not in {one.name for one in records}:
            self._name = records[0].name if records else ""
        self._head.clear()
        with self._head:
            chosen = next((one for one in records if one.name == self._name), None)
            if chosen is None:
                ui.label(visitor.text("suites.none")).classes("soft")
            else:
                self._choice(records, chosen)
            if visitor.may(Role.EDITOR):
                self._create()
        await self._next()

    def _choice(self, records: list[SuiteRecord], chosen: SuiteRecord) -> None:
        """Show which suite it is, how far it is, and what can be done with it."""
        text = self._visitor.text

        async def choose(event: object) -> None:
            self._name = str(getattr(event, "value", ""))
            self._after = None
            await self._visitor.guard(self.build)

        names = [one.name for one in records]
        with ui.element("div").classes("row wrap"):
            select = ui.select(names, label=text("suites.suite"), value=chosen.name)
            select.props("outlined dense options-dense").on_value_change(choose)
            if chosen.versions:
                latest = chosen.versions[-1]
                held = text("suites.version", number=latest.number, questions=latest.questions)
                ui.label(held).classes("badge good")
            for state in CandidateState:
                count = chosen.candidates.get(state, 0)
                ui.label(text(f"suites.{state}", count=count)).classes("badge")
            ui.element("div").classes("grow")
            if self._visitor.may(Role.EDITOR):
                self._button(text("suites.collect"), self._collect)
                if chosen.candidates.get(CandidateState.CONFIRMED):
                    self._button(text("suites.freeze"), self._freeze)

    def _button(self, words: str, act: Act) -> None:
        button = ui.button(words, color=None, on_click=lambda: self._visitor.guard(act))
        button.props("flat dense no-caps").classes("quiet")

    def _create(self) -> None:
        """Offer a question of one's own, and another suite."""
        text = self._visitor.text

        async def propose() -> None:
            await self._visitor.confirm(Role.EDITOR)
            visitor, revision = self._visitor, Revision(text=question.value or "")
            made = visitor.service.curation.curate.propose
            await made(visitor.workspace, self._name, revision, visitor.identity.name)
            await self.build()

        async def create() -> None:
            await self._visitor.confirm(Role.EDITOR)
            name = (suite.value or "").strip()
            await self._visitor.service.curation.suites.create(name, self._visitor.workspace)
            self._name, self._after = name, None
            await self.build()

        with ui.element("div").classes("row wrap"):
            if self._name:
                question = ui.input(text("suites.own")).props("outlined dense").classes("grow")
                self._button(text("suites.propose"), propose)
            suite = ui.input(text("suites.name")).props("outlined dense")
            self._button(text("suites.create"), create)

    async def _collect(self) -> None:
        await self._visitor.confirm(Role.EDITOR)
        found = await self._visitor.service.curation.collect(self._name, self._visitor.workspace)
        words = self._visitor.text("suites.collected", judged=found.judged, new=found.new)
        ui.notify(words, type="positive")
        await self.build()

    async def _freeze(self) -> None:
        visitor = self._visitor
        await visitor.confirm(Role.EDITOR)
        suites = visitor.service.curation.suites
        version = await suites.freeze(self._name, Change(visitor.identity.name))
        held = visitor.text("suites.version", number=version.number, questions=version.questions)
        ui.notify(f"{self._name}: {held}", type="positive")
        await self.build()

    async def _next(self) -> None:
        """Show the first candidate that waits; what was left for later comes again at the end."""
        visitor, text = self._visitor, self._visitor.text
        self._body.clear()
        if not self._name:
            return
        find, proposed = visitor.service.curation.suites.candidates, CandidateState.PROPOSED
        found = await find(self._name, proposed, limit=1, after=self._after)
        if not found and self._after is not None:
            self._after = None
            found = await find(self._name, proposed, limit=1)
        with self._body:
            if not found:
                with ui.element("div").classes("void"):
                    ui.icon("task_alt")
                    ui.label(text("suites.all_done"))
                return
            if not visitor.may(Role.EDITOR):
                ui.label(found[0].question.text)
                return
            view = CandidateView(visitor, found[0], self._decided, self._put_off(found[0]))
        await visitor.guard(view.search)

    async def _decided(self, candidate: Candidate) -> None:
        ui.notify(self._visitor.text(f"suites.now_{candidate.state}"), type="positive")
        await self.build()

    def _put_off(self, candidate: Candidate) -> Act:
        async def later() -> None:
            self._after = candidate.id
            await self._next()

        return later
