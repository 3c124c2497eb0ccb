"""Reference: the description of the interface, for those who are signed in."""

from collections.abc import Callable

from nicegui import ui

from api.pages.frame import add_page, heading
from api.pages.session import Visitor
from api.reference import Spec, reference_body
from api.service import Service


def add_reference(service: Service, spec: Callable[[], Spec]) -> None:
    """Serve the same reference as ``/docs``, inside the pages."""

    async def build(visitor: Visitor) -> None:
        heading(visitor.text("nav.reference"), 1)
        ui.html(reference_body(spec()), sanitize=False).classes("reference")

    add_page(service, "/reference", "nav.reference", build)
