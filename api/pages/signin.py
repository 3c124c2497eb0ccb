"""Sign in: a key opens the pages; it stays in the session on the server."""

from nicegui import ui

from api.pages import session
from api.pages.frame import LOGO, dress, main_button
from api.service import Service
from contracts.errors import DiptychError, Unauthenticated


def add_sign_in(service: Service) -> None:
    """Serve the page in front of all others."""

    @ui.page(session.SIGN_IN)
    async def shown() -> None:
        text = dress("signin.title")

        async def enter() -> None:
            try:
                await session.sign_in(service, key.value or "")
            except Unauthenticated:
                refused(text("signin.wrong"))
            except DiptychError as error:
                refused(text.problem(error))
            else:
                ui.navigate.to("/")

        def refused(words: str) -> None:
            problem.set_text(words)
            problem.set_visibility(True)

        with ui.element("div").classes("door"), ui.element("div").classes("sheet"):
            with ui.element("div").classes("row"):
                ui.html(LOGO, sanitize=False).classes("row")
                ui.label("Diptych").style("font-weight: 700; font-size: 1.35rem")
            ui.label(text("signin.tagline")).classes("soft")
            key = ui.input(text("signin.key"), password=True, password_toggle_button=True)
            key.props('outlined autofocus autocomplete="current-password"')
            key.on("keydown.enter", enter)
            problem = ui.label().classes("problem").props("role=alert")
            problem.set_visibility(False)
            main_button(text("signin.button"), enter)
            ui.label(text("signin.hint")).classes("soft small")
