"""Dialogs: a question before something that cannot be taken back lightly."""

from collections.abc import Callable

from nicegui import ui

from api.pages.frame import heading
from api.pages.texts import Texts


async def confirmed(text: Texts, title: str, hint: str, yes: str) -> bool:
    """Ask, and tell whether the visitor said yes; closing the dialog is a no.

    It belongs to the page: what asks may be drawn anew meanwhile.
    """
    with ui.context.client, ui.dialog() as dialog, ui.card():
        heading(title, 3)
        ui.label(hint).classes("soft")
        with ui.element("div").classes("row").style("align-self: flex-end"):
            no = ui.button(
                text("documents.cancel"), on_click=lambda: dialog.submit(False), color=None
            )
            no.props("flat no-caps").classes("quiet")
            go = ui.button(yes, on_click=lambda: dialog.submit(True), color=None)
            go.props("unelevated no-caps").classes("danger")
    return await answered(dialog)


async def answered(dialog: ui.dialog) -> bool:
    """Open a dialog, wait for its answer, and take it away; with the page it goes by itself."""
    answer = await dialog
    if not dialog.is_deleted:
        dialog.delete()
    return bool(answer)


def quiet_button(words: str, press: Callable[[], object], icon: str | None = None) -> ui.button:
    """Show a button that does one thing among several."""
    button = ui.button(words, on_click=press, icon=icon, color=None)
    return button.props("flat dense no-caps").classes("quiet act")
