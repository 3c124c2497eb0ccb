"""Orders of a visitor about documents: read again, stop, delete; one of them or many."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from api.pages.dialogs import confirmed
from api.pages.session import Visitor
from contracts.people import Role
from contracts.record import DocumentRecord, VersionState
from ingestion.ordering import Outcome

Records = Sequence[DocumentRecord]
Give = Callable[[], Awaitable[list[Outcome]]]


class Orders:
    """What a visitor may order; ``done`` is called after each order, whatever came of it."""

    def __init__(self, visitor: Visitor, done: Callable[[], Awaitable[None]]) -> None:
        self._visitor = visitor
        self._done = done

    async def retry(self, records: Records) -> None:
        """Have documents read again."""
        order, ids = self._visitor.service.order, [record.id for record in records]
        await self._give(lambda: order.retry_each(self._visitor.workspace, ids), records, "retried")

    async def stop(self, records: Records) -> None:
        """Stop what is waiting or in work."""
        order, ids = self._visitor.service.order, [record.id for record in records]
        await self._give(
            lambda: order.cancel_each(self._visitor.workspace, ids), records, "stopped"
        )

    async def retry_all(self, state: VersionState) -> None:
        """Have all of the workspace read again that ended so."""
        visitor = self._visitor

        async def give() -> None:
            await visitor.confirm(Role.EDITOR)
            order = visitor.service.order
            again = await order.retry_all(visitor.workspace, states={state})
            ui.notify(visitor.text("orders.retried", count=len(again)), type="positive")

        await visitor.guard(give)
        await self._done()

    async def remove(self, records: Records) -> None:
        """Delete documents and what lies in them, after a yes."""
        visitor, text = self._visitor, self._visitor.text
        days = visitor.service.discard.days
        until = text("documents.kept", days=days) if days else text("documents.kept_never")
        if len(records) == 1:
            title, hint = text("documents.delete_title"), "documents.delete_hint"
            hint = text(hint, title=_title(records[0]))
        else:
            title = text("orders.delete_title", count=len(records))
            hint = text("orders.delete_hint")
        if await confirmed(text, title, f"{hint} {until}", text("documents.delete")):
            await visitor.guard(lambda: self._delete(records))
            await self._done()

    async def _delete(self, records: Records) -> None:
        visitor, text = self._visitor, self._visitor.text
        await visitor.confirm(Role.EDITOR)
        ids = [record.id for record in records]
        gone = await visitor.service.discard(visitor.workspace, ids, visitor.identity.name)
        if len(records) == 1:
            words = text("documents.deleted", title=_title(records[0]))
        else:
            words = text("orders.deleted", count=len(gone))
        ui.notify(words, type="positive")

    async def _give(self, give: Give, records: Records, done: str) -> None:
        """Give an order, and say what came of it."""
        visitor = self._visitor

        async def act() -> None:
            await visitor.confirm(Role.EDITOR)
            outcomes = await give()
            self._tell(outcomes, records, done)

        await visitor.guard(act)
        await self._done()

    def _tell(self, outcomes: Sequence[Outcome], records: Records, done: str) -> None:
        text = self._visitor.text
        refused = [outcome.refused for outcome in outcomes if outcome.refused is not None]
        obeyed = len(outcomes) - len(refused)
        if len(records) == 1 and obeyed:
            ui.notify(text(f"documents.{done}", title=_title(records[0])), type="positive")
        elif obeyed:
            ui.notify(text(f"orders.{done}", count=obeyed), type="positive")
        if refused:
            left = text("orders.left", count=len(refused)) if len(records) > 1 else ""
            words = f"{left} {text.problem(refused[0])}".strip()
            ui.notify(words, type="warning", multi_line=True, timeout=8000)


def _title(record: DocumentRecord) -> str:
    return record.title or record.filename
