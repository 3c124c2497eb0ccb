"""Thumbs: what a reader thinks of an answer, with a word on it if they like."""

from datetime import UTC, datetime
from uuid import UUID

from nicegui import ui

from api.pages.frame import main_button
from api.pages.session import Visitor
from contracts.people import Role
from contracts.tracing import COMMENT_LIMIT, Feedback, Verdict

ICONS = {Verdict.UP: "thumb_up", Verdict.DOWN: "thumb_down"}


class Thumbs:
    """Two buttons; the one pressed last holds, and asks for a comment."""

    def __init__(self, visitor: Visitor, trace: UUID) -> None:
        self._visitor = visitor
        self._trace = trace
        self._verdict: Verdict | None = None
        self._buttons = {verdict: self._button(verdict) for verdict in ICONS}
        with ui.element("div").classes("row wrap thumbs-word") as self._word:
            wanted = visitor.text("feedback.comment")
            self._comment = ui.input(placeholder=wanted).style("flex: 1")
            self._comment.props(f'dense borderless maxlength={COMMENT_LIMIT} aria-label="{wanted}"')
            self._comment.on("keydown.enter.prevent", self._send)
            main_button(visitor.text("feedback.send"), self._send)
        self._word.set_visibility(False)

    def _button(self, verdict: Verdict) -> ui.button:
        label = self._visitor.text(f"feedback.{verdict}")
        button = ui.button(icon=ICONS[verdict], color=None, on_click=lambda: self._press(verdict))
        button.props(f'flat dense aria-label="{label}" aria-pressed=false')
        return button.classes("quiet thumb").tooltip(label)

    async def _press(self, verdict: Verdict) -> None:
        await self._visitor.guard(lambda: self._judge(verdict))

    async def _send(self) -> None:
        if self._verdict is not None:
            verdict = self._verdict
            await self._visitor.guard(lambda: self._judge(verdict, self._comment.value or ""))
            self._word.set_visibility(False)

    async def _judge(self, verdict: Verdict, comment: str = "") -> None:
        """Keep the verdict, and show it once it is kept."""
        visitor = self._visitor
        await visitor.confirm(Role.READER)
        key, now = visitor.identity.key, datetime.now(UTC)
        said = Feedback(self._trace, key, verdict, now, comment.strip()[:COMMENT_LIMIT])
        await visitor.service.feedback(said, visitor.identity.workspace)
        self._verdict = verdict
        for one, button in self._buttons.items():
            button.props(f"aria-pressed={'true' if one is verdict else 'false'}")
        self._word.set_visibility(not comment)
        ui.notify(visitor.text("feedback.thanks"), timeout=1500)
