"""The service itself: health, metrics, and the reference of this interface."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import Reader, Services
from api.reference import reference_page
from api.schemas import PanelReady, ReadyAnswer
from api.standing import standing

router = APIRouter()


@router.get("/health/live", tags=["health"])
async def live() -> dict[str, str]:
    """Tell that the process answers; the one route that needs no key."""
    return {"status": "alive"}


@router.get("/health/ready", tags=["health"])
async def ready(_: Reader, service: Services, response: Response) -> ReadyAnswer:
    """Tell whether questions can be answered: 503 without any panel that serves."""
    found = await standing(service)
    response.status_code = 200 if found.can_serve else 503
    status = "ready" if found.whole else "degraded" if found.can_serve else "unavailable"
    panels = [
        PanelReady(name=name, ready=one.ready, serving=name in found.serving, detail=one.detail)
        for name, one in found.panels.items()
    ]
    return ReadyAnswer(
        status=status,
        catalog=found.catalog,
        writes=found.catalog,
        panels=panels,
        workers=found.workers,
        waiting=found.waiting,
    )


@router.get("/metrics", tags=["health"], response_class=Response)
async def metrics(_: Reader, service: Services) -> Response:
    """Give the metrics in Prometheus' text format."""
    body, media_type = service.metrics_text()
    return Response(body, headers={"Content-Type": media_type})


@router.get("/openapi.json", include_in_schema=False)
async def openapi(_: Reader, request: Request) -> dict[str, Any]:
    """Give the machine-readable description of this interface."""
    description: dict[str, Any] = request.app.openapi()
    return description


@router.get("/docs", include_in_schema=False, response_class=HTMLResponse)
async def docs(_: Reader, request: Request) -> HTMLResponse:
    """Give the same for people, without any outside asset."""
    return HTMLResponse(reference_page(request.app.openapi()))


@router.get("/", include_in_schema=False)
async def root(service: Services) -> Response:
    """Lead a browser to the pages, if there are any."""
    if service.pages is None:
        return RedirectResponse("/docs")
    return RedirectResponse("/app/")
