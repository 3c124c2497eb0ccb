"""Original: the bytes of a document for a signed-in browser, shown in place where harmless."""

from uuid import UUID

from fastapi.responses import RedirectResponse, Response
from nicegui import app

from api.files import original
from api.pages import session
from api.pages.frame import APP_PATH
from api.service import Service

PATH = "/original/{document}"


def add_original(service: Service) -> None:
    """Serve originals to the session's workspace."""
    app.remove_route(PATH)

    @app.get(PATH, include_in_schema=False)
    async def shown(document: UUID) -> Response:
        found = await session.holder(service)
        if found is None:
            return RedirectResponse(f"{APP_PATH}{session.SIGN_IN}")
        return await original(service, found.workspace, document, may_show=True)
