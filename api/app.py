"""The application: routes, pages, middleware and handlers put around a Service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from fastapi import FastAPI

from api.middleware import BodyLimit, Gate, RequestContext
from api.pages.frame import APP_PATH
from api.pages.site import add_pages
from api.problems import add_handlers
from api.recent import RecentKeys
from api.routes import (
    configurations,
    documents,
    duplicates,
    evaluations,
    generations,
    intake,
    orders,
    panels,
    people,
    personal,
    quality,
    questions,
    review,
    suites,
    traces,
    trash,
)
from api.routes import service as service_routes
from api.schemas import Problem
from api.service import Service

PUBLIC = frozenset({"/", "/health/live"})
UPLOADS = "/v1/documents"
ROOMS = (
    documents,
    orders,
    duplicates,
    questions,
    panels,
    generations,
    configurations,
    evaluations,
    suites,
    traces,
    quality,
    review,
    trash,
    people,
    personal,
    intake,
    service_routes,
)
DESCRIPTION = (
    "Every document complete and searchable in PostgreSQL and in Neo4j at once. Send your key as "
    "'Authorization: Bearer KEY'. Readers ask, editors also write documents, administrators also "
    "manage keys, panels and generations. Failures are RFC 9457 problems with a stable code and a "
    "remedy."
)


def create_app(service: Service) -> FastAPI:
    """Make the application; nothing is opened before its lifespan starts.

    Keys that were seen lately go on reading while the catalog does not answer.
    """
    service = replace(service, people=RecentKeys(service.people))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        try:
            yield
        finally:
            await service.stop()

    app = FastAPI(
        title="Diptych",
        version=service.version,
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,
        redirect_slashes=False,
        responses={
            "4XX": {"model": Problem, "description": "A problem, as application/problem+json."},
            422: {"model": Problem, "description": "The request has not the right form."},
        },
    )
    app.state.service = service
    for room in ROOMS:
        app.include_router(room.router)
    add_handlers(app)
    if service.pages is not None:
        add_pages(app, service, service.pages)
    _add_middleware(app, service)
    return app


def is_page(path: str) -> bool:
    """Tell whether a path belongs to the pages, which have their own sign-in."""
    return path == APP_PATH or path.startswith(f"{APP_PATH}/")


def _add_middleware(app: FastAPI, service: Service) -> None:
    """Put the layers around the routes; the last added is the outermost."""
    has_pages = service.pages is not None
    app.add_middleware(
        BodyLimit,
        upload_limit=service.max_upload_bytes,
        is_upload=lambda path: path == UPLOADS or is_page(path),
    )
    app.add_middleware(
        Gate,
        people=service.people,
        is_public=lambda path: path in PUBLIC or (has_pages and is_page(path)),
        instead={"/docs": f"{APP_PATH}/reference"} if has_pages else {},
    )
    app.add_middleware(RequestContext)
