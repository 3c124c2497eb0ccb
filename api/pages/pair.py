"""Pair: two documents that are alike, side by side, and what can be made of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from html import escape
from uuid import UUID

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from api.pages.dialogs import confirmed, quiet_button
from api.pages.figures import number
from api.pages.rows import TONES, kind, size_text
from api.pages.session import Visitor
from contracts.likeness import Likeness, Side, Twins
from contracts.record import DocumentRecord
from ingestion.contrasting import Contrast, Piece, contrast

Act = Callable[[], Awaitable[None]]
TONE = {
    Likeness.SAME_FILE: "bad",
    Likeness.SAME_TEXT: "wait",
    Likeness.NEAR_COPY: "wait",
    Likeness.SAME_TEMPLATE: "hollow",
}


class PairView:
    """One link; ``acts`` are what may be done: ``first``, ``second``, ``apart``, ``open``."""

    def __init__(
        self,
        visitor: Visitor,
        twins: Twins,
        records: Mapping[UUID, DocumentRecord],
        acts: Mapping[str, Act],
    ) -> None:
        self._visitor = visitor
        self._twins = twins
        self._acts = acts
        text = visitor.text
        with ui.element("div").classes("sheet card pair"):
            with ui.element("div").classes("row wrap"):
                verdict = text(f"duplicates.{twins.verdict}")
                ui.label(verdict).classes(f"badge {TONE[twins.verdict]}")
                share = text("figure.share", number=number(round(100 * twins.score), text))
                ui.label(text("duplicates.common", share=share)).classes("soft small")
                ui.element("div").classes("grow")
                for name, icon in (("apart", "call_split"), ("open", "undo")):
                    if name in acts:
                        quiet_button(text(f"duplicates.do_{name}"), acts[name], icon)
            with ui.element("div").classes("sides"):
                self._side(twins.document, records.get(twins.document.id), "first")
                self._side(twins.other, records.get(twins.other.id), "second")
            self._expansion(records)

    def _side(self, side: Side, record: DocumentRecord | None, act: str) -> None:
        """Show a document, and offer that its file stays."""
        text = self._visitor.text
        with ui.element("div").classes("side"):
            ui.link(side.title, f"/original/{side.id}", new_tab=True).classes("pair-title")
            facts = [f"{side.created:%Y-%m-%d %H:%M}"]
            if record is not None:
                facts = [kind(record), size_text(record.size, text), *facts]
            ui.label(" · ".join(facts)).classes("soft small")
            ui.label(side.source).classes("soft small")
            if record is not None:
                ui.label(text(f"state.{record.state}")).classes(f"badge {TONES[record.state]}")
            if act in self._acts:
                button = quiet_button(
                    text("duplicates.do_merge"), lambda: self._merge(act, side), "merge"
                )
                button.tooltip(text("duplicates.merge_hint"))

    async def _merge(self, act: str, side: Side) -> None:
        """Merge; asked first where nothing is kept that could undo it."""
        text = self._visitor.text
        if not self._visitor.service.discard.days:
            title, hint = text("duplicates.merge_title"), text("duplicates.merge_forever")
            if not await confirmed(
                text, title, f"{side.title}. {hint}", text("duplicates.do_merge")
            ):
                return
        await self._acts[act]()

    def _expansion(self, records: Mapping[UUID, DocumentRecord]) -> None:
        """Offer to see what differs; the texts are compared when somebody wants to know."""
        shown = ui.expansion(self._visitor.text("duplicates.compare")).classes("plain")

        async def compare(event: ValueChangeEventArguments[bool]) -> None:
            if not event.value or body.default_slot.children:
                return

            async def act() -> None:
                one, two = self._twins.document.id, self._twins.other.id
                documents = self._visitor.service.documents
                found = await contrast(documents, self._visitor.workspace, one, two)
                with body:
                    self._metadata([records.get(one), records.get(two)])
                    self._differences(found)

            await self._visitor.guard(act)

        with shown:
            body = ui.element("div").classes("stack")
        shown.on_value_change(compare)

    def _metadata(self, records: Sequence[DocumentRecord | None]) -> None:
        """Show what was given with the documents and differs."""
        one, two = (record.metadata if record else {} for record in records)
        for key in sorted({*one, *two}):
            if one.get(key) != two.get(key):
                with ui.element("div").classes("sides"):
                    for given in (one, two):
                        ui.label(f"{key}: {given.get(key, '–')}").classes("side small")

    def _differences(self, found: Contrast) -> None:
        text = self._visitor.text
        if not found.differences:
            ui.label(text("duplicates.no_difference")).classes("soft small")
        for difference in found.differences:
            with ui.element("div").classes("sides"):
                for pieces in (difference.document, difference.other):
                    words = _marked(pieces) or "–"
                    ui.html(f"… {words} …", sanitize=False).classes("side small differing")
        if found.cut:
            ui.label(text("duplicates.cut")).classes("soft small")


def _marked(pieces: Sequence[Piece]) -> str:
    """Give words as HTML, those that differ as marks; nothing of them is markup."""
    return " ".join(
        f"<mark>{escape(piece.text)}</mark>" if piece.differs else escape(piece.text)
        for piece in pieces
    )
