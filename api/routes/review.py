"""Review: everything that waits for a person, in one list."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from api import render
from api.access import Editor, ReadIn, Services, WriteIn
from api.bodies import Text
from api.quality_schemas import ReasonAnswer
from api.review_schemas import (
    MatterAnswer,
    OtherAnswer,
    ReviewItem,
    ReviewList,
    SettledAnswer,
    SettledBody,
)
from contracts.likeness import Side
from contracts.policy import Change
from contracts.review import Matter, ReviewEntry, ReviewSource

router = APIRouter(prefix="/v1/review", tags=["review"])


@router.get("")
async def waiting(
    workspace: ReadIn,
    service: Services,
    source: ReviewSource | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[Text | None, Query(max_length=500)] = None,
) -> ReviewList:
    """List documents about which anything waits, with the reason and what to do next."""
    counts = await service.review.counts(workspace)
    page = await service.review.find(workspace, limit=limit, cursor=cursor, source=source)
    return ReviewList(
        workspace=workspace,
        counts=dict(counts),
        documents=[_item(entry) for entry in page.entries],
        cursor=page.cursor,
    )


@router.post("/settled")
async def settle(
    body: SettledBody, workspace: WriteIn, identity: Editor, service: Services
) -> SettledAnswer:
    """Take a matter off the list: this version is well enough as it is. It is kept who said so."""
    await service.review.settle(workspace, body.document, body.source, Change(identity.name))
    return SettledAnswer(**body.model_dump())


def _item(entry: ReviewEntry) -> ReviewItem:
    side = asdict(entry.document)
    document = side.pop("id")
    return ReviewItem(
        document=document,
        version=entry.version,
        matters=[_matter(matter) for matter in entry.matters],
        links=render.links(document),
        **side,
    )


def _matter(matter: Matter) -> MatterAnswer:
    return MatterAnswer(
        source=matter.source,
        code=matter.code,
        sentence=matter.sentence,
        advice=matter.advice,
        reasons=[ReasonAnswer.model_validate(asdict(reason)) for reason in matter.reasons],
        other=_other(matter.other) if matter.other else None,
    )


def _other(side: Side) -> OtherAnswer:
    return OtherAnswer(
        id=side.id, title=side.title, source=side.source, links=render.links(side.id)
    )
