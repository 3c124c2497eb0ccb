"""Personal data: what documents tell of people, in numbers, and where that is masked."""

from collections.abc import Collection, Sequence

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from api.pages.figures import number
from api.pages.frame import add_page, heading, titled
from api.pages.listing import PAGE, Listing, entry, sentence
from api.pages.session import Visitor
from api.service import Service
from contracts.people import Role
from contracts.personal import (
    MaskScope,
    Occurrence,
    PersonalDocument,
    PersonalLevel,
    PersonalTotals,
)
from contracts.policy import Change

TONES = {PersonalLevel.HIGH: "bad", PersonalLevel.LOW: "wait", PersonalLevel.NONE: "good"}
PAGES = 12
"""Page numbers that a line shows."""


def add_personal(service: Service) -> None:
    """Serve the page of personal data."""

    async def build(visitor: Visitor) -> None:
        if visitor.may(Role.EDITOR):
            await visitor.guard(PersonalPage(visitor).load)
        else:
            ui.label(visitor.text("personal.not_yours")).classes("notice")

    add_page(service, "/personal", "nav.personal", build)


class PersonalPage:
    """What a workspace's documents tell of people."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        with titled(visitor.text, "personal"):
            self._sums = ui.element("div").classes("stack")
            self._list = Listing(visitor, self.load, self._fetch, self._show)

    async def load(self) -> None:
        """Show the sums of this moment, the masks, and the newest documents."""
        visitor, text, service = self._visitor, self._visitor.text, self._visitor.service
        await visitor.confirm(Role.EDITOR)
        totals = await service.personal.totals(visitor.workspace)
        plan = await service.operations.policies.plan()
        self._sums.clear()
        with self._sums:
            if totals.unmeasured:
                ui.label(text("personal.unmeasured", count=totals.unmeasured)).classes("notice")
            self._show_kinds(totals)
            self._show_masks(plan.masks(visitor.workspace))
            heading(text("personal.documents"), 2)
        levels = {level: totals.levels.get(level, 0) for level in reversed(PersonalLevel)}
        telling = sum(levels.values()) - levels[PersonalLevel.NONE]
        filters = {"": f"{text('personal.any')} {telling}"}
        filters |= {one: f"{text(f'personal.{one}')} {count}" for one, count in levels.items()}
        await self._list.restart(filters, text("personal.nothing"))

    def _show_kinds(self, totals: PersonalTotals) -> None:
        """Show how often each kind was found, the most frequent first."""
        text = self._visitor.text
        with ui.element("div").classes("figures"):
            for kind, (found, documents) in sorted(totals.kinds.items(), key=lambda x: -x[1][0]):
                with ui.element("div").classes("sheet card"):
                    ui.label(number(found, text)).classes("figure")
                    ui.label(text(f"personal.{kind}"))
                    ui.label(text("personal.in", documents=documents)).classes("soft small")

    def _show_masks(self, masked: Collection[MaskScope]) -> None:
        """Show where it is masked; administrators may change it."""
        text, may = self._visitor.text, self._visitor.may(Role.ADMIN)
        with ui.element("div").classes("sheet card"):
            heading(text("personal.masks"), 3)
            ui.label(text("personal.masks_hint")).classes("soft small")
            for scope in MaskScope:
                switch = ui.switch(text(f"personal.mask_{scope}"), value=scope in masked)
                switch.set_enabled(may)
                ui.label(text(f"personal.mask_{scope}_hint")).classes("soft small indent")
                switch.on_value_change(lambda event, scope=scope: self._mask(scope, event))

    async def _mask(self, scope: MaskScope, event: ValueChangeEventArguments[bool]) -> None:
        """Set one mask beside those that hold now."""
        visitor, policies = self._visitor, self._visitor.service.operations.policies

        done = False

        async def change() -> None:
            nonlocal done
            await visitor.confirm(Role.ADMIN)
            now = (await policies.plan()).masks(visitor.workspace)
            wanted = now | {scope} if event.value else now - {scope}
            await policies.mask(visitor.workspace, wanted, Change(visitor.identity.name))
            ui.notify(visitor.text("personal.masks_set"), type="positive")
            done = True

        await visitor.guard(change)
        if not done:  # the switches show again what holds
            await visitor.guard(self.load)

    async def _fetch(
        self, chosen: str, cursor: str | None
    ) -> tuple[Sequence[tuple[str, PersonalDocument]], str | None]:
        """Give the next documents with their titles."""
        visitor = self._visitor
        level = PersonalLevel(chosen) if chosen else None
        find = visitor.service.personal.find
        page = await find(visitor.workspace, limit=PAGE, level=level, cursor=cursor)
        ids = [one.count.ref.document for one in page.items]
        documents = visitor.service.documents.find
        known = (await documents(visitor.workspace, limit=PAGE, ids=ids)).items if ids else ()
        titles = {record.id: record.title for record in known}
        titled = [(titles.get(one.count.ref.document) or one.source, one) for one in page.items]
        return titled, page.cursor

    def _show(self, titled: tuple[str, PersonalDocument]) -> None:
        title, one = titled
        text, count = self._visitor.text, one.count
        badge = text(f"personal.{count.level}"), TONES[count.level]
        with entry(count.ref.document, title, one.source, badge):
            for kind, seen in count.found.items():
                sentence(
                    f"{text(f'personal.{kind}')}: {number(seen.count, text)}", self._pages(seen)
                )

    def _pages(self, seen: Occurrence) -> str:
        more = " …" if len(seen.pages) > PAGES else ""
        pages = ", ".join(map(str, seen.pages[:PAGES]))
        return self._visitor.text("personal.pages", pages=pages + more) if pages else ""
