"""Members: what lies inside a document, and what a document lies in, on the page of documents."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

from nicegui import ui

from api.pages.session import Visitor
from contracts.people import Role
from contracts.record import DocumentPage, DocumentRecord, VersionState

COUNTED = 200
"""Members that are looked at to tell how many lie in the documents of a page, and how they are."""


class Inside:
    """Where a visitor is: outside, or in a document, in a document ...; ``path`` from outside."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self.path: list[DocumentRecord] = []

    async def enter(self, document: UUID | None) -> None:
        """Go into a document, wherever it lies; None is outside."""
        path: list[DocumentRecord] = []
        while document is not None:
            record = await self._visitor.service.documents.get(self._visitor.workspace, document)
            path.insert(0, record)
            document = record.parent
        self.path = path

    async def find(self, limit: int, state: VersionState | None) -> DocumentPage:
        """List what lies here. Outside, members are listed only where a state is asked for."""
        await self._visitor.confirm(Role.READER)
        parents = [self.path[-1].id] if self.path else None
        return await self._visitor.service.documents.find(
            self._visitor.workspace,
            limit=limit,
            state=state,
            parents=parents,
            members=bool(parents) or state is not None,
        )

    async def around(self, records: Sequence[DocumentRecord]) -> dict[UUID, dict[str, object]]:
        """Give for each document how many lie in it, whether one is in trouble, its parent."""
        documents, workspace = self._visitor.service.documents, self._visitor.workspace
        ids = [record.id for record in records]
        page = await documents.find(workspace, limit=COUNTED, parents=ids)
        above = {record.parent for record in records if record.parent and not self.path}
        parents = await documents.find(workspace, limit=max(len(above), 1), ids=sorted(above))
        names = {parent.id: parent.title or parent.filename for parent in parents.items}
        found = {}
        for record in records:
            inside = [one.state for one in page.items if one.parent == record.id]
            found[record.id] = {
                "inside": self._count(record, len(inside), cut=page.cursor is not None),
                "trouble": VersionState.QUARANTINED in inside,
                "parent": str(record.parent or ""),
                "within": names.get(record.parent, "") if record.parent else "",
            }
        return found

    def crumbs(self, go_to: Callable[[UUID | None], Awaitable[None]]) -> None:
        """Show the way from outside to here; each step but the last leads back."""
        with ui.element("nav").classes("row wrap crumbs"):
            _crumb(self._visitor.text("documents.outside"), partial(go_to, None))
            for record in self.path[:-1]:
                _crumb(_title(record), partial(go_to, record.id))
            ui.label(_title(self.path[-1])).props("aria-current=true")

    def _count(self, record: DocumentRecord, seen: int, *, cut: bool) -> str:
        noted = record.metadata.get("members")
        count = max(seen, noted) if cut and isinstance(noted, int) else seen
        return self._visitor.text("documents.inside", count=count) if count else ""


def _crumb(words: str, press: Callable[[], Awaitable[None]]) -> None:
    with ui.element("button").classes("crumb").on("click", press):
        ui.label(words)
    ui.icon("chevron_right").classes("soft")


def _title(record: DocumentRecord) -> str:
    return record.title or record.filename
