"""Frame: what every page has around it: style, header, language, theme, who is signed in."""

from collections.abc import Awaitable, Callable, Iterable
from html import escape
from pathlib import Path

from fastapi.responses import RedirectResponse
from nicegui import app, ui

from api.pages import session
from api.pages.places import Group, Place, groups
from api.pages.session import SIGN_IN, Visitor
from api.pages.texts import LANGUAGES, Texts, texts
from api.service import Service
from contracts.errors import DiptychError, Unavailable

APP_PATH = "/app"
BUILD_S = 30.0
"""How long a page may take: at the framework's own 3 s a busy machine shows a bare error."""
STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24">'
    '<rect x="2" y="3" width="9" height="18" rx="2.5" fill="#0b7f76"/>'
    '<rect x="13" y="3" width="9" height="18" rx="2.5" fill="#7a3fc4"/></svg>'
)

Build = Callable[[Visitor], Awaitable[None]]


def add_page(service: Service, path: str, key: str, build: Build) -> None:
    """Serve a page to those who are signed in; others are led to the sign-in."""

    @ui.page(path, response_timeout=BUILD_S)
    async def shown() -> RedirectResponse | None:
        text = dress(key)
        try:
            visitor = await session.visit(service)
            if visitor is None:
                return RedirectResponse(f"{APP_PATH}{SIGN_IN}")
            spaces = await _workspaces(visitor)
        except DiptychError as error:
            _trouble(text, error)
            return None
        _header(visitor, path, spaces)
        with ui.element("div").classes("page"):
            _beside(visitor, path)
            await build(visitor)
        return None


def dress(key: str) -> Texts:
    """Give a page its style, theme and title; returns the visitor's words."""
    text = session.words()
    ui.add_css(STYLE)
    ui.page_title(f"{text(key)} · Diptych")
    ui.add_head_html(f"<script>document.documentElement.lang = '{text.language}'</script>")
    ui.dark_mode(app.storage.user.get("dark"))
    return text


def heading(words: str, level: int) -> ui.html:
    """Show a heading that assistive programs know as one."""
    return ui.html(escape(words), sanitize=False, tag=f"h{level}")


def titled(text: Texts, page: str, hint: str | None = None) -> ui.element:
    """Show the title of a page, and the hint that there is or is given; the rest goes inside."""
    words = text.known(f"{page}.hint", "") if hint is None else hint
    with ui.element("div").classes("stack") as body:
        heading(text(f"{page}.title"), 1)
        if words:
            ui.label(words).classes("soft")
    return body


async def keep_fresh(refresh: Callable[[], Awaitable[None]], every_s: float) -> None:
    """Show what there is now, and again and again while the page is open."""
    await refresh()
    ui.timer(every_s, refresh)


def main_button(words: str, press: Callable[[], object]) -> ui.button:
    """Show the one button of a page that does what the page is for."""
    button = ui.button(words, on_click=press, color=None)
    return button.props("unelevated no-caps").classes("main")


async def _workspaces(visitor: Visitor) -> list[str]:
    """Give what the visitor may choose among: nothing for a key that is bound to one."""
    if visitor.identity.workspace is not None:
        return []
    try:
        return await visitor.service.people.workspaces()
    except Unavailable:  # the page stays where it is while the catalog does not answer
        return []


def _header(visitor: Visitor, path: str, spaces: list[str]) -> None:
    text = visitor.text
    with ui.element("header").classes("bar"), ui.element("div"):
        with ui.link(target="/").classes("brand"):
            ui.html(LOGO, sanitize=False).classes("row")
            ui.label("Diptych")
        with ui.element("nav").classes("row tabs"):
            _links(visitor, path, groups(visitor))
        ui.element("div").classes("grow")
        if spaces:
            _workspace_menu(visitor, spaces)
        _language_menu(text)
        _theme_button(text)
        _account_menu(visitor)


def _beside(visitor: Visitor, path: str) -> None:
    """Lead to the other places of the page's group, where there are any."""
    for group in groups(visitor):
        if group.holds(path) and len(group.places) > 1:
            with ui.element("nav").classes("row tabs beside"):
                _links(visitor, path, group.places)


def _links(visitor: Visitor, path: str, targets: Iterable[Group | Place]) -> None:
    for one in targets:
        link = ui.link(visitor.text(one.key), one.target).classes("tab")
        if one.holds(path):
            link.classes("here").props("aria-current=page")


def _workspace_menu(visitor: Visitor, spaces: list[str]) -> None:
    with _icon_button("layers", visitor.text("nav.workspace")).props(f"label={visitor.workspace}"):
        with ui.menu():
            for name in spaces:
                ui.menu_item(name, lambda name=name: _keep("workspace", name))


def _language_menu(text: Texts) -> None:
    with _icon_button("translate", text("nav.language")), ui.menu():
        for language in LANGUAGES:
            name = texts(language)("language")
            ui.menu_item(name, lambda language=language: _keep("language", language))


def _theme_button(text: Texts) -> None:
    async def turn() -> None:
        dark = await ui.run_javascript("document.body.classList.contains('body--dark')")
        app.storage.user["dark"] = not dark
        ui.dark_mode(not dark)

    _icon_button("contrast", text("nav.theme")).on_click(turn)


def _account_menu(visitor: Visitor) -> None:
    text = visitor.text
    with _icon_button("account_circle", text("nav.account")), ui.menu():
        with ui.element("div").style("padding: 0.7rem 1rem"):
            ui.label(visitor.identity.name).style("font-weight: 600")
            role = text(f"role.{visitor.identity.role}")
            ui.label(f"{role} · {visitor.workspace}").classes("soft small")
        ui.separator()
        ui.menu_item(text("nav.reference"), lambda: ui.navigate.to("/reference"))
        ui.menu_item(text("nav.sign_out"), session.sign_out)


def _icon_button(icon: str, label: str) -> ui.button:
    button = ui.button(icon=icon, color=None).props(f'flat dense no-caps aria-label="{label}"')
    return button.classes("quiet").tooltip(label)


def _keep(name: str, value: str) -> None:
    app.storage.user[name] = value
    ui.navigate.reload()


def _trouble(text: Texts, error: DiptychError) -> None:
    """Say in words why there is no page, when even the record of people does not answer."""
    with ui.element("div").classes("door"), ui.element("div").classes("sheet"):
        heading(text("trouble.title"), 1)
        ui.label(text.problem(error)).classes("problem")
        main_button(text("trouble.again"), ui.navigate.reload)
