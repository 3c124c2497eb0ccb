"""The trash: deleted documents that can come back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api import render
from api.access import ReadIn, Services, WriteIn
from api.bodies import Text
from api.schemas import Accepted
from api.trash_schemas import TrashedAnswer, TrashList

router = APIRouter(prefix="/v1", tags=["documents"])


@router.get("/trash")
async def trash(
    workspace: ReadIn,
    service: Services,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[Text | None, Query(max_length=500)] = None,
) -> TrashList:
    """List deleted documents that can come back, the latest deleted first."""
    page = await service.discard.trashed(workspace, limit, cursor)
    found = [
        TrashedAnswer(
            id=one.document,
            title=one.title,
            source=one.arrival.source,
            filename=one.arrival.filename,
            deleted=one.deleted,
            until=one.until,
            deleted_by=one.by,
            merged_into=one.merged.document if one.merged else None,
        )
        for one in page.items
    ]
    return TrashList(documents=found, cursor=page.cursor)


@router.post("/documents/{document}/restore", status_code=202)
async def restore(document: UUID, workspace: WriteIn, service: Services) -> Accepted:
    """Accept a deleted document's newest version again; it comes back with an id of its own.

    Where it was merged into another document, the two are split: that one gets back what it held,
    unless it changed since.
    """
    return render.accepted(await service.discard.restore(workspace, document))
