"""Status: the panels, what they have to catch up with, who works, and how many documents."""

from collections.abc import Sequence

from nicegui import ui

from api.pages.figures import number
from api.pages.frame import add_page, heading, keep_fresh, titled
from api.pages.policy import PolicyCard, parity_card
from api.pages.session import Visitor
from api.service import Service
from api.standing import Standing, remembered, standing
from contracts.errors import Unavailable
from contracts.nouns import PanelHealth
from contracts.people import Role
from contracts.policy import PanelRecord, PanelStanding, ParityNote, Stage
from contracts.record import VersionState
from retrieval.switching import stage_of

REFRESH_S = 3.0
SHOWN_STATES = (
    VersionState.LIVE,
    VersionState.PROCESSING,
    VersionState.ACCEPTED,
    VersionState.QUARANTINED,
    VersionState.CANCELLED,
)


def add_status(service: Service) -> None:
    """Serve the page of the service's state."""

    async def build(visitor: Visitor) -> None:
        await keep_fresh(StatusPage(visitor).refresh, REFRESH_S)

    add_page(service, "/status", "nav.status", build)


class StatusPage:
    """The state of the service, looked at again and again."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        with titled(visitor.text, "status"):
            self._body = ui.element("div").classes("stack")

    async def refresh(self) -> None:
        """Ask every part, and show what they say."""
        visitor = self._visitor
        found = await standing(visitor.service)
        counts: dict[VersionState, int] = {}
        if found.catalog:
            try:
                await visitor.confirm(Role.READER)
                counts = dict(await visitor.service.documents.counts(visitor.workspace))
            except Unavailable:
                counts = {}
        notes = await remembered(visitor.service)
        self._body.clear()
        with self._body:
            self._show(found, counts, notes)

    def _show(
        self, found: Standing, counts: dict[VersionState, int], notes: Sequence[ParityNote]
    ) -> None:
        text = self._visitor.text
        if not found.catalog:
            ui.label(text("status.catalog_down")).classes("problem")
        elif not found.workers:
            ui.label(text("status.no_workers")).classes("notice")
        with ui.element("div").classes("cards"):
            for health in found.panels.values():
                backlog = found.backlog.get(health.panel, 0) if found.backlog is not None else None
                self._panel(health, backlog, found.record(health.panel))
        with ui.element("div").classes("cards"):
            PolicyCard(self._visitor)
            parity_card(self._visitor.text, notes)
        heading(text("status.counts"), 2)
        with ui.element("div").classes("figures"):
            for state in SHOWN_STATES:
                self._figure(f"state.{state}", counts.get(state, 0) if found.catalog else None)
        with ui.element("div").classes("cards"):
            self._figure("status.workers", found.workers)
            self._figure("status.waiting", found.waiting)
            self._model()

    def _panel(self, health: PanelHealth, backlog: int | None, record: PanelRecord | None) -> None:
        text = self._visitor.text
        key, tone = "ready", "good"
        if record is not None and record.standing is not PanelStanding.SERVING:
            key, tone = str(record.standing), "wait"
        elif not health.ready:
            key, tone = "down", "bad"
        elif backlog:
            key, tone = "behind", "wait"
        with ui.element("div").classes(f"sheet card {health.panel}"):
            with ui.element("div").classes("row wrap"):
                ui.label(text(f"panel.{health.panel}")).style("font-weight: 650; font-size: 1.1rem")
                ui.element("div").classes("grow")
                ui.label(text(f"status.{key}")).classes(f"badge {tone}")
            ui.label(text(f"panel.{health.panel}_hint")).classes("soft small")
            why = "" if health.ready else health.detail
            ui.label(" · ".join(filter(None, (health.version, why)))).classes("small")
            if record is not None:
                ui.label(_progress(self._visitor, record)).classes("small")
            ui.label("–" if backlog is None else number(backlog, text)).classes("figure")
            ui.label(text("status.backlog")).classes("soft small")

    def _figure(self, key: str, value: int | None) -> None:
        text = self._visitor.text
        with ui.element("div").classes("sheet card"):
            ui.label("–" if value is None else number(value, text)).classes("figure")
            ui.label(text(key)).classes("soft small")

    def _model(self) -> None:
        text, generation = self._visitor.text, self._visitor.service.plans().generation
        with ui.element("div").classes("sheet card"):
            ui.label(generation.model).style("font-weight: 600")
            ui.label(
                text(
                    "status.generation",
                    number=generation.number,
                    dimension=generation.dimension,
                    chunker=generation.chunker,
                )
            ).classes("soft small")
            ui.label(text("status.model")).classes("soft small")


def _progress(visitor: Visitor, record: PanelRecord) -> str:
    """Say how far a panel is on its way to serve alone."""
    stage = stage_of(record, visitor.service.plans().policy(visitor.workspace))
    words = visitor.text(f"way.{stage}")
    if stage is Stage.BACKFILL:
        reached, wanted = number(record.reached, visitor.text), number(record.wanted, visitor.text)
        words += f" · {reached} / {wanted}"
    return words
