"""Duplicates: documents that are alike, and what a person makes of them."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api import render
from api.access import Editor, ReadIn, Services, WriteIn
from api.bodies import Text
from api.duplicate_schemas import (
    DecisionAnswer,
    DecisionBody,
    DifferenceAnswer,
    DifferenceList,
    DuplicateList,
    SideAnswer,
    TwinsAnswer,
)
from contracts.likeness import Likeness, Side, TwinsPage
from ingestion.contrasting import contrast

router = APIRouter(prefix="/v1", tags=["duplicates"])
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[Text | None, Query(max_length=500)]


@router.get("/duplicates")
async def duplicates(
    workspace: ReadIn,
    service: Services,
    limit: Limit = 50,
    cursor: Cursor = None,
    verdict: Likeness | None = None,
    *,
    apart: bool = False,
) -> DuplicateList:
    """List documents that are alike, the newest first; `same_template` is no duplicate.

    `apart=true` lists those that somebody put apart.
    """
    found = service.likeness
    return _page(
        await found.find(workspace, limit=limit, cursor=cursor, verdict=verdict, apart=apart)
    )


@router.get("/duplicates/differences")
async def differences(
    document: UUID, other: UUID, workspace: ReadIn, service: Services
) -> DifferenceList:
    """Tell where the words of two documents differ; lines, hyphens and capitals do not count."""
    found = await contrast(service.documents, workspace, document, other)
    places = [DifferenceAnswer(**asdict(one)) for one in found.differences]
    return DifferenceList(differences=places, cut=found.cut)


@router.get("/documents/{document}/duplicates")
async def duplicates_of(
    document: UUID,
    workspace: ReadIn,
    service: Services,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> DuplicateList:
    """List what is like one document."""
    await service.documents.get(workspace, document)
    found = service.likeness
    return _page(await found.find(workspace, limit=limit, cursor=cursor, document=document))


@router.post("/duplicates/decisions")
async def decide(
    body: DecisionBody, workspace: WriteIn, identity: Editor, service: Services
) -> DecisionAnswer:
    """Make one document of two, or say that they are two; it is kept who did."""
    await service.decide(workspace, body.document, body.other, body.decision, identity.name)
    return DecisionAnswer(**body.model_dump())


def _page(page: TwinsPage) -> DuplicateList:
    items = [
        TwinsAnswer(
            document=_side(twins.document),
            other=_side(twins.other),
            verdict=twins.verdict,
            score=twins.score,
        )
        for twins in page.items
    ]
    return DuplicateList(duplicates=items, cursor=page.cursor)


def _side(side: Side) -> SideAnswer:
    return SideAnswer(**asdict(side), links=render.links(side.id))
