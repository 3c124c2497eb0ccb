"""Trash: what was deleted, by whom and until when it can come back."""

from collections.abc import Callable, Mapping
from html import escape
from uuid import UUID

from nicegui import ui

from api.pages.dialogs import confirmed, quiet_button
from api.pages.frame import add_page, keep_fresh, titled
from api.pages.listing import PAGE
from api.pages.session import Visitor
from api.pages.texts import Texts
from api.service import Service
from contracts.people import Role
from contracts.trash import Trashed

REFRESH_S = 5.0
WHEN = """<span class="narrow soft small">{LABEL}: </span>
<span class="soft small">{{ new Date(props.row.FIELD).toLocaleString(
  props.row.locale, {dateStyle: 'medium', timeStyle: 'short'}) }}</span>"""
BODY = """
<q-tr :props="props" :data-id="props.row.id">
  <q-td><div class="name">{{ props.row.title }}</div>
    <div class="soft small">{{ props.row.source }}</div>
    <span v-if="props.row.merged" class="badge hollow">{{ props.row.merged }}</span></q-td>
  <q-td>{DELETED}
    <span v-if="props.row.by" class="small">{{ ' · ' + props.row.by }}</span></q-td>
  <q-td>{UNTIL}</q-td>
  <q-td class="text-right" style="white-space: nowrap">{ACTIONS}</q-td>
</q-tr>
"""
ACTIONS = """<q-btn flat dense no-caps icon="restore_from_trash" class="restore quiet act"
  :label="props.row.back" @click="$parent.$emit('restore', props.row.id)" />
<q-btn flat round dense size="sm" icon="delete_forever" class="erase" aria-label="{LABEL}"
  @click="$parent.$emit('erase', props.row.id)" />"""


def add_trash(service: Service) -> None:
    """Serve the page of deleted documents."""

    async def build(visitor: Visitor) -> None:
        await keep_fresh(TrashPage(visitor).refresh, REFRESH_S)

    add_page(service, "/trash", "nav.trash", build)


class TrashPage:
    """What can come back in a workspace, the latest deleted first."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._found: dict[str, Trashed] = {}
        self._shown = PAGE
        text, days = visitor.text, visitor.service.discard.days
        hint = text("trash.hint", days=days) if days else text("trash.off")
        with titled(text, "trash", hint):
            acts = {"restore": self._restore, "erase": self._erase}
            self._table = _table(text, acts if visitor.may(Role.EDITOR) else {})
            with ui.element("div").classes("void") as self._empty:
                ui.icon("delete_outline")
                ui.label(text("trash.empty"))
            self._more = quiet_button(text("documents.more"), self._show_more)

    async def refresh(self) -> None:
        """Show what is there now."""
        await self._visitor.guard(self._load)

    async def _load(self) -> None:
        visitor = self._visitor
        await visitor.confirm(Role.READER)
        page = await visitor.service.discard.trashed(visitor.workspace, self._shown)
        self._found = {str(one.document): one for one in page.items}
        self._table.rows = [self._row(one) for one in page.items]
        self._table.set_visibility(bool(page.items))
        self._empty.set_visibility(not page.items)
        self._more.set_visibility(page.cursor is not None)

    async def _show_more(self) -> None:
        self._shown += PAGE
        await self.refresh()

    def _row(self, one: Trashed) -> dict[str, object]:
        text = self._visitor.text
        return {
            "id": str(one.document),
            "title": one.title,
            "source": one.arrival.source,
            "deleted": one.deleted.isoformat(timespec="seconds"),
            "until": one.until.isoformat(timespec="seconds"),
            "by": one.by,
            "merged": text("duplicates.merged") if one.merged else "",
            "back": text("duplicates.split") if one.merged else text("trash.restore"),
            "locale": text.language,
        }

    async def _restore(self, document: str) -> None:
        visitor = self._visitor

        async def act() -> None:
            await visitor.confirm(Role.EDITOR)
            receipt = await visitor.service.discard.restore(visitor.workspace, UUID(document))
            title = self._title(document) or receipt.filename
            ui.notify(visitor.text("trash.restored", title=title), type="positive")

        await visitor.guard(act)
        await self.refresh()

    async def _erase(self, document: str) -> None:
        visitor, text = self._visitor, self._visitor.text

        async def act() -> None:
            await visitor.confirm(Role.EDITOR)
            name = visitor.identity.name
            gone = [UUID(document)]
            await visitor.service.discard(visitor.workspace, gone, name, forever=True)

        title, hint = text("trash.erase_title"), text("trash.erase_hint")
        hint = f"{self._title(document)}: {hint}"
        if await confirmed(text, title, hint, text("trash.erase")):
            await visitor.guard(act)
            await self.refresh()

    def _title(self, document: str) -> str:
        return self._found[document].title if document in self._found else ""


def _table(text: Texts, acts: Mapping[str, Callable[[str], object]]) -> ui.table:
    columns = [
        {"name": name, "label": text(f"trash.{name}"), "field": name, "align": "left"}
        for name in ("name", "deleted", "kept")
    ]
    columns.append({"name": "actions", "label": "", "field": "id"})
    table = ui.table(columns=columns, rows=[], row_key="id").classes("docs")
    table.props("flat hide-pagination :rows-per-page-options='[0]'")
    actions = ACTIONS.replace("{LABEL}", escape(text("trash.erase"))) if acts else ""
    body = BODY.replace("{ACTIONS}", actions)
    for name, label in (("deleted", "trash.deleted"), ("until", "trash.kept")):
        when = WHEN.replace("FIELD", name).replace("{LABEL}", escape(text(label)))
        body = body.replace(f"{{{name.upper()}}}", when)
    table.add_slot("body", body)
    table.add_slot("no-data", "")
    for name, act in acts.items():
        table.on(name, lambda event, act=act: act(str(event.args)))
    return table
