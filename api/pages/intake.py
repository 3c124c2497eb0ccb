"""Intake: the places that documents come from by themselves, and how the last looks ended."""

from collections.abc import Sequence
from datetime import UTC, datetime

from nicegui import ui

from api.pages.dialogs import confirmed, quiet_button
from api.pages.figures import number
from api.pages.frame import add_page, heading, keep_fresh, main_button
from api.pages.place_form import PlaceForm
from api.pages.session import Visitor
from api.pages.texts import Texts
from api.service import Service
from contracts.intake import Place, PlaceKind, PlaceRecord, Report
from contracts.people import Role

REFRESH_S = 3.0
LISTED = 20
MINUTE, HOUR, DAY = 60, 3600, 86400
ICONS = {
    PlaceKind.FOLDER: "folder_open",
    PlaceKind.MAILBOX: "mail_outline",
    PlaceKind.BUCKET: "cloud_queue",
}
COUNTS = ("new", "changed", "unchanged", "removed", "waiting", "failed")


def add_intake(service: Service) -> None:
    """Serve the page of places."""

    async def build(visitor: Visitor) -> None:
        if not visitor.may(Role.ADMIN):
            heading(visitor.text("intake.title"), 1)
            ui.label(visitor.text("intake.not_yours")).classes("soft")
            return
        await keep_fresh(IntakePage(visitor).refresh, REFRESH_S)

    add_page(service, "/intake", "nav.intake", build)


