"""Table: the live list of documents; templates show values as text, never as markup."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Literal

from nicegui import ui
from nicegui.events import GenericEventArguments

from api.pages.texts import Texts

STATE = """
<span :class="['badge', props.row.tone]">{{ props.row.state }}</span>
<span v-if="props.row.stage" class="soft small" style="margin-left: .5rem">
  {{ props.row.stage + (props.row.share === null ? '' : ' ' + props.row.share + '\u00a0%') }}
</span>
<span v-if="props.row.left" class="soft small left">{{ ' ' + props.row.left }}</span>
<div v-if="props.row.working" :class="['track', {unsure: props.row.share === null}]"
     role="progressbar" :aria-valuenow="props.row.share">
  <div :style="props.row.share === null ? {} : {width: props.row.share + '%'}"></div>
</div>
"""
NAME = """
<div class="name">{{ props.row.title }}</div>
<div class="soft small">{{ props.row.detail }}</div>
<button v-if="props.row.inside" :class="['chip', 'inside', {trouble: props.row.trouble}]"
  @click="$parent.$emit('enter', props.row.id)">
  <q-icon name="attach_file" />{{ props.row.inside }}
</button>
<button v-if="props.row.within" class="chip inside"
  @click="$parent.$emit('enter', props.row.parent)">
  <q-icon name="subdirectory_arrow_left" />{{ props.row.within }}
</button>
<div v-if="props.row.why" class="why">{{ props.row.why }} <span>{{ props.row.remedy }}</span></div>
"""
PANELS = """
<span v-for="panel in props.row.panels" :class="['badge', panel.tone]" style="margin-right: .3rem">
  <q-icon :name="panel.icon" />{{ panel.label }}<q-tooltip>{{ panel.tip }}</q-tooltip>
</span>
"""
UPDATED = """<span class="soft small when">{{ new Date(props.row.updated).toLocaleString(
  props.row.locale, {dateStyle: 'medium', timeStyle: 'short'}) }}</span>"""
OPEN = """<q-btn flat round dense size="sm" icon="open_in_new" :aria-label="props.row.title"
  @click="$parent.$emit('look', props.row.id)" />"""
DELETE = """<q-btn flat round dense size="sm" icon="delete_outline" class="delete"
  :aria-label="props.row.title" @click="$parent.$emit('remove', props.row.id)" />"""
RETRY = """<q-btn v-if="props.row.retriable" flat round dense size="sm" icon="replay"
  class="retry" aria-label="{LABEL}" @click="$parent.$emit('retry', props.row.id)" />"""
STOP = """<q-btn v-if="props.row.stoppable" flat round dense size="sm" icon="stop_circle"
  class="stop" aria-label="{LABEL}" @click="$parent.$emit('stop', props.row.id)" />"""
PICK = """<q-td auto-width class="pick">
  <q-checkbox v-model="props.selected" dense :aria-label="props.row.title" /></q-td>"""
WIDE = """
<q-tr :props="props" :data-id="props.row.id">
  {PICK}<q-td class="about">{NAME}</q-td><q-td>{STATE}</q-td><q-td>{PANELS}</q-td>
  <q-td class="text-right count">{{ props.row.chunks || '' }}</q-td><q-td>{UPDATED}</q-td>
  <q-td class="text-right" style="white-space: nowrap">{ACTIONS}</q-td>
</q-tr>
"""
Act = Callable[[str], object]


def documents_table(
    text: Texts, *, looks: Mapping[str, Act], orders: Mapping[str, Act]
) -> ui.table:
    """Make the table; ``orders`` are what the visitor may do: ``retry``, ``stop``, ``remove``.

    ``looks`` are for everybody: ``look`` at a document, ``enter`` it. With orders, rows can be
    ticked.
    """
    columns = [
        {"name": "title", "label": text("documents.name"), "field": "title", "align": "left"},
        {"name": "state", "label": text("documents.state"), "field": "state", "align": "left"},
        {"name": "panels", "label": text("documents.panels"), "field": "id", "align": "left"},
        {"name": "chunks", "label": text("documents.chunks"), "field": "chunks"},
        {
            "name": "updated",
            "label": text("documents.updated"),
            "field": "updated",
            "align": "left",
        },
        {"name": "actions", "label": "", "field": "id"},
    ]
    selection: Literal["multiple"] | None = "multiple" if orders else None
    table = ui.table(columns=columns, rows=[], row_key="id", selection=selection).classes("docs")
    table.props("flat wrap-cells hide-pagination hide-selected-banner :rows-per-page-options='[0]'")
    buttons = {"retry": RETRY, "stop": STOP, "remove": DELETE}
    actions = OPEN + "".join(
        buttons[order].replace("{LABEL}", escape(text.known(f"documents.{order}", "")))
        for order in orders
    )
    table.add_slot("body", _filled(WIDE, actions, PICK if orders else ""))
    table.add_slot("no-data", "")
    for order, act in (*looks.items(), *orders.items()):
        table.on(order, lambda event, act=act: act(_id(event)))
    return table


def _filled(template: str, actions: str, pick: str) -> str:
    pieces: Sequence[tuple[str, str]] = (
        ("{PICK}", pick),
        ("{NAME}", NAME),
        ("{STATE}", STATE),
        ("{PANELS}", PANELS),
        ("{UPDATED}", UPDATED),
        ("{ACTIONS}", actions),
    )
    for name, piece in pieces:
        template = template.replace(name, piece)
    return template


def _id(event: GenericEventArguments) -> str:
    return str(event.args)
