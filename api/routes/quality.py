"""Quality: how well documents could be read, which stand out, and what is expected of them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api import quality_render as render
from api.access import Admin, ReadIn, Services, WorkspaceQuery, workspace_for
from api.bodies import Text
from api.quality_schemas import (
    DocumentQuality,
    ExpectationsAnswer,
    ExpectationsBody,
    QualityReport,
)
from contracts.quality import Expectations, QualityState

router = APIRouter(prefix="/v1", tags=["quality"])


@router.get("/quality")
async def report(
    workspace: ReadIn,
    service: Services,
    *,
    state: QualityState | None = None,
    outliers: Annotated[bool, Query(description="Only what is unusual among its like.")] = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    days: Annotated[int, Query(ge=1, le=3650)] = 30,
    cursor: Annotated[Text | None, Query(max_length=500)] = None,
) -> QualityReport:
    """Sum up documents by state and type, per day, and list them, the worst first."""
    known = service.quality.assessments
    since = datetime.now(UTC).date() - timedelta(days=days - 1)
    summary = await known.summary(workspace, since)
    page = await known.find(workspace, limit=limit, cursor=cursor, state=state, outliers=outliers)
    return render.report(workspace, summary, page)


@router.get("/quality/expectations")
async def expectations(workspace: ReadIn, service: Services) -> ExpectationsAnswer:
    """Give what the workspace expects of its documents."""
    standards = await service.quality.assessments.standards([workspace])
    return render.expectations(workspace, standards.expectations.get(workspace, Expectations()))


@router.put("/quality/expectations")
async def expect(
    body: ExpectationsBody, identity: Admin, service: Services, workspace: WorkspaceQuery = None
) -> ExpectationsAnswer:
    """Set what the workspace expects; its documents are judged by it at once, with an audit row."""
    place = workspace_for(identity, workspace)
    wanted = Expectations(**{**body.model_dump(), "languages": tuple(body.languages)})
    changed = await service.quality.renewal.expect(place, wanted, identity.name)
    return render.expectations(place, wanted, changed)


@router.get("/documents/{document}/quality")
async def of_document(document: UUID, workspace: ReadIn, service: Services) -> DocumentQuality:
    """Give the figures of a document's versions and what is thought of them, newest first."""
    found = await service.quality.assessments.of(workspace, document)
    return DocumentQuality(versions=[render.assessment(one) for one in found])
