"""Decide: what a person makes of two documents that are alike."""

from uuid import UUID

from contracts.errors import Conflict, InvalidInput
from contracts.likeness import Decision, LikenessRecord
from contracts.policy import Change
from contracts.record import Arrival, Documents, VersionState
from ingestion.discarding import Discard


class Decide:
    """Use case: make one document of two, or put them apart."""

    def __init__(self, documents: Documents, record: LikenessRecord, discard: Discard) -> None:
        self._documents = documents
        self._record = record
        self._discard = discard

    async def __call__(
        self, workspace: str, document: UUID, other: UUID, decision: Decision, actor: str
    ) -> None:
        """Decide; MERGE makes the other's bytes the newest version of the document.

        What it held stays as long as the trash keeps the other, so that they can be split. The
        bytes are accepted for the document before the other is deleted: killed in between, both
        are there, and the same call again goes on. Raises NotFound, InvalidInput for a document
        and itself, and Conflict for an other that nobody could read.
        """
        if document == other:
            raise InvalidInput("A document is no duplicate of itself.", "Name two documents.")
        if decision is Decision.MERGE:
            await self._accept(workspace, document, other)
        change = Change(actor)
        await self._record.decide(workspace, document, other, decision, change)
        if decision is Decision.MERGE:
            await self._discard(workspace, [other], actor)

    async def _accept(self, workspace: str, document: UUID, other: UUID) -> None:
        kept = await self._documents.get(workspace, document)
        given, where = await self._documents.original(workspace, other)
        if given.state is not VersionState.LIVE:
            raise Conflict(
                f"The document {other} is {given.state}, and its text would take the place of a "
                "document that is live.",
                "Wait until it is live, or name the two the other way round.",
            )
        await self._discard.merging(workspace, document, other)
        arrival = Arrival(
            source=kept.source,
            filename=given.filename,
            sha256=given.sha256,
            blob=where.blob,
            start=where.start,
            end=where.end,
            media_type=given.media_type,
            metadata=given.metadata,
        )
        await self._documents.accept(workspace, [arrival])
