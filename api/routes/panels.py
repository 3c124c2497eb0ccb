"""Panels: who serves, how far each is, whether they are equal, and how that is changed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api import panel_render as render
from api.access import (
    Admin,
    ReadIn,
    Root,
    Services,
    WorkspaceQuery,
    whose_policy,
)
from api.panel_bodies import BackBody, RebuildBody, RepairBody, SwitchBody
from api.panel_schemas import (
    AuditAnswer,
    PanelsAnswer,
    ParityAnswer,
    ParityReportAnswer,
    PoliciesAnswer,
    PolicyAnswer,
    WhereAnswer,
)
from api.service import Service
from api.standing import remembered, standing
from contracts.nouns import DEFAULT_WORKSPACE, PanelName, ReadMode
from contracts.policy import Change
from retrieval.switching import Step

router = APIRouter(prefix="/v1/panels", tags=["panels"])


@router.get("")
async def panels(workspace: ReadIn, service: Services) -> PanelsAnswer:
    """Show both panels: whether they serve, how far they are, and who serves whom."""
    found, plan = await standing(service), service.plans()
    policy, space = plan.policy(workspace), plan.generation
    return PanelsAnswer(
        default=policy.mode,
        policy=render.policy(policy),
        generation=space.number,
        model=space.model,
        dimension=space.dimension,
        chunker=space.chunker,
        panels=render.panels(found, policy),
        parity=render.notes(await remembered(service)),
        workers=found.workers,
        waiting=found.waiting,
    )


@router.get("/policy")
async def policy(_: Root, service: Services) -> PoliciesAnswer:
    """Give the read policies as they are recorded now."""
    return render.policies(await service.operations.policies.plan())


@router.get("/audit")
async def audit(
    _: Root, service: Services, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> AuditAnswer:
    """Give the latest changes of all settings, newest first."""
    rows = await service.operations.policies.audit(limit)
    return AuditAnswer(changes=[render.audit(row) for row in rows])


@router.get("/parity")
async def parity(
    _: Root,
    service: Services,
    document: UUID | None = None,
    workspace: WorkspaceQuery = None,
    *,
    deep: bool = False,
) -> ParityAnswer:
    """Check now whether the panels are equal; `deep` also reads every payload again."""
    documents = await _known(service, workspace, document)
    report = await service.operations.parity(documents, deep=deep)
    return ParityAnswer(
        report=render.report(report), latest=render.notes(await remembered(service))
    )


@router.post("/parity/repair")
async def repair(body: RepairBody, _: Root, service: Services) -> ParityReportAnswer:
    """Mend what differs from a sound copy, embedding nothing again; says what was found."""
    documents = await _known(service, body.workspace, body.document)
    return render.report(await service.operations.repair(documents, deep=body.deep))


@router.post("/switch/back")
async def back(body: BackBody, identity: Admin, service: Services) -> PolicyAnswer:
    """Undo the last change of the policy; again comes back."""
    workspace = whose_policy(identity, body.workspace)
    return render.policy(await service.operations.switch.back(workspace, identity.name))


@router.get("/{panel}")
async def where(panel: PanelName, workspace: ReadIn, service: Services) -> WhereAnswer:
    """Tell the stage that a panel is at, and what it needs to go on."""
    return render.where(await service.operations.switch.where(panel, workspace))


@router.post("/{panel}/switch")
async def switch(
    panel: ReadMode, body: SwitchBody, identity: Admin, service: Services
) -> PolicyAnswer:
    """Bring a panel to a stage, or both (`fused`) to serve: 409 with all reasons against it."""
    workspace = whose_policy(identity, body.workspace)
    step = Step(panel, body.stage, body.share, body.force, workspace)
    return render.policy(await service.operations.switch(step, identity.name))


@router.post("/{panel}/rebuild", status_code=202)
async def rebuild(
    panel: PanelName, body: RebuildBody, identity: Root, service: Services
) -> dict[str, str]:
    """Empty a panel and fill it anew, while the other one serves."""
    await service.operations.rebuild.begin(panel, body.source, Change(identity.name))
    return {"rebuilding": panel, "source": body.source}


async def _known(
    service: Service, workspace: str | None, document: UUID | None
) -> list[UUID] | None:
    """Give the documents to look at, None for all. Raises NotFound."""
    if document is None:
        return None
    return [(await service.documents.get(workspace or DEFAULT_WORKSPACE, document)).id]