class IntakePage:
    """The places that fill a visitor's workspaces, looked at again and again."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._seen: object = None
        self._open: set[str] = set()
        text = visitor.text
        with ui.element("div").classes("stack"):
            with ui.element("div").classes("row wrap"):
                heading(text("intake.title"), 1)
                ui.element("div").classes("grow")
                if visitor.operates:
                    main_button(text("intake.add"), self._add)
            ui.label(text("intake.hint")).classes("soft")
            self._body = ui.element("div").classes("stack")

    async def refresh(self) -> None:
        """Show the places as they are now."""
        await self._visitor.guard(self._load)

    async def _load(self) -> None:
        visitor = self._visitor
        await visitor.confirm(Role.ADMIN)
        records = await visitor.service.intake.seen(visitor.identity)
        workers = await visitor.service.queue.workers()
        facts = [(one.place, one.looked, one.report, _soon(one)) for one in records]
        seen = facts, bool(workers), datetime.now(UTC).replace(second=0, microsecond=0)
        if seen == self._seen:
            return  # what is under the mouse stays
        self._seen = seen
        self._body.clear()
        with self._body:
            self._show(records, has_workers=bool(workers))

    def _show(self, records: Sequence[PlaceRecord], *, has_workers: bool) -> None:
        text = self._visitor.text
        if records and not has_workers:
            ui.label(text("intake.no_workers")).classes("notice")
        for record in records:
            self._place(record)
        if not records:
            with ui.element("div").classes("void"):
                ui.icon("move_to_inbox")
                ui.label(text("intake.empty"))

    def _place(self, record: PlaceRecord) -> None:
        text, place = self._visitor.text, record.place
        key, tone = _state(record)
        with ui.element("div").classes("sheet card place").props(f"data-name={place.name}"):
            with ui.element("div").classes("row wrap"):
                ui.icon(ICONS[place.kind]).classes("soft").style("font-size: 1.4rem")
                ui.label(place.name).classes("pair-title")
                ui.label(text(f"intake.{key}")).classes(f"badge {tone}")
                ui.element("div").classes("grow")
                self._buttons(place)
            ui.label(f"{place.address} → {place.workspace}").classes("small")
            ui.label(" · ".join(_settings(place, text))).classes("soft small")
            ui.label(_times(record, text)).classes("soft small")
            if record.report is not None:
                self._report(place.name, record.report)

    def _buttons(self, place: Place) -> None:
        text = self._visitor.text
        quiet_button(text("intake.look"), lambda: self._look(place.name), "search")
        if self._visitor.operates:
            quiet_button(text("intake.remove"), lambda: self._remove(place.name), "delete_outline")

    def _report(self, name: str, report: Report) -> None:
        """Show what the last look came to, why it ended early, and what was not taken."""
        text = self._visitor.text
        with ui.element("div").classes("row wrap"):
            for count in COUNTS:
                found = getattr(report, count)
                if found:
                    bad = " bad" if count == "failed" else ""
                    ui.label(text(f"intake.{count}", count=number(found, text))).classes(
                        f"badge{bad}"
                    )
        if report.error:
            ui.label(text.said(report.error)).classes("problem").props("role=alert")
        if not report.failures:
            return
        expansion = ui.expansion(text("intake.failures"), value=name in self._open)
        expansion.classes("plain").on_value_change(
            lambda event: self._keep(name, is_open=event.value)
        )
        with expansion:
            for one in report.failures[:LISTED]:
                ui.label(one.source).classes("small")
                ui.label(text.said(one.reason)).classes("soft small")
            if report.failed > LISTED:
                more = text("intake.more", count=number(report.failed - LISTED, text))
                ui.label(more).classes("small")

    def _keep(self, name: str, *, is_open: bool) -> None:
        (self._open.add if is_open else self._open.discard)(name)

    async def _look(self, name: str) -> None:
        visitor = self._visitor

        async def act() -> None:
            await visitor.confirm(Role.ADMIN)
            await visitor.service.intake.hasten(visitor.identity, name)
            ui.notify(visitor.text("intake.hastened", name=name), type="positive")

        with self._body:  # stays, while the place's card may be drawn anew
            await visitor.guard(act)
        await self.refresh()

    async def _remove(self, name: str) -> None:
        visitor, text = self._visitor, self._visitor.text

        async def act() -> None:
            await visitor.confirm_operates()
            await visitor.service.intake.places.remove(name)
            ui.notify(text("intake.gone", name=name), type="positive")

        title = text("intake.remove_title", name=name)
        with self._body:
            if await confirmed(text, title, text("intake.remove_hint"), text("intake.remove")):
                await visitor.guard(act)
                await self.refresh()

    async def _add(self) -> None:
        if await PlaceForm(self._visitor).ask():
            await self.refresh()


def _state(record: PlaceRecord) -> tuple[str, str]:
    """Say how a place is, and in which tone."""
    if record.report is None:
        return "never", "wait"
    if record.report.error:
        return "trouble", "bad"
    return ("partly", "wait") if record.report.failed else ("fine", "good")


def _settings(place: Place, text: Texts) -> list[str]:
    """Say what is special about a place."""
    words = [text("intake.every", time=_span(place.every_s, text))]
    words += [text("intake.mirrors")] if place.mirror else []
    if place.options.get("move_to"):
        words.append(text("intake.moves", folder=place.options["move_to"]))
    words += [text("intake.marks")] if place.options.get("mark_seen") else []
    if place.options.get("endpoint"):
        words.append(str(place.options["endpoint"]))
    return words


def _times(record: PlaceRecord, text: Texts) -> str:
    """Say when a place was looked at, how long that took, and when it will be."""
    soon = text("intake.next", time=_span(record.due_s, text)) if _soon(record) else ""
    following = soon or text("intake.now")
    if record.looked is None:
        return following
    past = max((datetime.now(UTC) - record.looked).total_seconds(), 0)
    looked = text(
        "intake.looked", time=_span(past, text), took=number(round(record.took_s or 0, 1), text)
    )
    return f"{looked} · {following}"


def _soon(record: PlaceRecord) -> bool:
    return record.due_s > 0


def _span(seconds: float, text: Texts) -> str:
    """Give a length of time in its largest unit."""
    for unit, size in (("d", DAY), ("h", HOUR), ("min", MINUTE)):
        if seconds >= size:
            return text(f"intake.{unit}", count=round(seconds / size))
    return text("intake.s", count=round(seconds))
