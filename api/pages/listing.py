"""Listing: items under each other, filtered and page by page; what is decided leaves its place."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from nicegui import ui

from api.pages.dialogs import quiet_button
from api.pages.frame import APP_PATH
from api.pages.session import Visitor

PAGE = 50
Act = Callable[[], Awaitable[None]]
Item = TypeVar("Item")


@dataclass(slots=True)
class Place(Generic[Item]):
    """Where an item stands on the page; ``gone`` once it was taken off."""

    item: Item
    body: ui.element
    gone: bool = False


class Listing(Generic[Item]):
    """A list that grows by pages.

    ``fetch`` gives a page of the chosen filter past a cursor, and the next cursor; ``show`` puts
    one item on the page; ``choose`` is run when the visitor chose another filter. ``change`` and
    ``back`` touch single items: all others stay where they are.
    """

    def __init__(
        self,
        visitor: Visitor,
        choose: Act,
        fetch: Callable[[str, str | None], Awaitable[tuple[Sequence[Item], str | None]]],
        show: Callable[[Item], None],
    ) -> None:
        self._visitor, self._choose = visitor, choose
        self._fetch, self._show = fetch, show
        self.chosen = ""
        self._cursor: str | None = None
        self._places: list[Place[Item]] = []
        self._chips = ui.element("div").classes("row wrap")
        self._body = ui.element("div").classes("stack")
        with ui.element("div").classes("void") as self._void:
            ui.icon("task_alt")
            self._nothing = ui.label().classes("soft")
        self._more = quiet_button(visitor.text("documents.more"), self._go_on)

    async def restart(self, filters: Mapping[str, str], nothing: str) -> None:
        """Offer filters (words by value, '' is all) and list from the start.

        ``nothing`` is said where there is nothing to list.
        """
        self.offer(filters)
        self._nothing.set_text(nothing)
        self._body.clear()
        self._places, self._cursor = [], None
        await self._grow()

    def offer(self, filters: Mapping[str, str]) -> None:
        """Offer filters, such as with counts of this moment."""
        self._chips.clear()
        with self._chips:
            for value, words in filters.items():
                self._chip(value, words)

    async def change(self, into: Callable[[Item], Item | None]) -> None:
        """Show items anew that become others; those that become None leave the page."""
        for place in self._places:
            item = None if place.gone else into(place.item)
            if item is None:
                self._take_off(place)
            elif item != place.item:
                self._put(place, item)
        if all(place.gone for place in self._places) and self._cursor is not None:
            await self._grow()
        self._tell()

    def back(self, item: Item) -> None:
        """Show an item again that left the page, where it was."""
        for place in self._places:
            if place.gone and place.item == item:
                self._put(place, item)
        self._tell()

    def _put(self, place: Place[Item], item: Item) -> None:
        place.item, place.gone = item, False
        place.body.clear()
        place.body.set_visibility(True)
        with place.body:
            self._show(item)

    def _take_off(self, place: Place[Item]) -> None:
        place.gone = True
        place.body.clear()
        place.body.set_visibility(False)

    def _chip(self, value: str, words: str) -> None:
        async def choose() -> None:
            self.chosen = value
            await self._visitor.guard(self._choose)

        pressed = value == self.chosen
        chip = ui.element("button").classes("chip here" if pressed else "chip")
        chip.props(f"aria-pressed={str(pressed).lower()}").on("click", choose)
        with chip:
            ui.label(words)

    async def _go_on(self) -> None:
        await self._visitor.guard(self._grow)

    async def _grow(self) -> None:
        items, self._cursor = await self._fetch(self.chosen, self._cursor)
        with self._body:
            for item in items:
                self._places.append(Place(item, ui.element("div")))
                self._put(self._places[-1], item)
        self._tell()

    def _tell(self) -> None:
        """Offer more where there is more, and say so where there is nothing."""
        self._more.set_visibility(self._cursor is not None)
        self._void.set_visibility(all(place.gone for place in self._places))


def entry(document: UUID, title: str, detail: str, badge: tuple[str, str] | None) -> ui.element:
    """Show a document with its (words, tone); what is added inside stands below its name."""
    article = ui.element("article").classes("sheet entry")
    with article:
        with ui.element("div").classes("row"):
            ui.link(title, original(document), new_tab=True).classes("name grow")
            if badge:
                words, tone = badge
                ui.label(words).classes(f"badge {tone}")
        if detail != title:
            ui.label(detail).classes("soft small")
    return article


def original(document: UUID) -> str:
    """Give where the original of a document is shown."""
    return f"{APP_PATH}/original/{document}"


def sentence(words: str, hint: str = "") -> None:
    """Show what is to be said of a document, and what follows from it."""
    with ui.element("p").classes("small said"):
        ui.label(words)
        if hint:
            ui.label(hint).classes("soft")
