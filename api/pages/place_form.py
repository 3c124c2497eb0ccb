"""Place form: add a folder, a mailbox or a bucket; passwords and keys are never asked for here."""

from typing import Any

from nicegui import ui

from api.pages.dialogs import answered
from api.pages.frame import heading, main_button
from api.pages.session import Visitor
from contracts.errors import DiptychError, Unauthenticated
from contracts.intake import PlaceKind, Wish

EVERY = {30: "30 s", 60: "1 min", 300: "5 min", 900: "15 min", 3600: "1 h", 86400: "24 h"}
EXAMPLES = {
    PlaceKind.FOLDER: "/srv/scans",
    PlaceKind.MAILBOX: "imaps://user@mail.example.org/INBOX",
    PlaceKind.BUCKET: "s3://bucket/prefix",
}
OWN = {
    PlaceKind.FOLDER: ("move_to",),
    PlaceKind.MAILBOX: ("mark_seen",),
    PlaceKind.BUCKET: ("endpoint", "region", "anonymous"),
}
"""Options that only one kind has."""


class PlaceForm:
    """A dialog that stays open until the place is added or the visitor leaves it."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._fields: dict[str, Any] = {}

    async def ask(self) -> bool:
        """Ask, and tell whether a place was added."""
        text = self._visitor.text
        spaces = await self._visitor.service.people.workspaces()
        kinds = [
            kind
            for kind in PlaceKind
            if kind is not PlaceKind.FOLDER or self._visitor.service.intake.folders
        ]
        with ui.dialog() as dialog, ui.card().classes("place-form"):
            heading(text("intake.add"), 3)
            if PlaceKind.FOLDER not in kinds:
                ui.label(text("intake.no_folders")).classes("notice")
            self._common(kinds, spaces)
            for name in ("move_to", "endpoint", "region"):
                self._fields[name] = ui.input(text(f"intake.{name}")).props("outlined dense")
            for name in ("mark_seen", "anonymous", "mirror"):
                self._fields[name] = ui.checkbox(text(f"intake.{name}"))
            self._secrets = ui.label().classes("soft small")
            self._problem = ui.label().classes("problem").props("role=alert")
            self._problem.set_visibility(False)
            with ui.element("div").classes("row").style("align-self: flex-end"):
                leave = ui.button(text("documents.cancel"), color=None)
                leave.on_click(lambda: dialog.submit(False)).props("flat no-caps").classes("quiet")
                main_button(text("intake.save"), lambda: self._save(dialog))
        self._fit()
        return await answered(dialog)

    def _common(self, kinds: list[PlaceKind], spaces: list[str]) -> None:
        """Show what all kinds have."""
        text, fields = self._visitor.text, self._fields
        names = {kind: text(f"intake.{kind}") for kind in kinds}
        fields["kind"] = ui.select(names, label=text("intake.kind"), value=kinds[0])
        fields["address"] = ui.input(text("intake.address"))
        fields["name"] = ui.input(text("intake.name"))
        fields["workspace"] = ui.select(
            spaces, label=text("nav.workspace"), value=self._visitor.workspace
        )
        fields["every_s"] = ui.select(EVERY, label=text("intake.how_often"), value=60)
        for field in fields.values():
            field.props("outlined dense options-dense")
        fields["kind"].on_value_change(self._fit)
        fields["name"].on_value_change(self._fit)

    def _fit(self) -> None:
        """Show only what the chosen kind has, and where its secrets are read from."""
        text, kind = self._visitor.text, PlaceKind(self._fields["kind"].value)
        self._fields["address"].props(f'placeholder="{EXAMPLES[kind]}" stack-label')
        for owner, names in OWN.items():
            for name in names:
                self._fields[name].set_visibility(owner is kind)
        name = (self._fields["name"].value or "").strip() or "name"
        variables = self._visitor.service.intake.variables(kind, name)
        self._secrets.set_text(text("intake.secrets", variables=", ".join(variables)))
        self._secrets.set_visibility(bool(variables))

    async def _save(self, dialog: ui.dialog) -> None:
        visitor = self._visitor
        wish = self._wish()
        try:
            await visitor.confirm_operates()
            place, is_new = await visitor.service.intake.add(wish)
        except Unauthenticated:
            dialog.submit(False)
            return
        except DiptychError as error:
            self._problem.set_text(visitor.text.problem(error))
            self._problem.set_visibility(True)
            return
        key = "intake.added" if is_new else "intake.known"
        ui.notify(visitor.text(key, name=place.name), type="positive" if is_new else "info")
        dialog.submit(True)

    def _wish(self) -> Wish:
        given = {name: field.value for name, field in self._fields.items()}
        kind = PlaceKind(given["kind"])
        options = {name: given[name] for name in OWN[kind] if given[name]}
        return Wish(
            kind,
            (given["address"] or "").strip(),
            (given["name"] or "").strip() or None,
            given["workspace"],
            float(given["every_s"]),
            bool(given["mirror"]),
            options,
        )
