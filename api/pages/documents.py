"""Documents: drop files, watch them arrive in both panels, open, retry, stop and delete them."""

from collections.abc import Mapping
from uuid import UUID

from nicegui import ui
from nicegui.events import UploadEventArguments

from api.pages.dialogs import quiet_button
from api.pages.figures import number
from api.pages.frame import add_page, titled
from api.pages.members import Inside
from api.pages.orders import Orders, Records
from api.pages.rows import row, size_text
from api.pages.session import Visitor
from api.pages.table import documents_table
from api.service import Service
from contracts.errors import DiptychError
from contracts.handling import RETRIABLE, UNDER_WAY
from contracts.people import Role
from contracts.record import DocumentRecord, VersionState
from ingestion.receiving import Upload

PAGE = 50
MANY = 500
"""Each so many rows that are shown make looks one turn rarer: they are looked up anew each time."""
REFRESH_S = 1.5
IDLE_TURNS = 4
"""While nothing is in progress, only every fourth turn looks again."""
FILTERS = (
    VersionState.LIVE,
    VersionState.PROCESSING,
    VersionState.ACCEPTED,
    VersionState.QUARANTINED,
    VersionState.CANCELLED,
)


def add_documents(service: Service) -> None:
    """Serve the page of documents."""

    async def build(visitor: Visitor) -> None:
        await DocumentsPage(visitor).build()

    add_page(service, "/documents", "nav.documents", build)


