"""Evaluations: the runs there are, and two of them compared; for whoever operates the service."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi.responses import RedirectResponse, Response
from nicegui import app, ui

from api import evaluations
from api.access import permit, whole
from api.evaluation_schemas import RunRow
from api.pages import session
from api.pages.frame import APP_PATH, add_page, heading, main_button
from api.pages.session import SIGN_IN, Visitor
from api.pages.texts import Texts
from api.service import Service
from contracts.people import Role
from eval.comparing import PRIMARY, Line, Pairing

PATH = "/evaluations"
REPORT = f"{PATH}/report"
PAGE = 20
CHANGED = 10
TWO = 2


def add_evaluations(service: Service) -> None:
    """Serve the page of runs, and the reports that it links to."""

    async def build(visitor: Visitor) -> None:
        await EvaluationsPage(visitor).build()

    add_page(service, PATH, "nav.evaluations", build)
    app.remove_route(REPORT)

    @app.get(REPORT, include_in_schema=False)
    async def shown(first: str, second: str) -> Response:
        found = await session.holder(service)
        if found is None:
            return RedirectResponse(f"{APP_PATH}{SIGN_IN}")
        permit(found.identity, Role.ADMIN)
        whole(found.identity)
        return await evaluations.reported(service, (first, second), PRIMARY)


class EvaluationsPage:
    """One visitor's view of the runs."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._rows: list[dict[str, str]] = []
        self._before: UUID | None = None

    async def build(self) -> None:
        """Lay the page out, and list the latest runs."""
        text = self._visitor.text
        with ui.element("div").classes("stack"):
            heading(text("evaluations.title"), 1)
            if not self._visitor.operates:
                ui.label(text("evaluations.not_yours")).classes("notice")
                return
            ui.label(text("evaluations.hint")).classes("soft")
            self._table = _table(text, _run_columns(text), selection="multiple")
            self._table.on_select(self._chosen)
            self._empty = ui.label(text("evaluations.empty")).classes("void soft")
            with ui.element("div").classes("row wrap"):
                self._compare = main_button(text("evaluations.compare"), self._show)
                self._more = ui.button(text("documents.more"), on_click=self._list, color=None)
                self._more.props("flat no-caps").classes("quiet")
            self._result = ui.element("div").classes("stack")
        self._chosen()
        await self._list()

    async def _list(self) -> None:
        await self._visitor.guard(self._load)

    async def _load(self) -> None:
        visitor = self._visitor
        await visitor.confirm_operates()
        page = await evaluations.listed(visitor.service, PRIMARY, PAGE, self._before)
        self._rows += [_run_row(row, visitor.text) for row in page.runs]
        self._before = page.cursor
        self._table.rows = self._rows
        self._table.set_visibility(bool(self._rows))
        self._empty.set_visibility(not self._rows)
        self._more.set_visibility(page.cursor is not None)

    def _chosen(self) -> None:
        self._compare.set_enabled(len(self._table.selected) == TWO)

    async def _show(self) -> None:
        await self._visitor.guard(self._load_comparison)

    async def _load_comparison(self) -> None:
        """Compare the newer of the chosen runs with the older."""
        visitor = self._visitor
        await visitor.confirm_operates()
        chosen = sorted(self._table.selected, key=lambda row: str(row["begun"]))
        ids = [str(row["id"]) for row in chosen]
        (pairing,) = await evaluations.compared(visitor.service, ids, PRIMARY)
        self._result.clear()
        with self._result:
            _show_pairing(pairing, visitor.text)
            query = urlencode({"first": ids[0], "second": ids[1]})
            ui.link(visitor.text("evaluations.report"), f"{REPORT}?{query}", new_tab=True)


def _show_pairing(pairing: Pairing, text: Texts) -> None:
    line = pairing.lines[0]
    verdict = f"evaluations.says_{line.verdict.name.lower()}"
    heading(text(verdict, first=pairing.first, second=pairing.second), 3)
    figures = {name: value for name, value in _line_row(line, text).items() if name != "verdict"}
    effect = line.effect
    ui.label(
        text("evaluations.figures", **figures, questions=effect.questions, documents=effect.groups)
    )
    for note in pairing.notes:
        ui.label(note).classes("notice")
    _table(text, _line_columns(text), [_line_row(one, text) for one in pairing.lines])
    if pairing.changed:
        heading(text("evaluations.changed", count=pairing.changed_count), 2)
        _table(text, _changed_columns(text), _changed_rows(pairing))


def _table(
    text: Texts,
    columns: Sequence[tuple[str, str, str]],
    rows: Sequence[dict[str, str]] = (),
    selection: Any = None,
) -> ui.table:
    """Show rows by columns (field, label, alignment); values are shown as text."""
    told = [
        {"name": name, "field": name, "label": label, "align": align}
        for name, label, align in columns
    ]
    table = ui.table(columns=told, rows=list(rows), row_key="id", selection=selection)
    table.props("flat hide-pagination hide-selected-banner :rows-per-page-options='[0]'")
    table.props(f'no-data-label="{text("evaluations.empty")}"')
    return table.classes("docs figured")


def _run_columns(text: Texts) -> list[tuple[str, str, str]]:
    told = [(name, text(f"evaluations.{name}"), "left") for name in ("suite", "panel", "settings")]
    times = [(name, text(f"evaluations.{name}"), "left") for name in ("begun", "state")]
    return [*told, ("value", PRIMARY, "right"), *times]


def _run_row(row: RunRow, text: Texts) -> dict[str, str]:
    done = text("evaluations.finished")
    return {
        "id": str(row.id),
        "suite": row.suite,
        "panel": text(f"panel.{row.mode}"),
        "settings": ", ".join(f"{key}={value}" for key, value in row.settings.items()),
        "value": "–" if row.value is None else f"{row.value:.4f}",
        "begun": f"{row.begun.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "state": done if row.complete else f"{row.done} / {row.questions}",
    }


def _line_columns(text: Texts) -> list[tuple[str, str, str]]:
    names = ("first", "second", "difference", "interval", "p")
    figures = [(name, text(f"evaluations.{name}"), "right") for name in names]
    metric = ("metric", text("evaluations.metric"), "left")
    return [metric, *figures, ("verdict", text("evaluations.verdict"), "left")]


def _line_row(line: Line, text: Texts) -> dict[str, str]:
    effect = line.effect
    return {
        "id": line.metric,
        "metric": line.metric,
        "first": f"{line.first:.4f}",
        "second": f"{line.second:.4f}",
        "difference": f"{effect.mean:+.4f}".replace("-", "−"),
        "interval": f"[{effect.low:+.4f}, {effect.high:+.4f}]".replace("-", "−"),
        "p": f"{line.p:.4f}",
        "verdict": text(f"evaluations.{line.verdict.name.lower()}"),
    }


def _changed_columns(text: Texts) -> list[tuple[str, str, str]]:
    names = (("question", "left"), ("first", "right"), ("second", "right"))
    return [(name, text(f"evaluations.{name}"), align) for name, align in names]


def _changed_rows(pairing: Pairing) -> list[dict[str, str]]:
    return [
        {
            "id": one.question,
            "question": one.text,
            "first": f"{one.first:.4f}",
            "second": f"{one.second:.4f}",
        }
        for one in pairing.changed[:CHANGED]
    ]
