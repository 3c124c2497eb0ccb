"""Intake: the places that documents come from by themselves, for administrators."""

from dataclasses import asdict

from fastapi import APIRouter

from api.access import Admin, Services
from api.intake_schemas import LookAnswer, PlaceAnswer, PlaceList
from contracts.intake import PlaceRecord

router = APIRouter(prefix="/v1", tags=["intake"])


@router.get("/intake")
async def places(identity: Admin, service: Services) -> PlaceList:
    """List the places that fill the key's workspaces, and how the last look at each ended."""
    records = await service.places.all()
    seen = [one for one in records if identity.workspace in {None, one.place.workspace}]
    return PlaceList(places=[_answer(one) for one in seen])


def _answer(record: PlaceRecord) -> PlaceAnswer:
    return PlaceAnswer(
        **asdict(record.place),
        looked=record.looked,
        took_s=record.took_s,
        next_in_s=max(record.due_s, 0.0),
        last=LookAnswer(**asdict(record.report)) if record.report else None,
    )
