"""Duplicates: documents that are alike, side by side, for somebody to decide; it can be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from nicegui import ui

from api.pages.dialogs import quiet_button
from api.pages.frame import add_page, titled
from api.pages.listing import PAGE, Act, Listing
from api.pages.pair import PairView
from api.pages.session import Visitor
from api.service import Service
from contracts.likeness import Decision, Likeness, Twins
from contracts.people import Role
from contracts.record import DocumentRecord
from contracts.trash import Trashed

APART, MERGED = "apart", "merged"
"""What was decided, beside the verdicts."""


def add_duplicates(service: Service) -> None:
    """Serve the page of documents that are alike."""

    async def build(visitor: Visitor) -> None:
        await visitor.guard(DuplicatesPage(visitor).load)

    add_page(service, "/duplicates", "nav.duplicates", build)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents that are alike, as a page shows them; or one that was merged into another."""

    twins: Twins | None
    merged: Trashed | None
    records: Mapping[UUID, DocumentRecord]

    def involves(self, document: UUID) -> bool:
        """Tell whether it speaks of a document."""
        if self.twins is None:
            return self.merged is not None and self.merged.document == document
        return document in {self.twins.document.id, self.twins.other.id}


@dataclass(frozen=True, slots=True)
class Undo:
    """What was decided last, and what takes it back."""

    words: str
    act: Act


class DuplicatesPage:
    """One visitor's view of what is alike, of one verdict or all, or what was decided."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        with titled(visitor.text, "duplicates"):
            self._undo = ui.element("div").classes("undo")
            self._list = Listing(visitor, self.load, self._fetch, self._show)

    async def load(self) -> None:
        """Show what is asked for."""
        visitor, text = self._visitor, self._visitor.text
        await visitor.confirm(Role.READER)
        self._offer_undo(None)
        filters = {"": text("duplicates.all")}
        filters |= {one: text(f"duplicates.{one}") for one in (*Likeness, APART, MERGED)}
        await self._list.restart(filters, text("duplicates.none"))

    async def _fetch(self, chosen: str, cursor: str | None) -> tuple[Sequence[Pair], str | None]:
        visitor, likeness = self._visitor, self._visitor.service.likeness
        if chosen == MERGED:
            trashed = visitor.service.discard.trashed
            gone = await trashed(visitor.workspace, PAGE, cursor, merged=True)
            into = [one.merged.document for one in gone.items if one.merged]
            records = await self._records(into)
            return [Pair(None, one, records) for one in gone.items], gone.cursor
        verdict = Likeness(chosen) if chosen in set(Likeness) else None
        page = await likeness.find(
            visitor.workspace, limit=PAGE, cursor=cursor, verdict=verdict, apart=chosen == APART
        )
        sides = [side.id for twins in page.items for side in (twins.document, twins.other)]
        records = await self._records(sides)
        return [Pair(twins, None, records) for twins in page.items], page.cursor

    async def _records(self, ids: list[UUID]) -> Mapping[UUID, DocumentRecord]:
        visitor = self._visitor
        page = await visitor.service.documents.find(
            visitor.workspace, limit=max(len(ids), 1), ids=ids
        )
        return {record.id: record for record in page.items}

    def _show(self, pair: Pair) -> None:
        if pair.twins is not None:
            PairView(self._visitor, pair.twins, pair.records, self._acts(pair, pair.twins))
        if pair.merged is not None:
            self._show_merged(pair.merged, pair.records)

    def _acts(self, pair: Pair, twins: Twins) -> Mapping[str, Act]:
        """Give what can be decided: to merge either way or put apart, or to open it again."""
        if not self._visitor.may(Role.EDITOR):
            return {}
        one, two = twins.document.id, twins.other.id
        if self._list.chosen == APART:
            return {"open": lambda: self._part(pair, twins, Decision.OPEN)}
        return {
            "first": lambda: self._merge(twins, two, one),
            "second": lambda: self._merge(twins, one, two),
            "apart": lambda: self._part(pair, twins, Decision.APART),
        }

    async def _part(self, pair: Pair, twins: Twins, decision: Decision) -> None:
        """Put a pair apart, or open it again; then only this one leaves the page."""
        one, two = twins.document.id, twins.other.id

        async def reopen() -> None:
            await self._decide(one, two, Decision.OPEN)
            self._offer_undo(None)
            self._list.back(pair)

        async def act() -> None:
            await self._decide(one, two, decision)
            await self._list.change(lambda other: None if other is pair else other)
            back = Undo(self._done(twins, decision), reopen) if decision is Decision.APART else None
            self._offer_undo(back)

        await self._visitor.guard(act)

    async def _merge(self, twins: Twins, one: UUID, two: UUID) -> None:
        """Make one document of two; all pairs of the one that goes leave the page with it."""

        async def act() -> None:
            await self._decide(one, two, Decision.MERGE)
            await self._list.change(lambda pair: None if pair.involves(two) else pair)
            self._offer_undo(Undo(self._done(twins, Decision.MERGE), self._split(two)))

        await self._visitor.guard(act)

    async def _decide(self, one: UUID, two: UUID, decision: Decision) -> None:
        visitor = self._visitor
        await visitor.confirm(Role.EDITOR)
        await visitor.service.decide(visitor.workspace, one, two, decision, visitor.identity.name)

    def _done(self, twins: Twins, decision: Decision) -> str:
        titles = {"first": twins.document.title, "second": twins.other.title}
        return self._visitor.text(f"duplicates.done_{decision}", **titles)

    def _split(self, other: UUID) -> Act:
        """Take a merge back: the one that went comes back, and the one that stayed as it was."""

        async def split() -> None:
            visitor = self._visitor
            await visitor.confirm(Role.EDITOR)
            await visitor.service.discard.restore(visitor.workspace, other)
            ui.notify(visitor.text("duplicates.split_done"), type="positive")
            self._offer_undo(None)
            await self._list.change(lambda pair: None if pair.involves(other) else pair)

        return split

    def _offer_undo(self, undo: Undo | None) -> None:
        """Say what was decided last, with what takes it back; None takes this away."""
        self._undo.clear()
        self._undo.set_visibility(undo is not None)
        if undo is None:
            return
        words = self._visitor.text("duplicates.undo")
        with self._undo, ui.element("div").classes("notice row wrap").props("role=status"):
            ui.label(undo.words).classes("grow")
            quiet_button(words, lambda: self._visitor.guard(undo.act), "undo")

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
