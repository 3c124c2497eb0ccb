"""Members in memory."""

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from contracts.errors import NotFound
from contracts.members import Nesting
from contracts.nouns import VersionRef
from contracts.record import Arrival, Receipt, VersionState
from tests.fakes.catalog_tables import Document, Tables


class Desk(Protocol):
    """What writes documents into the tables."""

    def take(
        self, workspace: str, arrivals: Sequence[Arrival], parent: UUID | None = None
    ) -> list[Receipt]: ...
    def forget(self, gone: list[UUID]) -> None: ...


class InMemoryMembers:
    def __init__(self, tables: Tables, desk: Desk) -> None:
        self._tables = tables
        self._desk = desk

    async def nesting(self, document: UUID) -> Nesting:
        self._tables.check()
        found = self._tables.documents.get(document)
        if found is None:
            raise NotFound(f"There is no document {document}.", "List the documents to find it.")
        above = self._above(found)
        top = above[-1].id if above else document
        others = [
            d.versions[d.newest].arrival
            for d in self._tables.documents.values()
            if not d.deleted and d.parent not in {None, document}
            if self._above(d)[-1].id == top
        ]
        return Nesting(len(above), len(others), sum(a.end - a.start for a in others))

    async def enclose(self, parent: VersionRef, arrivals: Sequence[Arrival]) -> list[Receipt]:
        self._tables.check()
        found = self._tables.documents.get(parent.document)
        if found is None or found.deleted or found.opened > parent.number:
            return []
        opened = found.versions.get(parent.number)
        if opened and opened.state is VersionState.CANCELLED:
            return []
        found.opened = parent.number
        receipts = self._desk.take(found.workspace, arrivals, found.id)
        kept = {receipt.ref.document for receipt in receipts}
        for document in kept:
            self._tables.documents[document].parent = found.id
        self._desk.forget([d.id for d in self._tables.members(found.id) if d.id not in kept])
        return receipts

    async def unnamed(self, blobs: Collection[str]) -> list[str]:
        self._tables.check()
        return sorted(set(blobs) - self._tables.named_blobs())

    def _above(self, document: Document) -> list[Document]:
        """Give the documents that one lies in, the topmost last."""
        above: list[Document] = []
        while document.parent is not None:
            document = self._tables.documents[document.parent]
            above.append(document)
        return above
