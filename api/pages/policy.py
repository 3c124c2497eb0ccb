"""Policy on the status page: who serves reads, a switch of it, and whether the panels are equal."""

from collections.abc import Sequence

from nicegui import ui

from api.access import whose_policy
from api.pages.session import Visitor
from api.pages.texts import Texts
from contracts.nouns import PanelName, ReadMode
from contracts.people import Role
from contracts.policy import ParityNote
from retrieval.switching import Step


class PolicyCard:
    """Who serves reads in the visitor's workspace; administrators may switch, or go back."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        text, policy = visitor.text, visitor.service.plans().policy(visitor.workspace)
        with ui.element("div").classes("sheet card"):
            ui.label(text(f"panel.{policy.primary}")).style("font-weight: 600")
            if (trial := policy.trial) is not None:
                panel, stage = text(f"panel.{trial.candidate}"), text(f"way.{trial.stage}")
                ui.label(f"{panel}: {stage} · {trial.share:.0%}").classes("small")
            ui.label(text("status.policy")).classes("soft small")
            if visitor.may(Role.ADMIN):
                with ui.element("div").classes("row wrap"):
                    for name in PanelName:
                        if name.value != policy.primary.value:
                            self._button(text("status.switch", panel=text(f"panel.{name}")), name)
                    self._button(text("status.back"), None)

    def _button(self, words: str, target: PanelName | None) -> None:
        """Offer a switch, or with no target the way back; a refusal is shown with its reasons."""

        async def act() -> None:
            visitor = self._visitor
            await visitor.confirm(Role.ADMIN)
            own = visitor.workspace in visitor.service.plans().workspaces
            workspace = whose_policy(visitor.identity, visitor.workspace if own else None)
            switch, name = visitor.service.operations.switch, visitor.identity.name
            if target is None:
                policy = await switch.back(workspace, name)
            else:
                policy = await switch(Step(ReadMode(target.value), workspace=workspace), name)
            served = visitor.text(f"panel.{policy.primary}")
            ui.notify(visitor.text("status.switched", panel=served), type="positive")

        button = ui.button(words, color=None, on_click=lambda: self._visitor.guard(act))
        button.props("flat dense no-caps").classes("quiet")


def parity_card(text: Texts, notes: Sequence[ParityNote]) -> None:
    """Show the latest check of everything, and the latest sample."""
    with ui.element("div").classes("sheet card"):
        if not notes:
            ui.label(text("status.parity_never")).style("font-weight: 600")
        for sampled in (False, True):
            latest = next((note for note in notes if note.sampled is sampled), None)
            if latest is not None:
                key = "parity_found" if latest.found else "parity_clean"
                when = f"{latest.at:%Y-%m-%d %H:%M} UTC"
                words = text(f"status.{key}", found=f"{latest.found:,}", when=when)
                kind = text("status.parity_sample") if sampled else text("status.parity_all")
                ui.label(f"{kind}: {words}").classes("problem" if latest.found else "small")
        ui.label(text("status.parity")).classes("soft small")
