"""Orders of a visitor about documents: read again, stop, delete; one of them or many."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Protocol
from uuid import UUID

from nicegui import ui

from api.pages.dialogs import confirmed
from api.pages.figures import number
from api.pages.session import Visitor
from contracts.people import Role
from contracts.record import DocumentRecord, VersionState
from ingestion.ordering import Outcome

Records = Sequence[DocumentRecord]
Give = Callable[[], Awaitable[list[Outcome]]]


class GiveAll(Protocol):
    """Gives an order about all documents of a workspace in some states."""

    async def __call__(self, workspace: str, *, states: Collection[VersionState]) -> list[UUID]:
        """Give those that obeyed."""
        ...


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

    async def retry_all(self, states: Collection[VersionState]) -> None:
        """Have all of the workspace read again that ended so, after a yes."""
        order = self._visitor.service.order
        yes = self._visitor.text("documents.retry")
        await self._all(order.retry_all, states, "retry", yes, "retried")

    async def stop_all(self, states: Collection[VersionState]) -> None:
        """Stop all of the workspace that is on its way, with what lies in it, after a yes."""
        order, yes = self._visitor.service.order, self._visitor.text("documents.stop")
        await self._all(order.cancel_all, states, "stop", yes, "stopped")

    async def _all(
        self, give: GiveAll, states: Collection[VersionState], name: str, yes: str, done: str
    ) -> None:
        """Give an order about all in some states, once the visitor knows how many they are."""
        visitor, text = self._visitor, self._visitor.text

        async def act() -> None:
            await visitor.confirm(Role.EDITOR)
            counts = await visitor.service.documents.counts(visitor.workspace)
            count = number(sum(counts.get(state, 0) for state in states), text)
            title = text(f"orders.{name}_title", count=count)
            if await confirmed(text, title, text(f"orders.{name}_hint"), yes):
                await visitor.confirm(Role.EDITOR)
                obeyed = await give(visitor.workspace, states=states)
                ui.notify(text(f"orders.{done}", count=number(len(obeyed), text)), type="positive")

        await visitor.guard(act)
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