class DocumentsPage:
    """One visitor's view of the workspace's documents."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._orders = Orders(visitor, self._refresh)
        self._inside = Inside(visitor)
        self._filter: VersionState | None = None
        self._shown = PAGE
        self._records: dict[str, DocumentRecord] = {}
        self._counts: Mapping[VersionState, int] = {}
        self._turn = 0
        self._offered: object = None

    async def build(self) -> None:
        """Lay the page out and keep it fresh."""
        text, editor = self._visitor.text, self._visitor.may(Role.EDITOR)
        with titled(text, "documents"):
            if editor:
                self._drop_zone()
            self._chips = ui.element("div").classes("row wrap")
            self._bar = ui.element("div").classes("row wrap picked")
            acts = {"retry": self._retry, "stop": self._stop, "remove": self._remove}
            looks = {"look": self._look, "enter": self._enter}
            self._table = documents_table(text, looks=looks, orders=acts if editor else {})
            self._table.on_select(self._show_bar)
            self._empty = ui.element("div").classes("void")
            self._more = ui.button(text("documents.more"), on_click=self._show_more, color=None)
            self._more.props("flat no-caps").classes("quiet")
        await self._refresh()
        ui.timer(REFRESH_S, self._tick)

    def _drop_zone(self) -> None:
        text = self._visitor.text
        limit = size_text(self._visitor.service.max_upload_bytes, text)
        upload = ui.upload(
            multiple=True,
            auto_upload=True,
            max_file_size=self._visitor.service.max_upload_bytes,
            on_upload=self._receive,
            on_rejected=lambda: ui.notify(
                text("documents.too_large", size=limit), type="negative", timeout=8000
            ),
        ).classes("drop")
        with upload.add_slot("header"):
            zone = ui.element("div").classes("zone").props("role=button tabindex=0")
            with zone:
                ui.icon("upload_file")
                ui.label(text("documents.drop")).style("font-weight: 600")
                ui.label(text("documents.browse")).classes("small")
                ui.label(text("documents.limit", size=limit)).classes("soft small")
                ui.element("q-uploader-add-trigger")  # without it there is nothing to choose with
            zone.on("keydown.enter", lambda: upload.run_method("pickFiles"))

    async def _receive(self, event: UploadEventArguments) -> None:
        visitor, file = self._visitor, event.file

        async def receive() -> None:
            await visitor.confirm(Role.EDITOR)
            try:
                receipts = await visitor.service.receive(
                    visitor.workspace, Upload(file.name, file.iterate())
                )
            except DiptychError as error:
                problem = visitor.text.problem(error)
                words = visitor.text("documents.refused", name=file.name, problem=problem)
                ui.notify(words, type="negative", multi_line=True, timeout=8000)
                return
            known = all(receipt.unchanged for receipt in receipts)
            key = "documents.unchanged" if known else "documents.accepted"
            ui.notify(visitor.text(key, name=file.name), type="info" if known else "positive")

        await visitor.guard(receive)
        await self._refresh()

    async def _tick(self) -> None:
        self._turn += 1
        working = any(record.state in UNDER_WAY for record in self._records.values())
        turns = (1 if working else IDLE_TURNS) * (1 + self._shown // MANY)
        if self._turn % turns == 0:
            await self._refresh()

    async def _refresh(self) -> None:
        await self._visitor.guard(self._load)

    async def _load(self) -> None:
        visitor, text = self._visitor, self._visitor.text
        documents = visitor.service.documents
        self._counts = counts = await documents.counts(visitor.workspace)
        page = await self._inside.find(self._shown, self._filter)
        self._records = {str(record.id): record for record in page.items}
        around = await self._inside.around(page.items)
        self._table.rows = [row(record, text) | around[record.id] for record in page.items]
        self._table.selected = [one for one in self._table.rows if one["id"] in self._picked()]
        self._table.set_visibility(bool(page.items))
        self._more.set_visibility(page.cursor is not None)
        self._show_counts(counts)
        self._show_bar()
        self._show_empty(sum(counts.values()))

    def _show_counts(self, counts: Mapping[VersionState, int]) -> None:
        text = self._visitor.text
        self._chips.clear()
        with self._chips:
            if self._inside.path:
                self._inside.crumbs(self._go_to)
                return
            self._chip(text("documents.all"), sum(counts.values()), None)
            for state in FILTERS:
                if counts.get(state) or state is self._filter:
                    self._chip(text(f"state.{state}"), counts.get(state, 0), state)

    def _chip(self, label: str, count: int, state: VersionState | None) -> None:
        here = " here" if state is self._filter else ""
        with ui.element("button").classes(f"chip{here}").on("click", lambda: self._choose(state)):
            ui.label(f"{label} {number(count, self._visitor.text)}")

    def _picked(self) -> set[str]:
        return {str(one["id"]) for one in self._table.selected}

    def _show_bar(self) -> None:
        """Offer what can be done with the rows that are ticked, or with all in a state."""
        text, orders = self._visitor.text, self._orders
        picked: Records = [one for key, one in self._records.items() if key in self._picked()]
        stoppable = self._stoppable()
        shown = self._filter, bool(self._records), bool(stoppable)
        offered = [(one.id, one.state) for one in picked], shown
        if offered == self._offered or not self._visitor.may(Role.EDITOR):
            return  # what is under the mouse stays
        self._offered = offered
        self._bar.clear()
        with self._bar:
            if picked:
                ui.label(text("orders.picked", count=len(picked))).classes("soft small")
                if any(record.state in RETRIABLE for record in picked):
                    quiet_button(text("documents.retry"), lambda: orders.retry(picked), "replay")
                if any(record.state in UNDER_WAY for record in picked):
                    quiet_button(text("documents.stop"), lambda: orders.stop(picked), "stop_circle")
                quiet_button(
                    text("documents.delete"), lambda: orders.remove(picked), "delete_outline"
                )
            elif self._filter in RETRIABLE and self._records:
                again = {self._filter}
                quiet_button(text("orders.retry_all"), lambda: orders.retry_all(again), "replay")
            elif stoppable:
                words = text("orders.stop_all" if self._filter else "orders.stop_everything")
                quiet_button(words, lambda: orders.stop_all(stoppable), "stop_circle")

    def _stoppable(self) -> frozenset[VersionState]:
        """Give the states that can be stopped in which there is anything that is listed."""
        wanted = UNDER_WAY if self._filter is None else UNDER_WAY & {self._filter}
        if self._inside.path:
            return frozenset()
        return wanted if any(self._counts.get(state) for state in wanted) else frozenset()

    def _show_empty(self, total: int) -> None:
        text = self._visitor.text
        self._empty.clear()
        self._empty.set_visibility(not self._records)
        with self._empty:
            if total:
                ui.label(text("documents.none_here")).classes("soft")
                return
            ui.icon("inventory_2")
            ui.label(text("documents.empty")).style("font-weight: 600")
            hint = "empty_hint" if self._visitor.may(Role.EDITOR) else "empty_reader"
            ui.label(text(f"documents.{hint}")).classes("soft small")

    async def _choose(self, state: VersionState | None) -> None:
        self._filter, self._shown, self._table.selected = state, PAGE, []
        await self._refresh()

    async def _show_more(self) -> None:
        self._shown += PAGE
        await self._refresh()

    def _look(self, document: str) -> None:
        if document in self._records:
            ui.navigate.to(f"/original/{document}", new_tab=True)

    async def _enter(self, document: str) -> None:
        """Show what lies in a document that is shown, or that one shown lies in."""
        await self._go_to(UUID(document))

    async def _go_to(self, document: UUID | None) -> None:
        await self._visitor.guard(lambda: self._inside.enter(document))
        await self._choose(None)

    async def _retry(self, document: str) -> None:
        if document in self._records:
            await self._orders.retry([self._records[document]])

    async def _stop(self, document: str) -> None:
        if document in self._records:
            await self._orders.stop([self._records[document]])

    async def _remove(self, document: str) -> None:
        if document in self._records:
            await self._orders.remove([self._records[document]])
