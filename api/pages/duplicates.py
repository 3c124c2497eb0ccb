"""Duplicates: documents that are alike, side by side, for somebody to decide; it can be undone."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from nicegui import ui

from api.pages.dialogs import quiet_button
from api.pages.frame import add_page, heading
from api.pages.pair import PairView
from api.pages.session import Visitor
from api.service import Service
from contracts.likeness import Decision, Likeness, Twins
from contracts.people import Role
from contracts.record import DocumentRecord
from contracts.trash import Trashed

PAGE = 20
MOST = 200
APART, MERGED = "apart", "merged"
"""What was decided, beside the verdicts."""

Act = Callable[[], Awaitable[None]]


def add_duplicates(service: Service) -> None:
    """Serve the page of documents that are alike."""

    async def build(visitor: Visitor) -> None:
        page = DuplicatesPage(visitor)
        await visitor.guard(page.load)

    add_page(service, "/duplicates", "nav.duplicates", build)


@dataclass(frozen=True, slots=True)
class Undo:
    """What was decided last, and what takes it back."""

    words: str
    act: Act


class DuplicatesPage:
    """One visitor's view of what is alike, of one verdict or all, or what was decided."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._filter: str | None = None
        self._shown = PAGE
        self._undo: Undo | None = None
        with ui.element("div").classes("stack"):
            heading(visitor.text("duplicates.title"), 1)
            ui.label(visitor.text("duplicates.hint")).classes("soft")
            self._chips = ui.element("div").classes("row wrap")
            self._body = ui.element("div").classes("stack")

    async def load(self) -> None:
        """Show what is asked for."""
        await self._visitor.confirm(Role.READER)
        merged = self._filter == MERGED
        trashed = await self._merged() if merged else []
        pairs, more = ((), False) if merged else await self._pairs()
        sides = [side.id for twins in pairs for side in (twins.document, twins.other)]
        sides += [one.merged.document for one in trashed if one.merged]
        records = await self._records(sides)
        self._show_chips()
        self._body.clear()
        with self._body:
            if self._undo is not None:
                self._show_undo(self._undo)
            for twins in pairs:
                PairView(self._visitor, twins, records, self._acts(twins))
            for one in trashed:
                self._show_merged(one, records)
            if not pairs and not trashed:
                with ui.element("div").classes("void"):
                    ui.icon("task_alt")
                    ui.label(self._visitor.text("duplicates.none"))
            if more:
                quiet_button(self._visitor.text("documents.more"), self._show_more)

    async def _pairs(self) -> tuple[tuple[Twins, ...], bool]:
        apart = self._filter == APART
        verdict = None if apart or self._filter is None else Likeness(self._filter)
        page = await self._visitor.service.likeness.find(
            self._visitor.workspace, limit=self._shown, verdict=verdict, apart=apart
        )
        return page.items, page.cursor is not None and self._shown < MOST

    async def _merged(self) -> list[Trashed]:
        found = await self._visitor.service.discard.trashed(self._visitor.workspace, MOST)
        return [one for one in found if one.merged is not None]

    async def _records(self, ids: list[UUID]) -> Mapping[UUID, DocumentRecord]:
        visitor = self._visitor
        page = await visitor.service.documents.find(
            visitor.workspace, limit=max(len(ids), 1), ids=ids
        )
        return {record.id: record for record in page.items}

    def _show_chips(self) -> None:
        text = self._visitor.text
        self._chips.clear()
        with self._chips:
            for name in (None, *Likeness, APART, MERGED):
                here = " here" if name == self._filter else ""
                chip = ui.element("button").classes(f"chip{here}")
                with chip.on("click", lambda name=name: self._choose(name)):
                    ui.label(text(f"duplicates.{name or 'all'}"))

    async def _choose(self, name: str | None) -> None:
        self._filter, self._shown, self._undo = name, PAGE, None
        await self._visitor.guard(self.load)

    async def _show_more(self) -> None:
        self._shown += PAGE
        await self._visitor.guard(self.load)

    def _acts(self, twins: Twins) -> Mapping[str, Act]:
        """Give what can be decided: to merge either way or put apart, or to open it again."""
        if not self._visitor.may(Role.EDITOR):
            return {}
        one, two = twins.document.id, twins.other.id
        if self._filter == APART:
            return {"open": lambda: self._decide(twins, one, two, Decision.OPEN)}
        return {
            "first": lambda: self._decide(twins, two, one, Decision.MERGE),
            "second": lambda: self._decide(twins, one, two, Decision.MERGE),
            "apart": lambda: self._decide(twins, one, two, Decision.APART),
        }

    async def _decide(self, twins: Twins, one: UUID, two: UUID, decision: Decision) -> None:
        visitor = self._visitor

        async def decide(what: Decision) -> None:
            await visitor.confirm(Role.EDITOR)
            name = visitor.identity.name
            await visitor.service.decide(visitor.workspace, one, two, what, name)

        async def reopen() -> None:
            await decide(Decision.OPEN)
            await self._done(None)

        async def act() -> None:
            await decide(decision)
            titles = {"first": twins.document.title, "second": twins.other.title}
            words = visitor.text(f"duplicates.done_{decision}", **titles)
            back = {Decision.APART: reopen, Decision.MERGE: self._split(two)}.get(decision)
            await self._done(Undo(words, back) if back else None)

        await visitor.guard(act)

    def _split(self, other: UUID) -> Act:
        """Take a merge back: the one that went comes back, and the one that stayed as it was."""

        async def split() -> None:
            visitor = self._visitor
            await visitor.confirm(Role.EDITOR)
            await visitor.service.discard.restore(visitor.workspace, other)
            ui.notify(visitor.text("duplicates.split_done"), type="positive")
            await self._done(None)

        return split

    async def _done(self, undo: Undo | None) -> None:
        self._undo = undo
        await self.load()

    def _show_undo(self, undo: Undo) -> None:
        text = self._visitor.text
        with ui.element("div").classes("notice row wrap").props("role=status"):
            ui.label(undo.words).classes("grow")
            quiet_button(text("duplicates.undo"), lambda: self._visitor.guard(undo.act), "undo")

    def _show_merged(self, one: Trashed, records: Mapping[UUID, DocumentRecord]) -> None:
        """Show what was merged into which document, and offer to split them."""
        text = self._visitor.text
        record = records.get(one.merged.document) if one.merged else None
        with ui.element("div").classes("sheet card"):
            with ui.element("div").classes("row wrap"):
                ui.label(one.title).classes("pair-title")
                ui.icon("merge").classes("soft")
                ui.label((record.title or record.filename) if record else "–")
                ui.element("div").classes("grow")
                if self._visitor.may(Role.EDITOR):
                    split = self._split(one.document)
                    quiet_button(
                        text("duplicates.split"), lambda: self._visitor.guard(split), "call_split"
                    )
            when = f"{one.deleted:%Y-%m-%d %H:%M} UTC"
            words = text("duplicates.merged_by", by=one.by or "–", when=when)
            ui.label(f"{words} {text('trash.until', until=f'{one.until:%Y-%m-%d}')}").classes(
                "soft small"
            )
