"""The site: puts the pages into the application, below one path."""

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from nicegui import ui
from nicegui.storage import Storage
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.pages.ask import add_ask
from api.pages.documents import add_documents
from api.pages.duplicates import add_duplicates
from api.pages.evaluations import add_evaluations
from api.pages.frame import APP_PATH, LOGO
from api.pages.intake import add_intake
from api.pages.original import add_original
from api.pages.personal import add_personal
from api.pages.quality import add_quality
from api.pages.reference import add_reference
from api.pages.review import add_review
from api.pages.signin import add_sign_in
from api.pages.status import add_status
from api.pages.suites import add_suites
from api.pages.trash import add_trash
from api.service import PagesSettings, Service

SESSION_S = 14 * 24 * 3600
RECONNECT_S = 10.0
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self' ws: wss:; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""The pages ask nothing of any other host; the framework compiles its templates in the browser."""


def add_pages(app: FastAPI, service: Service, settings: PagesSettings) -> None:
    """Serve the pages below APP_PATH.

    The framework keeps one site per process: the service given last is the one that is shown.
    """
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    Storage.path = settings.folder
    add_sign_in(service)
    add_ask(service)
    add_documents(service)
    add_duplicates(service)
    add_trash(service)
    add_intake(service)
    add_review(service)
    add_quality(service)
    add_personal(service)
    add_status(service)
    add_suites(service)
    add_evaluations(service)
    add_original(service)
    add_reference(service, app.openapi)

    @app.get(APP_PATH, include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse(f"{APP_PATH}/")

    ui.run_with(
        app,
        title="Diptych",
        favicon=LOGO,
        mount_path=APP_PATH,
        storage_secret=settings.secret,
        session_middleware_kwargs={"max_age": SESSION_S, "same_site": "lax"},
        reconnect_timeout=RECONNECT_S,
        tailwind=False,
        show_welcome_message=False,
    )
    app.add_middleware(PagePolicy)


class PagePolicy:
    """Tells the browser to ask no other host for anything, and to let nobody frame the pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("Content-Security-Policy", POLICY)
            await send(message)

        await self._app(scope, receive, with_policy)
