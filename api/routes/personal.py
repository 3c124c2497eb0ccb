"""Personal data: what documents tell of people, for those who may write them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.access import Admin, Services, WorkspaceQuery, WriteIn, workspace_for
from api.bodies import Text
from api.personal_schemas import (
    MasksAnswer,
    MasksBody,
    PersonalAnswer,
    PersonalList,
    kind_totals,
    personal_answer,
)
from contracts.personal import PersonalLevel
from contracts.policy import Change

router = APIRouter(prefix="/v1", tags=["personal data"])


@router.get("/personal")
async def listing(
    workspace: WriteIn,
    service: Services,
    level: PersonalLevel | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[Text | None, Query(max_length=500)] = None,
) -> PersonalList:
    """Sum up what documents tell of people, and list those that do, or that are of the level."""
    totals = await service.personal.totals(workspace)
    page = await service.personal.find(workspace, limit=limit, level=level, cursor=cursor)
    return PersonalList(
        levels={one: totals.levels.get(one, 0) for one in PersonalLevel},
        unmeasured=totals.unmeasured,
        kinds=kind_totals(totals),
        masked=sorted(service.plans().masks(workspace)),
        documents=[personal_answer(one) for one in page.items],
        cursor=page.cursor,
    )


@router.get("/personal/masks")
async def masks(workspace: WriteIn, service: Services) -> MasksAnswer:
    """Give where the workspace's personal data is masked."""
    plan = await service.operations.policies.plan()
    return MasksAnswer(workspace=workspace, masked=sorted(plan.masks(workspace)))


@router.put("/personal/masks")
async def mask(
    body: MasksBody, identity: Admin, service: Services, workspace: WorkspaceQuery = None
) -> MasksAnswer:
    """Set where it is masked, with an audit row; it holds for what is done from now on."""
    place = workspace_for(identity, workspace)
    await service.operations.policies.mask(place, body.masked, Change(identity.name))
    return MasksAnswer(workspace=place, masked=sorted(body.masked))


@router.get("/documents/{document}/personal")
async def of_document(document: UUID, workspace: WriteIn, service: Services) -> PersonalAnswer:
    """Give what one document tells: kinds, how often, on which pages."""
    return personal_answer(await service.personal.get(workspace, document))
