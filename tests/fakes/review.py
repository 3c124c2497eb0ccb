"""The review list in memory, over what the other fakes know."""

from collections.abc import AsyncIterator, Mapping
from uuid import UUID

from contracts.errors import InvalidInput, NotFound
from contracts.likeness import Likeness, Side
from contracts.policy import Change
from contracts.quality import QualityState
from contracts.record import VersionState
from contracts.review import Matter, ReviewEntry, ReviewPage, ReviewSource
from tests.fakes.catalog_tables import Document, Tables
from tests.fakes.likeness import InMemoryLikeness
from tests.fakes.quality import InMemoryAssessments

_ALL = 10_000


class InMemoryReview:
    def __init__(
        self, tables: Tables, assessments: InMemoryAssessments, likeness: InMemoryLikeness
    ) -> None:
        self._tables = tables
        self._assessments = assessments
        self._likeness = likeness

    async def find(
        self,
        workspace: str,
        *,
        limit: int,
        cursor: str | None = None,
        source: ReviewSource | None = None,
    ) -> ReviewPage:
        self._tables.check()
        if cursor is not None and not cursor.isdigit():
            raise InvalidInput("The cursor is not one of this list.", "Start again.")
        found = []
        for document in self._documents(workspace):
            matters = [m async for m in self._of(document) if source in {None, m.source}]
            if matters and (cursor is None or document.order < int(cursor)):
                entry = ReviewEntry(self._side(document), document.newest, tuple(matters))
                found.append((document.order, entry))
        following = str(found[limit - 1][0]) if len(found) > limit else None
        return ReviewPage(tuple(entry for _, entry in found[:limit]), following)

    async def counts(self, workspace: str) -> Mapping[ReviewSource, int]:
        pages = {one: await self.find(workspace, limit=_ALL, source=one) for one in ReviewSource}
        return {source: len(page.entries) for source, page in pages.items()}

    async def settle(
        self, workspace: str, document: UUID, source: ReviewSource, change: Change
    ) -> None:
        if source is ReviewSource.LIKENESS:
            raise InvalidInput("That is decided with both documents.", "Merge, or apart.")
        page = await self.find(workspace, limit=_ALL, source=source)
        versions = {entry.document.id: entry.version for entry in page.entries}
        if document not in versions:
            raise NotFound(f"Nothing waits about {document}.", "List the review.")
        self._tables.documents[document].versions[versions[document]].settled.add(source)
        after = {"source": source.value, "version": versions[document], "workspace": workspace}
        self._tables.note(change, "review.settle", str(document), {}, after)

    def _documents(self, workspace: str) -> list[Document]:
        every = sorted(self._tables.documents.values(), key=lambda one: -one.order)
        return [one for one in every if one.workspace == workspace and not one.deleted]

    async def _of(self, document: Document) -> AsyncIterator[Matter]:
        newest = document.versions[document.newest]
        if newest.state is VersionState.QUARANTINED and ReviewSource.READING not in newest.settled:
            yield Matter(ReviewSource.READING, newest.reason or "", newest.detail)
        for one in await self._assessments.of(document.workspace, document.id):
            if one.ref != newest.ref or one.state is QualityState.GOOD:
                continue
            if ReviewSource.QUALITY not in newest.settled:
                yield Matter(ReviewSource.QUALITY, one.reasons[0].code, reasons=one.reasons)
        page = await self._likeness.find(document.workspace, limit=_ALL, document=document.id)
        for twins in sorted(page.items, key=lambda one: one.document.created):
            if twins.other.id == document.id and twins.verdict is not Likeness.SAME_TEMPLATE:
                yield Matter(ReviewSource.LIKENESS, twins.verdict, other=twins.document)

    def _side(self, document: Document) -> Side:
        record = self._tables.record(document)
        return Side(record.id, record.title, record.source, record.filename, record.created)
