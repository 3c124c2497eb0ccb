"""Expectations: what a workspace expects of its documents' texts, shown to all, set by admins."""

from collections.abc import Iterator
from typing import Any

from nicegui import ui

from api.pages.dialogs import answered, quiet_button
from api.pages.figures import figure, number
from api.pages.frame import heading, main_button
from api.pages.listing import Act
from api.pages.session import Visitor
from contracts.errors import DiptychError
from contracts.nouns import LANGUAGES, UNDETERMINED
from contracts.people import Role
from contracts.quality import BOUNDS, Expectations

SHARES = ("max_unknown_words", "min_ocr_confidence")
"""Bounds that people give in percent."""
PERCENT = 100


class ExpectationsCard:
    """What is expected now; ``changed`` is run when it was set anew."""

    def __init__(self, visitor: Visitor, changed: Act) -> None:
        self._visitor = visitor
        self._changed = changed
        with ui.element("div").classes("sheet card expected") as self._card:
            pass

    async def load(self) -> None:
        """Show what is expected at this moment."""
        visitor, text = self._visitor, self._visitor.text
        standards = await visitor.service.quality.assessments.standards([visitor.workspace])
        now = standards.expectations.get(visitor.workspace, Expectations())
        self._card.clear()
        with self._card:
            with ui.element("div").classes("row wrap"):
                heading(text("expectations.title"), 2)
                ui.element("div").classes("grow")
                if visitor.may(Role.ADMIN):
                    quiet_button(text("expectations.change"), lambda: self._change(now), "tune")
            ui.label(text("expectations.hint")).classes("soft small")
            ui.label(" · ".join(self._told(now)) or text("expectations.nothing"))

    def _told(self, now: Expectations) -> Iterator[str]:
        text = self._visitor.text
        if now.languages:
            names = ", ".join(text(f"expectations.{one}") for one in now.languages)
            yield text("expectations.told", name=text("expectations.languages"), value=names)
        for name in BOUNDS:
            value: float | None = getattr(now, name)
            if value is not None:
                shown = figure(name, value, text) if name in SHARES else number(value, text)
                yield text("expectations.told", name=text(f"expectations.{name}"), value=shown)

    async def _change(self, now: Expectations) -> None:
        if await ExpectationsForm(self._visitor, now).ask():
            await self._visitor.guard(self._changed)


class ExpectationsForm:
    """A dialog that stays open until what it holds is set, or the visitor leaves it."""

    def __init__(self, visitor: Visitor, now: Expectations) -> None:
        self._visitor = visitor
        self._now = now
        self._bounds: dict[str, ui.number] = {}

    async def ask(self) -> bool:
        """Ask, and tell whether something was set."""
        text = self._visitor.text
        names = {one: text(f"expectations.{one}") for one in LANGUAGES if one != UNDETERMINED}
        with ui.context.client, ui.dialog() as dialog, ui.card().classes("place-form"):
            heading(text("expectations.title"), 3)
            ui.label(text("expectations.empty")).classes("soft small")
            self._languages: Any = ui.select(
                names,
                label=text("expectations.languages"),
                value=list(self._now.languages),
                multiple=True,
                clearable=True,
            ).props("outlined dense options-dense use-chips")
            for name, most in BOUNDS.items():
                self._bounds[name] = self._bound(name, most)
            self._problem = ui.label().classes("problem").props("role=alert")
            self._problem.set_visibility(False)
            with ui.element("div").classes("row").style("align-self: flex-end"):
                quiet_button(text("documents.cancel"), lambda: dialog.submit(False))
                main_button(text("expectations.save"), lambda: self._save(dialog))
        return await answered(dialog)

    def _bound(self, name: str, most: float) -> ui.number:
        """Ask for a number that may be left out, and say at once where it cannot be."""
        text, now = self._visitor.text, getattr(self._now, name)
        unit = PERCENT if name in SHARES else 1
        words = text("expectations.range", most=number(unit * most, text))
        field = ui.number(
            text(f"expectations.{name}"),
            value=None if now is None else round(unit * now, 6),
            validation={words: lambda value: value is None or 0 <= value <= unit * most},
        ).props("outlined dense clearable step=any hide-bottom-space")
        return field.props("suffix=%") if name in SHARES else field

    async def _save(self, dialog: ui.dialog) -> None:
        if not all(field.validate() for field in self._bounds.values()):
            return
        visitor = self._visitor

        async def save() -> None:
            await visitor.confirm(Role.ADMIN)
            expect, name = visitor.service.quality.renewal.expect, visitor.identity.name
            try:
                changed = await expect(visitor.workspace, self._wanted(), name)
            except DiptychError as error:
                self._problem.set_text(visitor.text.problem(error))
                self._problem.set_visibility(True)
                return
            ui.notify(visitor.text("expectations.saved", count=changed), type="positive")
            dialog.submit(True)

        await visitor.guard(save)

    def _wanted(self) -> Expectations:
        bounds = {
            name: None if field.value is None else field.value / (PERCENT if name in SHARES else 1)
            for name, field in self._bounds.items()
        }
        return Expectations(tuple(self._languages.value or ()), **bounds)
