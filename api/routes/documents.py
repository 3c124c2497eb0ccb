"""Documents: upload, list, look into, follow, fetch, delete."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from sse_starlette import EventSourceResponse

from api import chunks, events, render
from api.access import Editor, ReadIn, Services, WriteIn, workspace_for
from api.bodies import Text
from api.files import UploadForm, original, pieces, read_form
from api.problems import describe, request_id, respond
from api.schemas import (
    Accepted,
    ChunkList,
    DocumentAnswer,
    DocumentList,
    PartAnswer,
    Problem,
    Rejected,
    UploadAnswer,
    VersionList,
)
from api.service import Service
from contracts.errors import DiptychError, NotFound
from contracts.nouns import PanelName, VersionRef
from contracts.record import VersionState
from ingestion.receiving import Upload, plain_name

router = APIRouter(prefix="/v1/documents", tags=["documents"])
MAX_VERSION = 2**31 - 1

UPLOAD_SCHEMA = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "metadata": {"type": "string", "description": "A JSON object."},
                        "source": {"type": "string", "description": "With one file only."},
                        "workspace": {"type": "string"},
                    },
                }
            }
        },
    }
}


BUSY: dict[str, Any] = {
    "model": Problem,
    "description": "The disk is nearly full or too many documents wait; nothing was taken.",
    "headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}},
}


@router.post(
    "",
    status_code=202,
    response_model=UploadAnswer,
    openapi_extra=UPLOAD_SCHEMA,
    responses={429: BUSY},
)
async def upload(request: Request, identity: Editor, service: Services) -> UploadAnswer | Response:
    """Accept files: 202 means that they are durable and will be read.

    One file that is refused never loses the others; it is named in `rejected`. The same
    `source` again is a new version of its document.
    """
    await service.admit()
    form = await read_form(request)
    try:
        workspace = workspace_for(identity, form.workspace)
        documents, rejected, first = await _receive(service, workspace, form)
    finally:
        await form.form.close()
    if first is None or documents:
        return UploadAnswer(documents=documents, rejected=rejected)
    problem = describe(first).model_copy(update={"rejected": rejected})
    return respond(problem, request_id(request))


async def _receive(
    service: Service, workspace: str, form: UploadForm
) -> tuple[list[Accepted], list[Rejected], DiptychError | None]:
    """Receive each file on its own; give the first failure too, should all of them fail."""
    documents: list[Accepted] = []
    rejected: list[Rejected] = []
    first: DiptychError | None = None
    for file in form.files:
        name = plain_name(file.filename or "")
        try:
            item = Upload(name, pieces(file), form.source, form.metadata)
            receipts = await service.receive(workspace, item)
            ids = [receipt.ref.document for receipt in receipts]
            known = await service.likeness.originals(workspace, ids)
            documents += [render.accepted(r, known.get(r.ref.document)) for r in receipts]
        except DiptychError as error:
            first = first or error
            rejected.append(Rejected(filename=name, problem=describe(error)))
    return documents, rejected, first


@router.get("")
async def listing(
    workspace: ReadIn,
    service: Services,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[Text | None, Query(max_length=500)] = None,
    state: VersionState | None = None,
    *,
    members: bool = True,
) -> DocumentList:
    """List documents, newest first; `members=false` leaves out what came inside others."""
    page = await service.documents.find(
        workspace, limit=limit, cursor=cursor, state=state, members=members
    )
    known = await service.likeness.originals(workspace, [record.id for record in page.items])
    return render.documents(page, known)


@router.get("/{document}")
async def one(document: UUID, workspace: ReadIn, service: Services) -> DocumentAnswer:
    """Give one document with its state in each panel."""
    record = await service.documents.get(workspace, document)
    known = await service.likeness.originals(workspace, [document])
    return render.document(record, known.get(document))


@router.delete("/{document}", status_code=202)
async def delete(
    document: UUID,
    workspace: WriteIn,
    identity: Editor,
    service: Services,
    *,
    forever: bool = False,
) -> dict[str, UUID]:
    """Forget a document at once; both panels follow. `forever` keeps nothing in the trash."""
    if not await service.discard(workspace, [document], identity.name, forever=forever):
        raise NotFound("There is no such document.", "List the documents to see which there are.")
    return {"deleted": document}


@router.get("/{document}/members")
async def members(
    document: UUID,
    workspace: ReadIn,
    service: Services,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[Text | None, Query(max_length=500)] = None,
) -> DocumentList:
    """List the documents that lie directly in one: attachments, files of an archive."""
    await service.documents.get(workspace, document)
    page = await service.documents.find(workspace, limit=limit, cursor=cursor, parents=[document])
    known = await service.likeness.originals(workspace, [record.id for record in page.items])
    return render.documents(page, known)


@router.get("/{document}/versions")
async def versions(document: UUID, workspace: ReadIn, service: Services) -> VersionList:
    """List the versions that are still recorded, newest first."""
    records = await service.documents.versions(workspace, document)
    return VersionList(versions=[render.document(record) for record in records])


@router.get("/{document}/content", response_class=StreamingResponse)
async def content(document: UUID, workspace: ReadIn, service: Services) -> StreamingResponse:
    """Give the newest version's bytes, as they came."""
    return await original(service, workspace, document)


@router.get("/{document}/parts/{number}")
async def part(
    document: UUID,
    number: Annotated[int, Path(ge=0, le=MAX_VERSION)],
    workspace: ReadIn,
    service: Services,
    version: Annotated[int | None, Query(ge=1, le=MAX_VERSION)] = None,
) -> PartAnswer:
    """Give the text of one part, which the spans of citations count their characters in."""
    if version is None:
        record = await service.documents.get(workspace, document)
        version = record.live or record.version
    ref = VersionRef(document, version)
    for found in await service.documents.parts(workspace, ref):
        if found.ordinal == number:
            return render.part(ref, found)
    raise NotFound("The document has no such part.", "Part numbers stand in its chunks.")


@router.get("/{document}/chunks")
async def chunk_list(
    document: UUID,
    workspace: ReadIn,
    service: Services,
    panel: PanelName | None = None,
    cursor: Annotated[int, Query(ge=0, le=MAX_VERSION)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ChunkList:
    """Give the live version's chunks as one panel holds them, in reading order."""
    record = await service.documents.get(workspace, document)
    return await chunks.page(service, record, panel, start=cursor, limit=limit)


@router.get("/{document}/events", response_class=EventSourceResponse)
async def follow(
    request: Request, document: UUID, workspace: ReadIn, service: Services
) -> EventSourceResponse:
    """Follow a document: `progress` at each change, `final` once it is live or ended otherwise."""
    changes = service.watch.follow(workspace, document)
    return await events.stream(changes, events.progress_event, request_id(request))
