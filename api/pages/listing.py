"""Listing: documents under each other, filtered and page by page, each with what is to be said."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar
from uuid import UUID

from nicegui import ui

from api.pages.dialogs import quiet_button
from api.pages.frame import APP_PATH
from api.pages.session import Visitor

PAGE = 50
Act = Callable[[], Awaitable[None]]
Item = TypeVar("Item")


class Listing(Generic[Item]):
    """A list that grows by pages.

    ``fetch`` gives a page of the chosen filter past a cursor, and the next cursor; ``show`` puts
    one item on the page; ``choose`` is run when the visitor chose another filter.
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
        self._chosen = ""
        self._cursor: str | None = None
        self._chips = ui.element("div").classes("row wrap")
        self._body = ui.element("div").classes("stack")
        self._more = quiet_button(visitor.text("documents.more"), self._go_on)

    async def restart(self, filters: Mapping[str, str], nothing: str) -> None:
        """Offer filters (words by value, '' is all) and list from the start.

        ``nothing`` is said where there is nothing to list.
        """
        self._chips.clear()
        with self._chips:
            for value, words in filters.items():
                self._chip(value, words)
        self._body.clear()
        self._cursor = None
        if not await self._grow():
            with self._body, ui.element("div").classes("void"):
                ui.icon("task_alt")
                ui.label(nothing).classes("soft")

    def _chip(self, value: str, words: str) -> None:
        async def choose() -> None:
            self._chosen = value
            await self._visitor.guard(self._choose)

        pressed = value == self._chosen
        chip = ui.element("button").classes("chip here" if pressed else "chip")
        chip.props(f"aria-pressed={str(pressed).lower()}").on("click", choose)
        with chip:
            ui.label(words)

    async def _go_on(self) -> None:
        async def grow() -> None:
            await self._grow()

        await self._visitor.guard(grow)

    async def _grow(self) -> bool:
        items, self._cursor = await self._fetch(self._chosen, self._cursor)
        with self._body:
            for item in items:
                self._show(item)
        self._more.set_visibility(self._cursor is not None)
        return bool(items)


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
